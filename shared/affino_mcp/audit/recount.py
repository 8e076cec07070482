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
from affino_mcp.audit.queries import LOOKED_AT, Question, search
from affino_mcp.audit.row import CONTROL, Row
from affino_mcp.audit.totals import HOUR, Hour, Total
from affino_mcp.clock import iso
from affino_mcp.store.ops import Compare, ConditionFailed, Database, absent, any_of

BACK: Final = timedelta(hours=48)
"""How far back open hours are counted: the rollup may pause for so long without a gap."""

GRACE: Final = timedelta(minutes=15)
"""How long after its end an hour is counted a last time and closed: calls end late, and indexes show rows late."""


def recount(database: Database, table: str, now: datetime) -> list[str]:
    """Counts every open hour, the current one first; gives the hours counted. Raises StoreUnavailable."""
    known = {hour.start for hour in totals.read(database, table, None, now - BACK, now) if hour.closed}
    wanted = [start for start in _hours(now) if start not in known]
    for start in wanted:
        _count(database, table, start, now)
    return wanted


def _hours(now: datetime) -> Iterator[str]:
    """The hours that may be open, newest first."""
    for back in range(BACK // HOUR):
        yield totals.start_of(now - back * HOUR)


def _count(database: Database, table: str, start: str, now: datetime) -> None:
    """Counts one hour. The total of all profiles is written last: it marks that the hour's other totals are written."""
    found: dict[str, Total] = defaultdict(Total)
    for rows in _rows(database, table, start, now):
        of_profile: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.channel != CONTROL:
                of_profile[row.profile_key].append(row)
        for key, some in of_profile.items():
            found[key] += Total.of(some)
    everybody = sum(found.values(), Total())
    closed = now - totals.moment_of(start) >= HOUR + GRACE
    of: list[tuple[str | None, Total]] = [*found.items(), (None, everybody)]
    for profile, total in of:
        _write(database, table, profile, Hour(start, total, iso(now), closed))


def _rows(database: Database, table: str, start: str, now: datetime) -> Iterator[list[Row]]:
    """Yields the hour's rows, one read at a time."""
    since = totals.moment_of(start)
    question = Question(since=since, until=since + HOUR - timedelta(microseconds=1), limit=LOOKED_AT)
    while True:
        answer = search(database, table, question, now, reads=1)
        yield answer.rows
        if answer.next is None:
            return
        question = replace(question, cursor=answer.next)


def _write(database: Database, table: str, profile: str | None, hour: Hour) -> None:
    """Writes an hour's total, unless another process has counted it later."""
    older = any_of(absent(), Compare("counted", "<=", hour.counted))
    with suppress(ConditionFailed):
        database.put(replace(totals.put(table, profile, hour), condition=older))
