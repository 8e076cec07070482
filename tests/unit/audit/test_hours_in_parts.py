"""The hourly rollup in parts: turns that end within an hour go on there, and the totals are those of one long turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.audit import totals
from affino_mcp.audit.hour_positions import POSITIONS_PARTITION
from affino_mcp.audit.hourly_rollup import CLOSING_DELAY, MIN_SAVED_ROWS, RECOUNT_PERIOD, SETTLING_TIME, roll_up_hours
from affino_mcp.audit.log_pages import MAX_LOG_ROWS_PER_READ
from affino_mcp.audit.row import AuditRow, row_item
from affino_mcp.audit.totals import ONE_HOUR, CallTotals
from affino_mcp.deadline import deadline
from affino_mcp.housekeeping.turn import has_time
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Key, Put, Query, QueryPage, Update
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.unit.audit.long_log import LongLog
from tests.unit.audit.rows import NOON, TABLE, row_of_one_partition

HOUR = "2026-11-10T12"
CLOSING = NOON + ONE_HOUR + CLOSING_DELAY


class SmallPages(RecordingDatabase):
    """A database whose pages of the log have few rows, as DynamoDB's have when rows are long; counts the rows given."""

    rows_per_page = 3
    given = 0

    def query(self, op: Query) -> QueryPage:
        if op.index is None:
            return super().query(op)
        page = super().query(replace(op, limit=self.rows_per_page))
        self.given += len(page.items)
        return page


def logged(database: Database, *rows: AuditRow) -> None:
    for one in rows:
        database.put(Put(TABLE, row_item(one)))


def stopping_after(pieces: int) -> Callable[[], bool]:
    """Time for so many more pieces of work."""
    left = chain(repeat(True, pieces), repeat(False))
    return lambda: next(left)


def total_of(database: Database, profile: str | None = None, start: str = HOUR) -> totals.HourTotals | None:
    since = totals.hour_start(start)
    found = totals.read_hours(database, TABLE, profile, since, since)
    return found[0] if found else None


moments = st.lists(st.tuples(st.integers(0, 3599), st.sampled_from(["K1", "K2"]), st.sampled_from([200, 404, 429])))
turns = st.lists(st.tuples(st.integers(60, 900), st.integers(1, 4)), min_size=1, max_size=8)


@settings(max_examples=60)
@given(moments, moments, turns)
def test_whatever_the_turns_the_closed_hour_is_exact(
    seen: list[tuple[int, str, int]], late: list[tuple[int, str, int]], paces: list[tuple[int, int]]
) -> None:
    """Turns of any length at any time, rows that appear long after their id's moment: the closed total is the rows' own."""
    database = SmallPages(MemoryDatabase())
    made = [row_of_one_partition(NOON + timedelta(seconds=at), profile_key=p, status=s) for at, p, s in seen]
    extra = [row_of_one_partition(NOON + timedelta(seconds=at), profile_key=p, status=s) for at, p, s in late]
    logged(database, *made)
    now = NOON
    for step, pieces in paces:
        now = min(now + timedelta(seconds=step), CLOSING - timedelta(seconds=1))
        roll_up_hours(database, TABLE, now, stopping_after(pieces))
    logged(database, *extra)
    for _ in range(400):
        if HOUR not in roll_up_hours(database, TABLE, CLOSING, stopping_after(5)).owed:
            break
    for profile in ("K1", "K2", None):
        own = [one for one in made + extra if profile in (None, one.profile_key)]
        found = total_of(database, profile)
        if own or profile is None:
            assert found
            assert (found.total, found.closed) == (CallTotals.from_rows(own), True)
        else:
            assert found is None


def test_a_turn_goes_on_where_the_last_one_ended_and_says_what_it_owes() -> None:
    database = SmallPages(MemoryDatabase())
    rows = [row_of_one_partition(NOON + timedelta(seconds=n)) for n in range(20)]
    logged(database, *rows)
    now = NOON + timedelta(minutes=30)
    first = roll_up_hours(database, TABLE, now, stopping_after(3))
    assert (first.counted, first.rows, first.owed[0]) == ([], 9, HOUR)
    assert len(first.owed) == RECOUNT_PERIOD // ONE_HOUR
    partly = total_of(database)
    assert partly
    assert (partly.total.calls, partly.counted, partly.closed) == (9, rows[8].at, False)
    database.given = 0
    second = roll_up_hours(database, TABLE, now, stopping_after(5))
    assert (second.counted[0], second.rows, database.given) == (HOUR, 11, 11)
    whole = total_of(database)
    assert whole
    assert whole.total == CallTotals.from_rows(rows)


def test_rows_that_are_still_young_are_read_again_so_that_an_earlier_one_may_join_them() -> None:
    database = SmallPages(MemoryDatabase())
    now = NOON + timedelta(minutes=10)
    logged(database, *(row_of_one_partition(now - SETTLING_TIME / 2 + timedelta(seconds=n)) for n in range(7)))
    roll_up_hours(database, TABLE, now, stopping_after(2))
    logged(database, row_of_one_partition(now - SETTLING_TIME / 2 - timedelta(seconds=1)))
    roll_up_hours(database, TABLE, now + timedelta(seconds=1))
    found = total_of(database)
    assert found
    assert found.total.calls == 8


