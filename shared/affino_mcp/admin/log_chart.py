"""The chart above the API Logs: from hourly totals when they can answer the question, else from the rows read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from affino_mcp.admin import chart
from affino_mcp.admin.chart import Chart, ChartWindow
from affino_mcp.admin.display import format_time
from affino_mcp.audit import totals
from affino_mcp.audit.queries import LogQuery
from affino_mcp.audit.row import AuditRow
from affino_mcp.store.ops import Database
from affino_mcp.text import plural


class LogChart(NamedTuple):
    """A chart, or None, and a note for people on what it covers."""

    chart: Chart | None
    note: str


def log_chart_from_totals(database: Database, table: str, question: LogQuery, now: datetime) -> LogChart | None:
    """The chart of all calls of the time asked for, in one read; None when totals do not know the answer."""
    if not can_use_totals(question):
        return None
    window = ChartWindow.from_span(question.since, question.until, now)
    drawn = read_totals_chart(database, table, question.profile, window)
    return LogChart(drawn, describe_totals_chart(drawn, question.profile, window))


def log_chart_from_rows(rows: Sequence[AuditRow], now: datetime, *, whole: bool, may_read_all: bool) -> LogChart:
    """The chart of rows that were read (newest first).

    `whole` says that these are all that match, `may_read_all` that they are of all people, not of one person.
    """
    drawn, number = chart.chart_from_rows(rows, now), len(rows)
    if not rows:
        return LogChart(drawn, "")
    if whole:
        return LogChart(drawn, f"Of all that match: {plural(number, 'row')}.")
    if not may_read_all:
        return LogChart(drawn, f"Of your newest {plural(number, 'call')}, not of all calls.")
    newest = f"Of the newest {plural(number, 'row that matches', 'rows that match')}, not of all."
    return LogChart(drawn, f"{newest} A search by profile and time alone is charted in full.")


def can_use_totals(question: LogQuery) -> bool:
    """Whether hourly totals can answer a question, which then asks by profile and time only."""
    asked = replace(question, profile=None, since=None, until=None, limit=LogQuery.limit, cursor=None)
    return asked == LogQuery()


def read_totals_chart(database: Database, table: str, profile: str | None, window: ChartWindow) -> Chart | None:
    """The chart of the calls of one profile, or of all (None), from hourly totals. Raises StoreUnavailable."""
    return chart.chart_from_hours(totals.read_hours(database, table, profile, window.since, window.until), window)


def describe_totals_chart(drawn: Chart | None, profile: str | None, window: ChartWindow) -> str:
    """The note on a chart of totals: the time that it covers, and when it was counted last."""
    span = f"from {window.since:%Y-%m-%d %H:%M} to {window.until:%Y-%m-%d %H:%M} UTC"
    if drawn is None:
        return f"No calls were counted {span}. Hours are counted every five minutes."
    fresh = f", last at {format_time(drawn.counted_at)} UTC" if profile is None else ""
    gaps = (
        f" {plural(drawn.uncounted_hours, 'hour')} of it could not be counted."
        if profile is None and drawn.uncounted_hours
        else ""
    )
    return f"All calls in whole {drawn.bar_unit}s, {span}. Hours are counted every five minutes{fresh}.{gaps}"
