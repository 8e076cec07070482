"""Lists as operators change them: entries are added, renamed, ordered and switched off; codes never change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from affino_mcp.catalogue.families.lists import ACTIVE, LIST_RECORDS, NAME, PERMISSION, PROBABILITY
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.change_journal import ChangeKind, HistoryEntry
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.list_rows import StoredList, list_key, read_list
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import write_again_on_clash
from affino_mcp.instance.builtin.references.entry_rules import complete_values, find_entry, require_removable
from affino_mcp.instance.builtin.references.list_uses import describe_uses
from affino_mcp.instance.port import CallLog
from affino_mcp.instance.structure import StructureItem, StructurePlan
from affino_mcp.store.ops import Put, absent, equals
from affino_mcp.tool_errors import Conflict

MAX_WRITE_ATTEMPTS: Final = 5
MAX_LIST_BYTES: Final = 350_000
"""Most bytes of a list: a row of DynamoDB has at most 409,600."""


class ListKeeper:
    """The StructureKeeper of the lists. Each change is one transaction: the list's row, the entry's history, the log's row."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def list_items(self, kind: str) -> Sequence[StructureItem]:
        """See StructureKeeper: one read."""
        return [_make_item(entry) for entry in self._read(kind).in_order]

    def plan_save(self, kind: str, code: int | None, values: Mapping[str, Any]) -> StructurePlan:
        """See StructureKeeper."""
        stored = self._read(kind)
        before = None if code is None else find_entry(stored, code)
        after = complete_values(stored, before, values)
        if before is None:
            return StructurePlan({}, after)
        old, new = _differences(before.values, after)
        uses = describe_uses(self._records, kind, before.code) if new else ""
        return StructurePlan(old, new, list(_consequences(kind, new, uses)))

    def save(self, kind: str, code: int | None, values: Mapping[str, Any], at: datetime, log: CallLog) -> StructureItem:
        """See StructureKeeper. Values that are not given stay as they are at the moment of the write."""
        return _make_item(
            write_again_on_clash(lambda: self._save_once(kind, code, values, at, log), MAX_WRITE_ATTEMPTS)
        )

    def plan_remove(self, kind: str, code: int) -> StructurePlan:
        """See StructureKeeper: an entry is switched off, for records that carry it keep it."""
        stored = self._read(kind)
        entry = _require_switched_on(find_entry(stored, code))
        require_removable(stored, entry)
        new = {ACTIVE: False}
        return StructurePlan(
            {ACTIVE: True}, new, list(_consequences(kind, new, describe_uses(self._records, kind, code)))
        )

    def remove(self, kind: str, code: int, at: datetime, log: CallLog) -> None:
        """See StructureKeeper: switches the entry off."""

        def switch_off() -> Document:
            stored = self._read(kind)
            entry = _require_switched_on(find_entry(stored, code))
            require_removable(stored, entry)
            return self._write(stored, entry, {**entry.values, ACTIVE: False}, at, log)

        write_again_on_clash(switch_off, MAX_WRITE_ATTEMPTS)

    def _read(self, kind: str) -> StoredList:
        return read_list(kind, self._records.db.get(self._records.table, list_key(kind)))

    def _save_once(
        self, kind: str, code: int | None, values: Mapping[str, Any], at: datetime, log: CallLog
    ) -> Document:
        stored = self._read(kind)
        before = None if code is None else find_entry(stored, code)
        after = complete_values(stored, before, values)
        return before if before and before.values == after else self._write(stored, before, after, at, log)

    def _write(
        self, stored: StoredList, before: Document | None, values: Mapping[str, Any], at: datetime, log: CallLog
    ) -> Document:
        """Writes the entry's next version. Raises ConcurrentWrite when the list has been changed since it was read."""
        code = before.code if before else stored.last_code + 1
        entry = Document(stored.family, code, before.version + 1 if before else 1, values, {})
        entries = {**stored.entries, code: entry}
        after = replace(stored, version=stored.version + 1, last_code=max(stored.last_code, code), entries=entries)
        row = after.to_row()
        if len(row["body"].encode()) > MAX_LIST_BYTES:
            raise Conflict("The list has no room for more text. Shorten names or statements first.")
        change = self._start_change(stored.family, "change" if before else "create", at, log)
        unchanged = equals("version", stored.version) if stored.version else absent()
        change.add_operation(Put(self._records.table, row, unchanged))
        change.entries.append(_note_change(before, entry, at))
        change.changed_refs.append(entry.ref)
        change.commit({})
        return entry

    def _start_change(self, family: str, verb: str, at: datetime, log: CallLog) -> Change:
        name = f"{verb}_{LIST_RECORDS[family].words.replace(' ', '_')}"
        method = Method(name, family, Effect.UPDATE, "", "", "", {})
        return self._records.start_change(method, {}, make_operator_call(at, log))


def _make_item(entry: Document) -> StructureItem:
    return StructureItem(entry.code, entry.values, entry.version)


def _note_change(before: Document | None, entry: Document, at: datetime) -> HistoryEntry:
    old, new = _differences(before.values if before else {}, entry.values)
    kind = ChangeKind.CHANGED if before else ChangeKind.CREATED
    return HistoryEntry(entry.ref, entry.version, kind, old, new, at=format_iso(at))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that differ: as they were, and as they are."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _require_switched_on(entry: Document) -> Document:
    if not entry.values[ACTIVE]:
        raise Conflict("It is switched off already; no entry of a list is removed, so that codes keep their meaning.")
    return entry


def _consequences(kind: str, new: Mapping[str, Any], uses: str) -> Iterator[str]:
    """What follows from new values of an entry, in sentences."""
    if ACTIVE in new:
        kept = f" It stays, with its name, on {uses}." if uses else ""
        yield "It can be chosen again." if new[ACTIVE] else f"It cannot be chosen any more.{kept}"
    if NAME in new and kind == PERMISSION.family:
        yield "Consents that were given keep the name under which they were given."
    elif NAME in new and uses:
        yield f"Its name changes for {uses}."
    if PROBABILITY in new and uses:
        yield f"Opportunities that come to this stage from now on get {new[PROBABILITY]} %; {uses} keep theirs."
