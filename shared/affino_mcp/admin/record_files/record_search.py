"""Finds the record that a line is about: by its code, by what no two records share, or by what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from affino_mcp.admin.record_files.acting_person import ActingPerson
from affino_mcp.admin.record_files.file_kinds import SCOPE, RecordFile
from affino_mcp.admin.record_files.line_values import fold_name_of, names_entry
from affino_mcp.catalogue.families.shared import SCOPE_FIELDS
from affino_mcp.catalogue.method import FIELDS
from affino_mcp.text import fold
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

Answer = dict[str, Any]
_PAGES_SEARCHED: Final = 10
_PAGE_SIZE: Final = 100
_EXTERNAL_ID: Final = "ExternalID"


class RecordSearch:
    """Finds records of one kind as a person may see them. `found_by` is the column that found the last one."""

    def __init__(self, acting: ActingPerson, kind: RecordFile) -> None:
        self._acting, self._kind = acting, kind
        self.found_by = ""

    def find(self, given: Mapping[str, Any]) -> Answer | None:
        """The full answer of the record that the line is about, None for a new one.

        Raises InvalidArgument for a code that no record has, Conflict when the line fits several records or another one, and what
        the methods raise.
        """
        kind, self.found_by = self._kind, ""
        if kind.record.code in given:
            self.found_by = kind.record.code
            return self._get_by_code(given)
        for key in kind.keys:
            if key in given and (found := self._find_by_key(key, given[key])) is not None:
                self.found_by = key
                self._require_same_external_id(given, found, key)
                return found
        code = self._find_alike(given)
        return None if code is None else self._get({kind.record.code: code})

    def _get(self, given: Mapping[str, Any]) -> Answer:
        body = self._acting.read(self._kind.getting, given)
        answer: Answer = body[self._kind.record.name]
        return answer

    def _get_by_code(self, given: Mapping[str, Any]) -> Answer:
        code = self._kind.record.code
        try:
            return self._get({code: given[code]})
        except NotFound as error:
            text = f"{error.message} Leave the cell empty to find the record by its other columns, or to make it."
            raise InvalidArgument(code, text) from error

    def _find_by_key(self, key: str, value: str) -> Answer | None:
        if key not in {field.name for field in self._kind.getting.arguments}:
            code = self.find_holder(key, value)
            return None if code is None else self._get({self._kind.record.code: code})
        try:
            return self._get({key: value})
        except NotFound:
            return None

    def find_holder(self, key: str, value: str) -> int | None:
        """Gives the code of the record that has this value, as the rehearsal of a second record with it is told."""
        creating, needed = self._kind.creating, dict.fromkeys(self._kind.record.required, "-")
        try:
            self._acting.write(creating, {**needed, key: value}, None, "")
        except Conflict as error:
            existing = error.details.get("existing") or {}
            return existing.get(self._kind.record.code)
        return None

    def _require_same_external_id(self, given: Mapping[str, Any], found: Answer, key: str) -> None:
        """Raises Conflict when the line names another record of the other system than the one that was found."""
        wanted, has = given.get(_EXTERNAL_ID), found.get(_EXTERNAL_ID)
        if key != _EXTERNAL_ID and wanted and has and fold(str(wanted)) != fold(str(has)):
            code = found[self._kind.record.code]
            text = f"The {self._kind.record.words} with this {key} ({code}) has another ExternalID."
            raise Conflict(text, argument=_EXTERNAL_ID)

    def _find_alike(self, given: Mapping[str, Any]) -> int | None:
        """The code of the one record that says the same where two lines would be duplicates. Raises Conflict for several."""
        names = self._kind.alike
        if not names or any(name not in given for name in names[:1]):
            return None
        code = self._kind.record.code
        wanted = self._acting.check(self._kind.updating, {code: 1, **{n: given[n] for n in names if n in given}})
        rows = [row for row in self._list_candidates(given) if self._is_alike(row, wanted, given)]
        if len(rows) > 1:
            codes = ", ".join(str(row[code]) for row in rows[:5])
            text = f"Several {self._kind.plural} have this {names[0]}: {codes}. Give the {code}."
            raise Conflict(text, argument=names[0])
        return int(rows[0][code]) if rows else None

    def _is_alike(self, row: Answer, wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
        names = [name for name in self._kind.alike if name in wanted]
        if not all(_is_equal(row.get(name), wanted[name]) for name in names):
            return False
        other, own = row.get(_EXTERNAL_ID), given.get(_EXTERNAL_ID)
        return not (other and own)  # a record with this ExternalID would have been found by it

    def _list_candidates(self, given: Mapping[str, Any]) -> Iterator[Answer]:
        """The rows among which a record that says the same can be: those about the same record, or with these words."""
        within = {name: given[name] for name in self._kind.within if name in given}
        fields = [*self._kind.alike, *([_EXTERNAL_ID] if _EXTERNAL_ID in self._kind.record.writable else [])]
        asked = within or {"Search": str(given[self._kind.alike[0]])[:200]}
        page: Answer = {"NextCursor": ""}
        for _ in range(_PAGES_SEARCHED):
            more = {"Cursor": page["NextCursor"]} if page["NextCursor"] else {}
            try:
                page = self._acting.read(
                    self._kind.listing, {**asked, **more, "PageSize": _PAGE_SIZE, FIELDS.name: fields}
                )
            except InvalidArgument as error:
                if error.details["argument"] == "Search":  # a text without a letter or digit: nothing finds it
                    return
                raise
            yield from page["Items"]
            if not page["NextCursor"]:
                return


def require_same_place(kind: RecordFile, given: Mapping[str, Any], stored: Answer) -> None:
    """Raises Conflict when the line says of a record that was found what only a new one can be given, and says another."""
    for name, attribute in kind.fixed.items():
        value = given.get(name)
        if value is None or "@" in str(value) or names_entry(_place_of(stored, name, attribute), value):
            continue
        text = f"{name} cannot be changed by an import: the {kind.record.words} is about another record."
        raise Conflict(text, argument=name)


def _place_of(stored: Answer, name: str, attribute: str) -> Any:
    found = stored.get(attribute)
    if attribute != SCOPE or found is None:
        return found
    types = dict(zip((field.name for field in SCOPE_FIELDS), ("account", "contact", "opportunity"), strict=True))
    return {key: found[key] for key in ("Code", "Name") if key in found} if found["Type"] == types[name] else None


def _is_equal(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, str) and isinstance(wanted, str):
        return fold_name_of(stored) == fold_name_of(wanted)
    return bool(stored == wanted)
