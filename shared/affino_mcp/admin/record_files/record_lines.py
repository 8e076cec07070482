"""Brings in lines that are records: finds what a line is about, makes it where it is new, and writes what differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.admin.record_files.contact_parts import ContactParts, WantedParts
from affino_mcp.admin.record_files.file_kinds import CONTACT_FILE, RecordFile
from affino_mcp.admin.record_files.known_codes import KnownCodes
from affino_mcp.admin.record_files.line_outcome import LineOutcome, LineResult
from affino_mcp.admin.record_files.line_values import find_differences, split_entries
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.admin.record_files.record_search import Answer, RecordSearch, require_same_place
from affino_mcp.catalogue.families.shared import TOPICS_FIELD
from affino_mcp.catalogue.method import IDEMPOTENCY_KEY
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import value_class

_ADDING_TOPICS: Final = METHODS["add_opportunity_topics"]
_EMAIL: Final = "Email"


@value_class
class _LineParts:
    """A line's arguments by who writes them: the record's own, the topics of an opportunity, the parts of a contact."""

    own: Mapping[str, Any]
    topics: Any
    parts: WantedParts


class RecordLines:
    """Brings in one line after another of one kind. `source` is what consents say where a line does not say their source."""

    def __init__(self, writer: LineWriter, kind: RecordFile, source: str) -> None:
        self._writer, self._kind = writer, kind
        self._search = RecordSearch(writer.acting, kind)
        self._parts = ContactParts(writer.acting, KnownCodes(writer.acting), source)

    def bring_in(self, line: int, given: Mapping[str, Any]) -> LineOutcome:
        """Gives what became of the line. Raises StoreUnavailable and OutcomeNotKnown."""
        try:
            stored = self._search.find(given)
            if stored is not None:
                require_same_place(self._kind, given, stored)
            asked = self._divide(given, stored)
        except ToolError as error:
            return LineOutcome.refuse(line, error)
        return self._create(line, asked) if stored is None else self._update(line, asked, stored)

    def _divide(self, given: Mapping[str, Any], stored: Answer | None) -> _LineParts:
        kind = self._kind
        parts = self._parts.plan(given, stored) if kind is CONTACT_FILE else WantedParts()
        apart = {each.name for each in kind.parts} | ({TOPICS_FIELD.name} if self._has_topics_apart else set())
        own = {name: value for name, value in given.items() if name not in apart}
        return _LineParts(own, given.get(TOPICS_FIELD.name) if self._has_topics_apart else None, parts)

    @property
    def _has_topics_apart(self) -> bool:
        return (
            TOPICS_FIELD.name in self._kind.record.writable
            and TOPICS_FIELD.name not in self._kind.creating.argument_names.values()
        )

    def _create(self, line: int, asked: _LineParts) -> LineOutcome:
        kind, writer = self._kind, self._writer
        known = set(kind.creating.argument_names.values())
        first = {name: value for name, value in asked.own.items() if name in known}
        later = {name: value for name, value in asked.own.items() if name not in known and name != kind.record.code}
        try:
            writer.acting.check(kind.updating, {kind.record.code: 1, **later})
            body, is_new = writer.write(kind.creating, {**first, **self._repeat_key(asked)})
        except ToolError as error:
            return LineOutcome.refuse(line, error)
        code = body[kind.record.name][kind.record.code]
        if writer.is_rehearsal:
            return self._tell(line, LineResult.MADE, None)
        return self._add_rest(line, asked, later, code, LineResult.MADE if is_new else LineResult.SAME)

    def _repeat_key(self, asked: _LineParts) -> dict[str, str]:
        """The key by which a line that was broken off is known when it comes again: for kinds that nothing else finds."""
        if self._kind.keys:
            return {}
        said = json.dumps([self._kind.word, asked.own], sort_keys=True)
        return {IDEMPOTENCY_KEY.name: f"import-{hashlib.sha256(said.encode()).hexdigest()}"}

    def _add_rest(
        self, line: int, asked: _LineParts, later: Mapping[str, Any], code: int, result: LineResult
    ) -> LineOutcome:
        """Writes what the creating method does not take, for a record that is there now."""
        try:
            changed = [self._write_update(code, later)] if later else []
            changed += [self._write_apart(asked, code, None)]
        except ToolError as error:
            words = self._kind.record.words
            return LineOutcome.refuse(line, error, f"The {words} is made ({code}), and then: ", code)
        return self._tell(line, LineResult.CHANGED if result is LineResult.SAME and any(changed) else result, code)

    def _update(self, line: int, asked: _LineParts, stored: Answer) -> LineOutcome:
        code, begun = int(stored[self._kind.record.code]), ""
        try:
            wanted = self._find_changes(asked, stored)
            is_changed = bool(wanted) and self._write_update(code, wanted)
            begun = f"The {self._kind.record.words} is changed ({code}), and then: " if is_changed else ""
            is_changed = self._write_apart(asked, code, stored) or is_changed
        except ToolError as error:
            return LineOutcome.refuse(line, error, "" if self._writer.is_rehearsal else begun, code)
        return self._tell(line, LineResult.CHANGED if is_changed else LineResult.SAME, code)

    def _find_changes(self, asked: _LineParts, stored: Answer) -> dict[str, Any]:
        """The arguments that differ from the record, as the line has them; the address that found it is none of them."""
        kind = self._kind
        known = set(kind.updating.argument_names.values()) - {kind.record.code}
        own = {name: value for name, value in asked.own.items() if name in known}
        if self._search.found_by == _EMAIL:
            own.pop(_EMAIL)
        checked = self._writer.acting.check(kind.updating, {kind.record.code: 1, **own})
        return {name: own[name] for name in find_differences(kind.record.writable, stored, checked) if name in own}

    def _write_update(self, code: int, wanted: Mapping[str, Any]) -> bool:
        return self._writer.write(self._kind.updating, {self._kind.record.code: code, **wanted})[1]

    def _write_apart(self, asked: _LineParts, code: int, stored: Answer | None) -> bool:
        changed = self._parts.write(self._writer, code, stored, asked.parts)
        if asked.topics is None:
            return changed
        topics = asked.topics if isinstance(asked.topics, list) else split_entries(asked.topics)
        return (
            self._writer.write(_ADDING_TOPICS, {self._kind.record.code: code, TOPICS_FIELD.name: topics})[1] or changed
        )

    def _tell(self, line: int, result: LineResult, code: int | None) -> LineOutcome:
        return LineOutcome(line, result, code, remarks=tuple(self._writer.remarks))
