"""Rolls the API Log's rows up into hourly totals; safe to repeat, and to run in several processes at once.

An hour is counted from its rows again until it is closed, some time after its end, when all its rows are in the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.audit import totals
from affino_mcp.audit.queries import MAX_LOG_ROWS_PER_READ, LogQuery, search_log
from affino_mcp.audit.row import CONTROL_CHANNEL, AuditRow
from affino_mcp.audit.totals import ONE_HOUR, CallTotals, HourTotals
from affino_mcp.clock import format_iso
from affino_mcp.store.ops import Compare, ConditionFailed, Database, absent, any_of

RECOUNT_PERIOD: Final = timedelta(hours=48)
"""How far back open hours are counted: the rollup may pause for so long without a gap."""

CLOSING_DELAY: Final = timedelta(minutes=15)
"""How long after its end an hour is counted a last time and closed: calls end late, and indexes show rows late."""


def roll_up_hours(database: Database, table: str, now: datetime) -> list[str]:
    """Counts every open hour, the current one first; gives the hours counted. Raises StoreUnavailable."""
    known = {hour.start for hour in totals.read_hours(database, table, None, now - RECOUNT_PERIOD, now) if hour.closed}
    wanted = [start for start in _open_hours(now) if start not in known]
    for start in wanted:
        _roll_up_hour(database, table, start, now)
    return wanted


def _open_hours(now: datetime) -> Iterator[str]:
    """The hours that may be open, newest first."""
    for back in range(RECOUNT_PERIOD // ONE_HOUR):
        yield totals.hour_name(now - back * ONE_HOUR)


def _roll_up_hour(database: Database, table: str, start: str, now: datetime) -> None:
    """Counts one hour. The total of all profiles is written last: it marks that the hour's other totals are written."""
    found: dict[str, CallTotals] = defaultdict(CallTotals)
    for rows in _read_hour_rows(database, table, start, now):
        of_profile: dict[str, list[AuditRow]] = defaultdict(list)
        for row in rows:
            if row.channel != CONTROL_CHANNEL:
                of_profile[row.profile_key].append(row)
        for key, some in of_profile.items():
            found[key] += CallTotals.from_rows(some)
    everybody = sum(found.values(), CallTotals())
    closed = now - totals.hour_start(start) >= ONE_HOUR + CLOSING_DELAY
    of: list[tuple[str | None, CallTotals]] = [*found.items(), (None, everybody)]
    for profile, total in of:
        _write_total(database, table, profile, HourTotals(start, total, format_iso(now), closed))


def _read_hour_rows(database: Database, table: str, start: str, now: datetime) -> Iterator[list[AuditRow]]:
    """Yields the hour's rows, one read at a time."""
    since = totals.hour_start(start)
    question = LogQuery(since=since, until=since + ONE_HOUR - timedelta(microseconds=1), limit=MAX_LOG_ROWS_PER_READ)
    while True:
        answer = search_log(database, table, question, now, reads=1)
        yield answer.rows
        if answer.next is None:
            return
        question = replace(question, cursor=answer.next)


def _write_total(database: Database, table: str, profile: str | None, hour: HourTotals) -> None:
    """Writes an hour's total, unless another process has counted it later."""
    older = any_of(absent(), Compare("counted", "<=", hour.counted))
    with suppress(ConditionFailed):
        database.put(replace(totals.totals_put(table, profile, hour), condition=older))
