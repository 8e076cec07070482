"""Reads the rows of a person's own calls: a page of them, one of them, and the changes of one session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.queries import LogPage, LogQuery, read_one_row, search_log
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.control_edge.own_work.work_request import WorkRequest
from affino_mcp.control_edge.row_offers import changed_record, may_take_back
from affino_mcp.control_edge.row_undo import TAKE_BACK_DEED, name_change
from affino_mcp.instance.elsewhere_ports import require_own_records
from affino_mcp.tool_errors import InvalidArgument, NotFound

WORK_ROWS_PER_PAGE: Final = 50
"""Rows that a page reads; those that an agent's filter leaves out are not shown."""
SESSION_SPAN: Final = timedelta(days=1)
"""How far before and after one of its calls a session's changes are looked for: no session is longer, unless it is revived."""
MAX_SESSION_ROWS: Final = 400
"""Most rows that are read for a session's changes, newest first."""


TakenBack = tuple[str, str]


class SessionChanges(NamedTuple):
    """The changes of one session, newest first, and the time back to which they were looked for where rows are left."""

    rows: list[AuditRow]
    taken_back: frozenset[TakenBack]
    back: str


def read_own_page(ask: WorkRequest, family: str | None, cursor: str | None) -> LogPage:
    """Gives a page of the person's rows, newest first, in two reads. Raises InvalidArgument for a cursor that is none."""
    return _search(ask, LogQuery(family=family, cursor=cursor, limit=WORK_ROWS_PER_PAGE))


def require_own_row(ask: WorkRequest, profile: str, id_: str) -> AuditRow:
    """Gives the row of a change of the person's own that undo knows.

    Raises NotFound for any other row, and for none; InstanceDecides.
    """
    require_own_records(ask.centre.settings)
    table = ask.centre.settings.audit_table
    row = read_one_row(ask.centre.database, table, profile[:64], id_[:26].upper())
    if row is None or row.person_code != ask.web_session.person.user_code or not is_undoable(ask, row):
        raise NotFound("id", "change of yours")
    return row


def read_session_changes(ask: WorkRequest, row: AuditRow) -> SessionChanges:
    """Gives the changes that the session of this row made, in at most six reads."""
    at = datetime.fromisoformat(row.at)
    span = LogQuery(since=at - SESSION_SPAN, until=at + SESSION_SPAN, outcome=Outcome.OK, limit=MAX_SESSION_ROWS)
    page = _search(ask, span)
    own = [each for each in page.rows if each.fingerprint == row.fingerprint and is_undoable(ask, each)]
    return SessionChanges(own, find_taken_back(page.rows), page.back)


def find_taken_back(rows: Iterable[AuditRow]) -> frozenset[TakenBack]:
    """Gives the changes that these rows say were taken back in the browser: the record, and the words of `name_change`."""
    deeds = [row for row in rows if row.method == TAKE_BACK_DEED and row.outcome is Outcome.OK]
    return frozenset((row.record, str((row.arguments.get("before") or {}).get("Change", ""))) for row in deeds)


def is_undoable(ask: WorkRequest, row: AuditRow) -> bool:
    """True for a change of a record that undo knows; whether it is possible now, the undo's rehearsal says.

    Never where the records are in an instance elsewhere.
    """
    if ask.centre.settings.instance_url:
        return False
    made = row.outcome is Outcome.OK and row.channel != CONTROL_CHANNEL and not row.dry_run
    return made and bool(row.changes) and bool(changed_record(row)) and may_take_back(ask, row)


def was_taken_back(row: AuditRow, taken_back: frozenset[TakenBack]) -> bool:
    """True when the change is one of these."""
    return (changed_record(row), name_change(row)) in taken_back


def _search(ask: WorkRequest, question: LogQuery) -> LogPage:
    centre = ask.centre
    own = replace(question, person=ask.web_session.person.user_code)
    try:
        return search_log(centre.database, centre.settings.audit_table, own, centre.clock(), reads=1)
    except ValueError as error:
        raise InvalidArgument("cursor", "This link is not one of this page's. Start again without it.") from error
