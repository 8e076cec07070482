"""The hourly rollup: exact with several processes, in any order and repeated; closed hours are not counted again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit import totals
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.hourly_rollup import CLOSING_DELAY, RECOUNT_PERIOD, roll_up_hours
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.log_pages import MAX_LOG_ROWS_PER_READ
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS, AuditRow, row_item
from affino_mcp.audit.totals import ONE_HOUR, CallTotals
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Put
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.unit.audit.rows import NOON, TABLE, refusal, row

NOW = NOON + timedelta(minutes=20)


def logged(database: Database, *rows: AuditRow) -> None:
    for one in rows:
        database.put(Put(TABLE, row_item(one)))


def counted(database: Database, profile: str | None = None, now: datetime = NOW) -> dict[str, CallTotals]:
    """Gives the hours that have calls."""
    found = totals.read_hours(database, TABLE, profile, now - RECOUNT_PERIOD, now)
    return {hour.start: hour.total for hour in found if hour.total.calls}


ages = st.lists(
    st.tuples(
        st.integers(0, int(RECOUNT_PERIOD.total_seconds()) - 3 * 3600),
        st.sampled_from(["K1", "K2"]),
        st.sampled_from([200, 404, 429]),
    )
)


@given(ages, ages, st.integers(1, 3))
def test_the_hours_hold_exactly_the_calls(
    first: list[tuple[int, str, int]], later: list[tuple[int, str, int]], times: int
) -> None:
    """The totals are exact after any number of rollups, with calls in between while an hour is open."""
    database = MemoryDatabase()
    made = [row(NOW - timedelta(seconds=a), profile_key=p, status=s) for a, p, s in first]
    logged(database, *made)
    for _ in range(times):
        roll_up_hours(database, TABLE, NOW)
    late = [row(NOW + timedelta(seconds=a % 600), profile_key=p, status=s) for a, p, s in later]
    logged(database, *late)
    now = NOW + timedelta(seconds=600)
    roll_up_hours(database, TABLE, now)
    for profile in ("K1", "K2", None):
        own = [one for one in made + late if profile in (None, one.profile_key)]
        starts = {one.at[:13] for one in own}
        wanted = {start: CallTotals.from_rows(one for one in own if one.at[:13] == start) for start in starts}
        assert counted(database, profile, now) == wanted


def test_an_hour_of_more_calls_than_one_read_gives() -> None:
    database = MemoryDatabase()
    logged(database, *(row(NOON + timedelta(milliseconds=n)) for n in range(2 * MAX_LOG_ROWS_PER_READ + 7)))
    roll_up_hours(database, TABLE, NOW)
    assert counted(database)["2026-11-10T12"].calls == 2 * MAX_LOG_ROWS_PER_READ + 7


def test_an_hour_is_closed_a_while_after_its_end_and_then_left_alone() -> None:
    database = RecordingDatabase(MemoryDatabase())
    logged(database, row(NOON - timedelta(minutes=1)))
    before, after = (NOON + CLOSING_DELAY - timedelta(seconds=1), NOON + CLOSING_DELAY)
    assert len(roll_up_hours(database, TABLE, NOON).counted) == RECOUNT_PERIOD // ONE_HOUR
    assert roll_up_hours(database, TABLE, before).counted == ["2026-11-10T12", "2026-11-10T11"]
    assert roll_up_hours(database, TABLE, after).counted == ["2026-11-10T12", "2026-11-10T11"]
    database.calls.clear()
    assert roll_up_hours(database, TABLE, after).counted == ["2026-11-10T12"]
    all_calls = [("query", TABLE)] * len(ALL_CALLS_PARTITIONS)
    assert database.calls == [("query", TABLE), ("query", TABLE), *all_calls, ("put", TABLE)]


def test_two_days_of_standing_still_are_caught_up() -> None:
    database = MemoryDatabase()
    roll_up_hours(database, TABLE, NOW)
    logged(database, row(NOW + timedelta(hours=1)), row(NOW + timedelta(hours=47)))
    now = NOW + RECOUNT_PERIOD - timedelta(minutes=1)
    roll_up_hours(database, TABLE, now)
    assert [total.calls for total in counted(database, None, now).values()] == [1, 1]


def test_who_counted_earlier_never_undoes_who_counted_later() -> None:
    database = MemoryDatabase()

    class Slow(RecordingDatabase):
        """A database that lets another process count between the read and the write of a rollup."""

        def put(self, op: Put) -> None:
            logged(database, row(NOW - timedelta(seconds=5)))
            roll_up_hours(database, TABLE, NOW + timedelta(seconds=1))
            super().put(op)

    logged(database, row(NOW - timedelta(seconds=9)))
    roll_up_hours(Slow(database), TABLE, NOW)
    assert counted(database)["2026-11-10T12"].calls == len(
        [one for one in database.list_rows(TABLE) if "outcome" in one]
    )


def test_operators_actions_are_not_calls() -> None:
    database = MemoryDatabase()
    logged(database, row(NOON, channel=CONTROL_CHANNEL, profile_key=CONTROL_CHANNEL), row(NOON))
    roll_up_hours(database, TABLE, NOW)
    assert counted(database) == {"2026-11-10T12": CallTotals.from_rows([row()])}
    assert counted(database, CONTROL_CHANNEL) == {}


def test_storms_count_as_many_calls_as_they_were() -> None:
    database = MemoryDatabase()
    log = AuditLog(database, TABLE, lambda: NOON)
    for _ in range(100):
        log.write_refusal(refusal())
    log.flush_storms()
    roll_up_hours(database, TABLE, NOW)
    assert counted(database, "K1")["2026-11-10T12"] == CallTotals(calls=100, limited=100)


@pytest.mark.parametrize("broken", ["query", "put"])
def test_a_store_that_is_down_fails_the_turn_and_the_next_one_does_its_work(broken: str) -> None:
    database = RecordingDatabase(MemoryDatabase())
    logged(database, row())
    database.broken = {(broken, TABLE)}
    with pytest.raises(StoreUnavailable):
        roll_up_hours(database, TABLE, NOW)
    database.broken = set()
    roll_up_hours(database, TABLE, NOW)
    assert counted(database)["2026-11-10T12"].calls == 1
