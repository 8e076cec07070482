"""Rolls the API Log's rows up into hourly totals; safe to repeat, and to run in several processes at once.

An open hour is counted on from where the last turn ended (hour_positions). Some time after its end, when all its rows
are in the index, all of them are counted once more, in as many turns as it takes, and the hour is closed: only then do
rows count that came late. So a closed hour's totals are exact, whatever the order in which rows appeared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from affino_mcp.audit import hour_positions, totals
from affino_mcp.audit.hour_positions import HourPosition, ProfileSums, add_rows
from affino_mcp.audit.log_pages import iterate_all_calls
from affino_mcp.audit.queries import lowest_ulid
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.audit.totals import ONE_HOUR, CallTotals, HourTotals
from affino_mcp.clock import format_iso
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Compare, Database, Item, absent, any_of
from affino_mcp.ulids import read_ulid, write_ulid

RECOUNT_PERIOD: Final = timedelta(hours=48)
"""How far back open hours are counted: the rollup may pause for so long without a gap."""

CLOSING_DELAY: Final = timedelta(minutes=15)
"""How long after its end an hour is counted a last time and closed: calls end late, and indexes show rows late."""

SETTLING_TIME: Final = timedelta(minutes=2)
"""How old a row must be so that the next turn need not read it again: younger ones may still be joined by earlier ones.

Longer than a call lasts, than the index's delay, and than the minute in which the count of a storm of refusals grows.
"""

MIN_SAVED_ROWS: Final = 1000
"""A position that is fewer rows further than the stored one is not worth storing: they are one read."""

SECRET_DEEDS: Final = frozenset({"create_profile", "regenerate_profile"})
"""The operators' deeds that make a new secret."""


@dataclass
class RollUp:
    """What one turn did: the hours counted to their present end, the rows read, and the hours that it had no time for.

    `sums` are the totals so far of each hour by API Key; `secrets` are the index's entries of the deeds that made a secret, as
    the turn met them: a later turn may meet them again, none is left out.
    """

    counted: list[str] = field(default_factory=list)
    rows: int = 0
    owed: list[str] = field(default_factory=list)
    sums: dict[str, ProfileSums] = field(default_factory=dict)
    secrets: list[AuditRow] = field(default_factory=list)


def roll_up_hours(database: Database, table: str, now: datetime, has_time: Callable[[], bool] = lambda: True) -> RollUp:
    """Counts every open hour, the current one first, while `has_time` says so. Raises StoreUnavailable."""
    since, done = now - RECOUNT_PERIOD, RollUp()
    closed = {hour.start for hour in totals.read_hours(database, table, None, since, now) if hour.closed}
    heads = hour_positions.load_positions(database, table, since, now)
    for start in _open_hours(now):
        if start not in closed:
            finished = has_time() and _roll_up_hour(database, table, start, heads, now, has_time, done)
            (done.counted if finished else done.owed).append(start)
    return done


def _open_hours(now: datetime) -> Iterator[str]:
    """The hours that may be open, newest first."""
    for back in range(RECOUNT_PERIOD // ONE_HOUR):
        yield totals.hour_name(now - back * ONE_HOUR)


def _roll_up_hour(
    database: Database,
    table: str,
    start: str,
    heads: Mapping[str, Item],
    now: datetime,
    has_time: Callable[[], bool],
    done: RollUp,
) -> bool:
    """Counts one hour on and writes its totals; gives whether it is counted to its present end."""
    closing = now - totals.hour_start(start) >= ONE_HOUR + CLOSING_DELAY
    before = hour_positions.load_position(database, table, start, heads.get(start))
    if before.is_closing != closing:
        before = HourPosition(start, closing, stored=before.stored)
    found = _count_rows(database, table, before, now, has_time)
    done.rows += found.rows
    done.sums[start] = found.sums
    done.secrets += found.secrets
    if found.finished or (found.last_at and not closing):
        counted = format_iso(now) if found.finished else found.last_at
        _write_totals(database, table, start, found.sums, counted, closed=closing)
    if found.settled_rows >= MIN_SAVED_ROWS or (found.settled_rows and not found.finished):
        hour_positions.save_position(database, table, found.position)
    return found.finished


class _Count(NamedTuple):
    """The counted rows of an hour: the position after the settled ones, and the sums of all."""

    position: HourPosition
    sums: ProfileSums
    rows: int
    settled_rows: int
    last_at: str
    finished: bool
    secrets: list[AuditRow]


def _count_rows(
    database: Database, table: str, position: HourPosition, now: datetime, has_time: Callable[[], bool]
) -> _Count:
    """Counts the rows after a position, at least one read of them, and goes on while there is time."""
    edge = "~" if position.is_closing else lowest_ulid(now - SETTLING_TIME)
    younger: ProfileSums = {}
    read = settled = 0
    last_at, finished = "", False
    secrets: list[AuditRow] = []
    for rows, is_last in _read_hour_rows(database, table, position):
        old = [row for row in rows if row.id < edge]
        position, younger = position.with_rows(old), add_rows(younger, rows[len(old) :])
        read, settled = read + len(rows), settled + len(old)
        secrets += [row for row in rows if row.method in SECRET_DEEDS and row.outcome is Outcome.OK]
        last_at, finished = (rows[-1].at if rows else last_at), is_last
        if not has_time():
            break
    names = dict.fromkeys((*position.sums, *younger))
    sums = {name: position.sums.get(name, CallTotals()) + younger.get(name, CallTotals()) for name in names}
    return _Count(position, sums, read, settled, last_at, finished, secrets)


def _read_hour_rows(database: Database, table: str, position: HourPosition) -> Iterator[tuple[list[AuditRow], bool]]:
    """Yields the hour's rows after the position, oldest first, one read at a time, and whether that was the last read."""
    since = totals.hour_start(position.start)
    low = write_ulid(read_ulid(position.after) + 1) if position.after else lowest_ulid(since)
    high = write_ulid(read_ulid(lowest_ulid(since + ONE_HOUR)) - 1)
    if low > high:
        return
    for page in iterate_all_calls(database, table, low, high):
        yield [AuditRow.from_document(item) for item in page.items], page.next is None


def _write_totals(database: Database, table: str, start: str, sums: ProfileSums, counted: str, *, closed: bool) -> None:
    """Writes an hour's totals. The total of all profiles is written last: it marks that the others are written."""
    everybody = sum(sums.values(), CallTotals())
    of: list[tuple[str | None, CallTotals]] = [*sums.items(), (None, everybody)]
    for profile, total in of:
        _write_total(database, table, profile, HourTotals(start, total, counted, closed))


def _write_total(database: Database, table: str, profile: str | None, hour: HourTotals) -> None:
    """Writes an hour's total, unless another process has counted it later."""
    older = any_of(absent(), Compare("counted", "<=", hour.counted))
    with suppress(ConditionFailed):
        database.put(replace(totals.totals_put(table, profile, hour), condition=older))
