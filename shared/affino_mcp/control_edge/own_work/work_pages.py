"""The list of what one's own agent did, newest first, and the undo of one change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.control_edge.own_work.own_rows import (
    TakenBack,
    find_taken_back,
    is_undoable,
    read_own_page,
    require_own_row,
    was_taken_back,
)
from affino_mcp.control_edge.own_work.work_request import WorkRequest
from affino_mcp.control_edge.own_work.work_words import collect_names, describe_work
from affino_mcp.control_edge.row_undo import find_obstacle, undo_row
from affino_mcp.control_edge.row_visibility import restrict_row
from affino_mcp.errors import NetworkNotAllowed, PersonNotAllowed, ProfileDisabled, ProfileExpired
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled, ToolError
from affino_mcp.value_class import value_class

UNNAMED_AGENT: Final = "unnamed"
"""What stands for the client of calls that named none."""
_OPERATORS_ERRORS: Final = frozenset(
    error.type
    for error in (PermissionDenied, ToolDisabled, PersonNotAllowed, ProfileDisabled, ProfileExpired, NetworkNotAllowed)
)
"""The types of the errors that an operator can do something about."""
_OPERATOR_TEXT: Final = " Your operator can change that."
_FILTERS: Final = ("family", "agent", "session")


@value_class
class WorkLine:
    """One call as the list shows it: its row as the person may see it, words, and whether it can, or was, taken back."""

    row: AuditRow
    words: str
    is_undoable: bool
    is_taken_back: bool

    @property
    def agent(self) -> str:
        """The client that made the call."""
        return name_agent(self.row)

    @property
    def is_own_deed(self) -> bool:
        """True for what the person did in a browser."""
        return self.row.channel == CONTROL_CHANNEL

    @property
    def refusal(self) -> str:
        """Why the call was not done; empty when it was."""
        if self.row.outcome is Outcome.UNKNOWN:
            return "It is not known whether it was done."
        error = self.row.error if self.row.outcome is not Outcome.OK else None
        if not error:
            return ""
        fixer = _OPERATOR_TEXT if error.get("type") in _OPERATORS_ERRORS else ""
        return f"{error.get('message', '')}{fixer}"


def show_work(ask: WorkRequest) -> Response:
    """The page of one's own calls, newest first, narrowed by family, agent and session. Raises InvalidArgument."""
    given = {name: ask.query_values.get(name, "").strip()[:100] for name in _FILTERS}
    family = given["family"] if given["family"] in SWITCHED_FAMILIES else ""
    page = read_own_page(ask, family or None, ask.query_values.get("cursor") or None)
    rows = [row for row in page.rows if _fits(row, given)]
    return ask.render_page(
        "work.html",
        lines=make_lines(ask, rows, page.rows),
        given={**given, "family": family},
        families=list(SWITCHED_FAMILIES),
        agents=_list_agents(page.rows, given["agent"]),
        next=f"?{urlencode({**_without_empty(given), 'cursor': page.next})}" if page.next else "",
        back=page.back,
        is_first=not ask.query_values.get("cursor"),
    )


def ask_before_undo(ask: WorkRequest) -> Response:
    """The page that shows one change, and whether it can be undone now or what prevents it. Raises NotFound."""
    row = _require_row(ask)
    return _render_undo(ask, row, wrong=find_obstacle(ask, row))


def undo_change(ask: WorkRequest) -> Response:
    """Undoes the change; a page says that it is done, or what prevents it. Raises NotFound, NotDone, MaybeDone."""
    row = _require_row(ask)
    try:
        undo_row(ask, row)
    except ToolError as error:
        return _render_undo(ask, row, error.status, wrong=error.message)
    return _render_undo(ask, row, done=True)


def make_lines(ask: WorkRequest, rows: Iterable[AuditRow], read: Iterable[AuditRow]) -> list[WorkLine]:
    """Gives the lines of these rows; all rows that were `read` tell names of records, and what was taken back."""
    seen = [restrict_row(ask, row) for row in read]
    names, taken_back = collect_names(seen), find_taken_back(seen)
    return [_make_line(ask, row, names, taken_back) for row in rows]


def name_agent(row: AuditRow) -> str:
    """Gives the client that made a row's call."""
    return row.client_name or UNNAMED_AGENT


def _make_line(ask: WorkRequest, row: AuditRow, names: Mapping[str, str], taken_back: frozenset[TakenBack]) -> WorkLine:
    seen, gone = restrict_row(ask, row), was_taken_back(row, taken_back)
    return WorkLine(seen, describe_work(seen, names), is_undoable(ask, row) and not gone, gone)


def _fits(row: AuditRow, given: Mapping[str, str]) -> bool:
    """Whether a row is shown; one that says that something was begun is not, because another says how it ended."""
    if row.outcome is Outcome.BEGUN:
        return False
    is_agents = not given["agent"] or (name_agent(row) == given["agent"] and row.channel != CONTROL_CHANNEL)
    return is_agents and (not given["session"] or row.fingerprint == given["session"])


def _list_agents(rows: Iterable[AuditRow], chosen: str) -> list[str]:
    found = {name_agent(row) for row in rows if row.channel != CONTROL_CHANNEL}
    return sorted(found | ({chosen} if chosen else set()))


def _without_empty(given: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in given.items() if text}


def _require_row(ask: WorkRequest) -> AuditRow:
    return require_own_row(ask, ask.path_values["profile"], ask.path_values["id"])


def _render_undo(
    ask: WorkRequest, row: AuditRow, status: int = 200, *, wrong: str = "", done: bool = False
) -> Response:
    (line,) = make_lines(ask, [row], [row])
    return ask.render_page("work_undo.html", status, line=line, wrong=wrong, done=done)
