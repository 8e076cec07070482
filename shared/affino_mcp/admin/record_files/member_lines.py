"""Brings in lines that put a contact or an account on a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.admin.record_files.file_kinds import ACCOUNT_FILE
from affino_mcp.admin.record_files.known_codes import KnownCodes
from affino_mcp.admin.record_files.line_outcome import LineOutcome, LineResult
from affino_mcp.admin.record_files.line_writer import LineWriter
from affino_mcp.admin.record_files.record_search import RecordSearch
from affino_mcp.catalogue.families.member_lists import CONTACT_LISTS, LIST_KINDS, ListKind
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.tool_errors import InvalidArgument, NotFound, ToolError

_MEMBER_COLUMNS: Final = {
    CONTACT_LISTS.record.code: ("UserCode", "Email", "ExternalID"),
    "AccountListCode": ("AccountCode", "ExternalID"),
}
"""The columns that can name a member, by the column of the list."""


class MemberLines:
    """Brings in one line after another."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._known = KnownCodes(writer.acting)
        self._accounts = RecordSearch(writer.acting, ACCOUNT_FILE)

    def bring_in(self, line: int, given: Mapping[str, Any]) -> LineOutcome:
        """Gives what became of the line. Raises StoreUnavailable and OutcomeNotKnown."""
        try:
            kind = _choose_list(given)
            getting = METHODS[f"get_{kind.method_stem}"]
            place = self._known.find(getting, kind.record.code, str(given[kind.record.code]), kind.record.code)
            member = self._find_member(kind, given)
            asked = {kind.record.code: place, kind.members_argument.name: [member]}
            body, _ = self._writer.write(METHODS[f"add_{kind.method_stem}_members"], asked)
        except ToolError as error:
            return LineOutcome.refuse(line, error)
        if body["NotFound"]:
            return LineOutcome.refuse(line, NotFound(kind.member.code, kind.member.words))
        result = LineResult.MADE if body["Added"] else LineResult.SAME
        return LineOutcome(line, result, member, remarks=tuple(self._writer.remarks))

    def _find_member(self, kind: ListKind, given: Mapping[str, Any]) -> int:
        column = _choose_column(kind, given)
        value = str(given[column])
        if column == kind.member.code and value.strip().isascii() and value.strip().isdecimal():
            return int(value)
        if kind is CONTACT_LISTS:
            argument = "Email" if "@" in value else column
            return self._known.find(METHODS["get_contact"], argument, value, column)
        if column == kind.member.code:
            return self._known.find_account(value, column)
        found = self._known.remember(
            ("accounts", column, value), lambda: self._accounts.find_holder(column, value) or 0
        )
        if not found:
            raise NotFound(column, kind.member.words)
        return found


def _choose_list(given: Mapping[str, Any]) -> ListKind:
    """The kind of list that the line names. Raises InvalidArgument for none, and for both."""
    found = [kind for kind in LIST_KINDS if kind.record.code in given]
    if len(found) != 1:
        names = " or ".join(kind.record.code for kind in LIST_KINDS)
        raise InvalidArgument(LIST_KINDS[0].record.code, f"A line must name one list: {names}.")
    return found[0]


def _choose_column(kind: ListKind, given: Mapping[str, Any]) -> str:
    columns = _MEMBER_COLUMNS[kind.record.code]
    column = next((name for name in columns if name in given), None)
    if column is None:
        raise InvalidArgument(columns[0], f"A line must name the {kind.member.words}: {', '.join(columns)}.")
    return column
