"""The undo of a whole session's changes: what would be undone and what cannot be, then each by itself, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from starlette.responses import Response

from affino_mcp.admin.operator_errors import MaybeDone, NotDone
from affino_mcp.audit.row import AuditRow
from affino_mcp.control_edge.own_work.own_rows import (
    SessionChanges,
    read_session_changes,
    require_own_row,
    was_taken_back,
)
from affino_mcp.control_edge.own_work.work_pages import WorkLine, make_lines
from affino_mcp.control_edge.own_work.work_request import WorkRequest
from affino_mcp.control_edge.row_offers import changed_record
from affino_mcp.control_edge.row_undo import rehearse_undo, undo_row
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import Conflict, ToolError
from affino_mcp.value_class import value_class

MAX_UNDONE_AT_ONCE: Final = 20
"""Most changes of one form: each is a transaction of its own, and the function answers within half a minute."""


class UndoState(StrEnum):
    """What is known of the undo of one change: before it, and after it."""

    POSSIBLE = "possible"
    LATER = "later"
    IMPOSSIBLE = "impossible"
    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"
    NOT_TRIED = "not tried"


@value_class
class PlannedUndo:
    """One change of the session: its line, the state of its undo, and the reason where there is one."""

    line: WorkLine
    state: UndoState
    reason: str = ""

    @property
    def name(self) -> str:
        """The change in the form's fields."""
        return f"{self.line.row.profile_key}/{self.line.row.id}"


def ask_before_session_undo(ask: WorkRequest) -> Response:
    """The page of a session's newest changes: what can be undone, what cannot, and why. Raises NotFound."""
    row = require_own_row(ask, ask.path_values["profile"], ask.path_values["id"])
    found = read_session_changes(ask, row)
    open_rows = [each for each in found.rows if not was_taken_back(each, found.taken_back)]
    shown = open_rows[:MAX_UNDONE_AT_ONCE]
    plans = _plan_undos(ask, shown, found)
    more = len(open_rows) - len(shown)
    return _render_session(ask, row, plans, more=more, gone=len(found.rows) - len(open_rows), back=found.back)


def undo_session(ask: WorkRequest) -> Response:
    """Undoes the changes that the form names, newest first; the page says of each what became of it. Raises NotFound."""
    row = require_own_row(ask, ask.path_values["profile"], ask.path_values["id"])
    named = list(dict.fromkeys(ask.multi_values.get("change", ())))[:MAX_UNDONE_AT_ONCE]
    rows = [require_own_row(ask, *name.partition("/")[::2]) for name in named]
    chosen = sorted((each for each in rows if each.fingerprint == row.fingerprint), key=lambda each: each.id)[::-1]
    return _render_session(ask, row, _undo_in_turn(ask, chosen), is_over=True)


def _plan_undos(ask: WorkRequest, rows: Sequence[AuditRow], found: SessionChanges) -> list[PlannedUndo]:
    """Rehearses each undo, newest first."""
    lines, touched, plans = make_lines(ask, rows, found.rows), set[str](), list[PlannedUndo]()
    for row, line in zip(rows, lines, strict=True):
        plans.append(_plan_undo(ask, row, line, touched))
        if plans[-1].state is not UndoState.IMPOSSIBLE:
            touched |= {change["record"] for change in row.changes}
    return plans


def _plan_undo(ask: WorkRequest, row: AuditRow, line: WorkLine, touched: set[str]) -> PlannedUndo:
    """The plan for one change; `touched` are the records of the later changes that are undone before it."""
    try:
        rehearse_undo(ask, row)
    except Conflict as error:
        is_about_values = "Attributes" in error.details
        waits = changed_record(row) in touched if is_about_values else bool(touched)
        return PlannedUndo(line, UndoState.LATER if waits else UndoState.IMPOSSIBLE, error.message)
    except ToolError as error:
        return PlannedUndo(line, UndoState.IMPOSSIBLE, error.message)
    return PlannedUndo(line, UndoState.POSSIBLE)


def _undo_in_turn(ask: WorkRequest, rows: Sequence[AuditRow]) -> list[PlannedUndo]:
    """Undoes one change after another, each in a request of its own name; ends where the stores fail."""
    done: list[PlannedUndo] = []
    for number, (row, line) in enumerate(zip(rows, make_lines(ask, rows, rows), strict=True), 1):
        failed = bool(done) and done[-1].state in {UndoState.UNKNOWN, UndoState.NOT_TRIED}
        own = replace(ask, origin=replace(ask.origin, request_id=f"{ask.origin.request_id}-{number}"))
        done.append(PlannedUndo(line, UndoState.NOT_TRIED) if failed else _undo_one(own, row, line))
    return done


def _undo_one(ask: WorkRequest, row: AuditRow, line: WorkLine) -> PlannedUndo:
    try:
        undo_row(ask, row)
    except (ToolError, NotDone) as error:
        return PlannedUndo(line, UndoState.NOT_DONE, error.message)
    except (MaybeDone, StoreUnavailable):
        return PlannedUndo(line, UndoState.UNKNOWN, MaybeDone.text)
    return PlannedUndo(line, UndoState.DONE)


def _render_session(
    ask: WorkRequest,
    row: AuditRow,
    plans: Sequence[PlannedUndo],
    *,
    is_over: bool = False,
    more: int = 0,
    gone: int = 0,
    back: str = "",
) -> Response:
    counts = {state.name.lower(): sum(1 for plan in plans if plan.state is state) for state in UndoState}
    shown: dict[str, Any] = {
        "plans": plans,
        "counts": counts,
        "is_over": is_over,
        "more": more,
        "gone": gone,
        "back": back,
    }
    return ask.render_page("work_session.html", row=row, **shown)