def test_an_hour_is_shown_as_it_was_until_its_last_count_is_done() -> None:
    database = SmallPages(MemoryDatabase())
    logged(database, *(row_of_one_partition(NOON + timedelta(seconds=n)) for n in range(12)))
    roll_up_hours(database, TABLE, NOON + timedelta(minutes=59))
    logged(database, row_of_one_partition(NOON + timedelta(seconds=5)))
    found = []
    for _ in range(3):
        done = roll_up_hours(database, TABLE, CLOSING, stopping_after(4))
        one = total_of(database)
        assert one
        found.append((HOUR in done.counted, one.total.calls, one.closed))
    assert found == [(False, 12, False), (False, 12, False), (True, 13, True)]


def test_two_processes_at_once_go_on_from_one_position() -> None:
    database = SmallPages(MemoryDatabase())
    rows = [row_of_one_partition(NOON + timedelta(seconds=n)) for n in range(30)]
    logged(database, *rows)
    now = NOON + timedelta(minutes=30)

    class Overtaken(SmallPages):
        """A database in which another process counts on while this one is about to store its position."""

        def put(self, op: Put) -> None:
            if op.item["pk"] == POSITIONS_PARTITION:
                roll_up_hours(database, TABLE, now, stopping_after(6))
            super().put(op)

    roll_up_hours(Overtaken(database.inner), TABLE, now, stopping_after(2))
    (head,) = [item for item in database.inner.query(Query(TABLE, POSITIONS_PARTITION)).items if item["sk"] == HOUR]
    assert head["after"] == rows[17].id, "the position of the one who came first is kept, with its own sums"
    roll_up_hours(database, TABLE, now + timedelta(seconds=1))
    found = total_of(database)
    assert found
    assert found.total == CallTotals.from_rows(rows)


@pytest.mark.parametrize("fault", [StoreFault.BEFORE, StoreFault.LOST, StoreFault.RESEND])
def test_a_fault_at_any_call_of_a_turn_costs_no_call_and_counts_none_twice(fault: StoreFault) -> None:
    rows = [row_of_one_partition(NOON + timedelta(seconds=n)) for n in range(10)]
    now, calls = NOON + timedelta(minutes=30), 0
    while True:
        inner = MemoryDatabase()
        logged(inner, *rows)
        faulty = FaultyDatabase(SmallPages(inner))
        faulty.arm({calls: fault})
        with suppress(StoreUnavailable):
            roll_up_hours(faulty, TABLE, now, stopping_after(3))
        if calls >= len(faulty.calls):
            break
        roll_up_hours(SmallPages(inner), TABLE, now + timedelta(seconds=1))
        found = total_of(inner)
        assert found
        assert found.total == CallTotals.from_rows(rows), calls
        calls += 1
    assert calls > 5


def test_a_long_hour_takes_several_turns_and_reads_each_row_twice_in_all() -> None:
    rows = [
        row_of_one_partition(NOON + timedelta(milliseconds=200 * n), profile_key=f"K{n % 700}") for n in range(15_000)
    ]
    database = LongLog(rows)
    turns, now = 0, NOON + ONE_HOUR + SETTLING_TIME
    while True:
        turns += 1
        seconds = iter(range(16, 0, -1))  # each look at the clock finds one second less: time for a few reads
        with deadline(lambda seconds=seconds: float(next(seconds, 0))):  # type: ignore[misc]
            if HOUR in roll_up_hours(database, TABLE, now, has_time).counted:
                break
    assert (turns > 3, database.read) == (True, len(rows))
    found = total_of(database)
    assert found
    assert (found.total, found.closed) == (CallTotals.from_rows(rows), False)
    roll_up_hours(database, TABLE, CLOSING)
    assert database.read == 2 * len(rows)
    assert total_of(database) == totals.HourTotals(
        HOUR, CallTotals.from_rows(rows), found.counted, closed=True
    )._replace(counted=CLOSING.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    own = total_of(database, "K699")
    assert own
    assert own.total == CallTotals.from_rows(one for one in rows if one.profile_key == "K699")


def test_few_rows_are_read_again_instead_of_storing_a_position() -> None:
    database = MemoryDatabase()
    logged(database, *(row_of_one_partition(NOON + timedelta(seconds=n)) for n in range(5)))
    roll_up_hours(database, TABLE, NOON + timedelta(minutes=30))
    assert 5 < MIN_SAVED_ROWS <= MAX_LOG_ROWS_PER_READ
    assert database.query(Query(TABLE, POSITIONS_PARTITION)).items == []


def test_sums_that_are_gone_are_counted_anew() -> None:
    database = SmallPages(MemoryDatabase())
    rows = [row_of_one_partition(NOON + timedelta(seconds=n)) for n in range(12)]
    logged(database, *rows)
    now = NOON + timedelta(minutes=30)
    roll_up_hours(database, TABLE, now, stopping_after(2))
    key = Key(POSITIONS_PARTITION, HOUR)
    database.inner.update(Update(TABLE, key, assign={"stored": "of another version"}))
    roll_up_hours(database, TABLE, now + timedelta(seconds=1))
    found = total_of(database)
    assert found
    assert found.total == CallTotals.from_rows(rows)


def test_the_moment_of_a_partial_count_is_the_last_rows() -> None:
    """The chart shows when the hour was counted: for an hour in parts, up to when."""
    database, now = SmallPages(MemoryDatabase()), NOON + timedelta(minutes=30)
    logged(database, *(row_of_one_partition(NOON + timedelta(minutes=n)) for n in range(9)))
    roll_up_hours(database, TABLE, now, stopping_after(2))
    found = total_of(database)
    assert found
    assert datetime.fromisoformat(found.counted) == NOON + timedelta(minutes=5)
