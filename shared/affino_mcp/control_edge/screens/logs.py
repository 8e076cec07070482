"""The screens of the API Logs: search and one row. A person without logs.read sees the person's own calls only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from affino_mcp.admin import log_chart
from affino_mcp.admin.log_chart import LogChart
from affino_mcp.audit.channels import CHANNELS, CONTROL_CHANNEL
from affino_mcp.audit.queries import LogPage, LogQuery, read_one_row, search_log
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.capability import SWITCHED_FAMILIES
from affino_mcp.clock import format_iso
from affino_mcp.control_edge import log_filters
from affino_mcp.control_edge.log_filters import LogFilters
from affino_mcp.control_edge.row_offers import list_offers
from affino_mcp.control_edge.row_visibility import restrict_row
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.tool_errors import InvalidArgument, NotFound

LOG_ROWS_PER_PAGE: Final = 50
LOG_ROWS_FOR_CHART: Final = 400
"""Rows that are read when a chart of them is asked for; the table shows the newest."""
QUICK_RANGES: Final = (
    ("15 min", "15 min"),
    ("1 h", "1 h"),
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7 d", "7 days"),
)
"""The times that one click asks for: the value of Since, and its label."""
MAX_EXPORT_ROWS: Final = 5000
"""Rows of one export."""
REQUEST_MARGIN: Final = timedelta(minutes=5)


def show_log(ask: ScreenRequest) -> Response:
    """The page of the rows that match the filters, newest first, with a chart where hourly totals suffice, or when asked."""
    filters, everybody = log_filters.read_log_filters(ask, LOG_ROWS_PER_PAGE), ask.has_right(LOGS_READ)
    drawn = (
        None if filters.faults or filters.finds_nothing else _read_totals_chart(ask, filters, may_read_all=everybody)
    )
    charts_rows = drawn is None and ask.query_values.get("chart") == "rows"
    answer = _search_filtered(ask, filters, LOG_ROWS_FOR_CHART if charts_rows else LOG_ROWS_PER_PAGE)
    rows = answer.rows
    more = rows[LOG_ROWS_PER_PAGE - 1].id if len(rows) > LOG_ROWS_PER_PAGE else answer.next
    whole = answer.next is None and filters.query.cursor is None
    if charts_rows:
        drawn = log_chart.log_chart_from_rows(rows, ask.centre.clock(), whole=whole, may_read_all=everybody)
    return ask.render_page(
        "logs.html",
        400 if filters.faults else 200,
        here="/logs",
        filters=filters,
        rows=rows[:LOG_ROWS_PER_PAGE],
        drawing=drawn.chart if drawn else None,
        note=drawn.note if drawn else "",
        chart_link="" if drawn or not rows else link_filters(filters, chart="rows"),
        back=_reached_back_to(answer, rows),
        next=link_filters(filters, cursor=more) if more else None,
        exports={kind: link_filters(filters, path="/logs/export", format=kind) for kind in ("csv", "json")},
        families=list(dict.fromkeys([*SWITCHED_FAMILIES, *filter(None, [filters.query.family])])),
        outcomes=list(Outcome),
        channels=CHANNELS,
        all=everybody,
        most=MAX_EXPORT_ROWS,
        ranges=[(label, since, link_filters(filters, since=since, until="")) for since, label in QUICK_RANGES],
        unbounded=link_filters(filters, since="", until=""),
        narrow=partial(link_filters, filters),
        set_filters=_list_set_filters(filters, rows),
        replace_line=lambda line: link_filters(filters, q=line),
    )


def _list_set_filters(filters: LogFilters, rows: Sequence[AuditRow]) -> list[tuple[str, str, str]]:
    """What is set under *Filters*: the field, its value for people, and the path without it."""
    names = {"person": rows[0].person_name, "profile": rows[0].profile_name} if rows else {}
    codes = {"person": str(rows[0].person_code), "profile": rows[0].profile_key} if rows else {}
    found = []
    for name in (*log_filters.FOLDED_FIELDS, "until"):
        if given := filters.given[name]:
            shown = names[name] if codes.get(name) == given and names[name] else given
            found.append((name.capitalize(), shown, link_filters(filters, **{name: ""})))
    return found


def _read_totals_chart(ask: ScreenRequest, filters: LogFilters, *, may_read_all: bool) -> LogChart | None:
    """The chart of hourly totals, which count everybody's calls; None for who may not read these, and for other questions."""
    centre = ask.centre
    if not may_read_all:
        return None
    return log_chart.log_chart_from_totals(centre.database, centre.settings.audit_table, filters.query, centre.clock())


