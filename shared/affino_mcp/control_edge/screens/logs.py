"""The screens of the API Logs: search and one row. A person without logs.read sees the person's own calls only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from affino_mcp.admin import log_chart
from affino_mcp.admin.log_chart import Drawn
from affino_mcp.audit.queries import LogPage, LogQuery, read_one_row, search_log
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.clock import format_iso
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.log_filters import Filters
from affino_mcp.control_edge.row_visibility import seen
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.tool_errors import InvalidArgument, NotFound

SHOWN: Final = 50
READ: Final = 400
"""Rows that are read, in two reads, when the chart must be made of them; the table shows the newest."""
EXPORTED: Final = 5000
"""Rows of one export."""
NEAR: Final = timedelta(minutes=5)


def listed(ask: Ask) -> Response:
    """The page of the rows that match the filters, newest first, with a chart from hourly totals where these suffice."""
    filters, everybody = log_filters.read(ask, SHOWN), ask.may(LOGS_READ)
    drawn = _chart_of_totals(ask, filters) if everybody and not filters.wrong else None
    answer = _answer(ask, filters, READ if drawn is None else SHOWN, reads=2 if drawn is None else 1)
    rows = answer.rows
    more = rows[SHOWN - 1].id if len(rows) > SHOWN else answer.next
    whole = answer.next is None and filters.question.cursor is None
    drawn = drawn or log_chart.of_rows(rows, ask.centre.clock(), whole=whole, may_read_all=everybody)
    return ask.page(
        "logs.html",
        400 if filters.wrong else 200,
        here="/logs",
        filters=filters,
        rows=rows[:SHOWN],
        drawing=drawn.chart,
        note=drawn.note,
        back=_reached(answer, rows),
        next=_link(filters, cursor=more) if more else None,
        exports={kind: _link(filters, path="/logs/export", format=kind) for kind in ("csv", "json")},
        families=list(dict.fromkeys([*SWITCHED_FAMILIES, *filter(None, [filters.question.family])])),
        all=everybody,
        most=EXPORTED,
    )


def _chart_of_totals(ask: Ask, filters: Filters) -> Drawn | None:
    centre = ask.centre
    return log_chart.of_totals(centre.database, centre.settings.audit_table, filters.question, centre.clock())


def shown(ask: Ask) -> Response:
    """The page of one row, with everything that is known about the call.

    Raises NotFound, also for another person's row when the person may not read the log.
    """
    row = _one(ask, ask.path["profile"], ask.path["id"])
    if row is None or not (ask.may(LOGS_READ) or row.person_code == ask.visit.person.user_code):
        raise NotFound("id", "call")
    at = datetime.fromisoformat(row.at)
    follow = {
        "request": row.request_id,
        "since": format_iso(at - NEAR),
        "until": format_iso(at + NEAR),
        "profile": row.profile_key,
    }
    return ask.page(
        "log_row.html", here="/logs", row=seen(ask, row), follow=f"/logs?{urlencode(follow)}", all=ask.may(LOGS_READ)
    )


def _answer(ask: Ask, filters: Filters, limit: int, reads: int) -> LogPage:
    if filters.wrong:
        return LogPage([], None)
    return ask_log(ask, replace(filters.question, limit=limit), reads)


def ask_log(ask: Ask, question: LogQuery, reads: int) -> LogPage:
    """The answer of the API Log to a question. Raises InvalidArgument for a cursor that the log did not give."""
    try:
        return search_log(ask.centre.database, ask.centre.settings.audit_table, question, ask.centre.clock(), reads)
    except ValueError as error:
        raise InvalidArgument("cursor", "This link is not one of the log's. Start again without it.") from error


def _reached(answer: LogPage, rows: list[AuditRow]) -> str:
    """The time of the last row shown when older rows may exist, else ""."""
    return rows[SHOWN - 1].at if len(rows) > SHOWN else answer.back


def _link(filters: Filters, path: str = "/logs", **more: str) -> str:
    return f"{path}?" + urlencode({**{name: text for name, text in filters.given.items() if text}, **more})


def _one(ask: Ask, profile: str, id_: str) -> AuditRow | None:
    """The row of this profile with this id, in one read; None when there is none."""
    return read_one_row(ask.centre.database, ask.centre.settings.audit_table, profile[:64], id_[:26].upper())
