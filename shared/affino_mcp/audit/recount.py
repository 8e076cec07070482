"""Counts the API Log's hours into totals. It can be done at any time, by several at once, and again: nothing is added up twice.

An hour is counted from its rows until it is closed, a while after its end; then every row of it is in the index.
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
"""How far back an hour that was never closed is counted still: so long may counting stand still without a gap."""

GRACE: Final = timedelta(minutes=15)
"""How long after its end an hour is counted once more, and closed: calls end late, and indexes show rows late."""


def recount(database: Database, table: str, now: datetime) -> list[str]:
    """Count every hour that is not closed, the present one first; answers which. Raises StoreUnavailable."""
    known = {hour.start for hour in totals.read(database, table, None, now - BACK, now) if hour.closed}
    wanted = [start for start in _hours(now) if start not in known]
    for start in wanted:
        _count(database, table, start, now)
    return wanted


def _hours(now: datetime) -> Iterator[str]:
    """The hours that may be open, the newest first."""
    for back in range(BACK // HOUR):
        yield totals.start_of(now - back * HOUR)


def _count(database: Database, table: str, start: str, now: datetime) -> None:
    """One hour. Everybody's total is written last: it says that the hour's other totals are there."""
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
    """The hour's rows, a read at a time."""
    since = totals.moment_of(start)
    question = Question(since=since, until=since + HOUR - timedelta(microseconds=1), limit=LOOKED_AT)
    while True:
        answer = search(database, table, question, now, reads=1)
        yield answer.rows
        if answer.next is None:
            return
        question = replace(question, cursor=answer.next)


def _write(database: Database, table: str, profile: str | None, hour: Hour) -> None:
    """Unless another one has counted later than we."""
    older = any_of(absent(), Compare("counted", "<=", hour.counted))
    with suppress(ConditionFailed):
        database.put(replace(totals.put(table, profile, hour), condition=older))