def show_log_row(ask: ScreenRequest) -> Response:
    """The page of one row, with everything that is known about the call.

    Raises NotFound, also for another person's row when the person may not read the log.
    """
    row = require_log_row(ask)
    at = datetime.fromisoformat(row.at)
    since, until = at - REQUEST_MARGIN, at + REQUEST_MARGIN
    follow = {
        "request": row.request_id,
        "since": format_iso(since),
        "until": format_iso(until),
        "profile": row.profile_key,
    }
    return ask.render_page(
        "log_row.html",
        here="/logs",
        row=restrict_row(ask, row),
        siblings=_find_siblings(ask, row, LogQuery(since=since, until=until, request_id=row.request_id)),
        follow=f"/logs?{urlencode(follow)}",
        offers=list_offers(ask, row),
        all=ask.has_right(LOGS_READ),
    )


def require_log_row(ask: ScreenRequest) -> AuditRow:
    """The row that the path names. Raises NotFound, also for another person's when the person may not read the log."""
    row = _find_row(ask, ask.path_values["profile"], ask.path_values["id"])
    if row is None or not (ask.has_right(LOGS_READ) or row.person_code == ask.web_session.person.user_code):
        raise NotFound("id", "call")
    return row


def _find_siblings(ask: ScreenRequest, row: AuditRow, question: LogQuery) -> list[AuditRow]:
    """The other rows of the row's request, oldest first: of a change in shares, or of an operator's action; one read."""
    if not row.share and row.channel != CONTROL_CHANNEL:
        return []
    found = search_log_screen(ask, replace(question, profile=row.profile_key), reads=1).rows
    return [other for other in reversed(found) if other.id != row.id]


def _search_filtered(ask: ScreenRequest, filters: LogFilters, limit: int) -> LogPage:
    if filters.faults or filters.finds_nothing:
        return LogPage([], None)
    return search_log_screen(ask, replace(filters.query, limit=limit), reads=2)


def search_log_screen(ask: ScreenRequest, question: LogQuery, reads: int) -> LogPage:
    """The answer of the API Log to a question. Raises InvalidArgument for a cursor that the log did not give."""
    try:
        return search_log(ask.centre.database, ask.centre.settings.audit_table, question, ask.centre.clock(), reads)
    except ValueError as error:
        raise InvalidArgument("cursor", "This link is not one of the log's. Start again without it.") from error


def _reached_back_to(answer: LogPage, rows: list[AuditRow]) -> str:
    """The time of the last row shown when older rows may exist, else ""."""
    return rows[LOG_ROWS_PER_PAGE - 1].at if len(rows) > LOG_ROWS_PER_PAGE else answer.back


def link_filters(filters: LogFilters, path: str = "/logs", **more: str) -> str:
    """The path with these filters and values in its query; an empty value takes a filter away."""
    return f"{path}?" + urlencode({name: text for name, text in {**filters.given, **more}.items() if text})


def _find_row(ask: ScreenRequest, profile: str, id_: str) -> AuditRow | None:
    """The row of this profile with this id, in one read; None when there is none."""
    return read_one_row(ask.centre.database, ask.centre.settings.audit_table, profile[:64], id_[:26].upper())
