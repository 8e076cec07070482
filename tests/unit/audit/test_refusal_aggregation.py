"""Storms of refusals: exact totals over several processes and threads, with few writes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import AuditRow
from affino_mcp.settings import REFUSAL_ROWS_PER_MINUTE
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.unit.audit.rows import TABLE, Hands, refusal


def logged(database: MemoryDatabase) -> list[AuditRow]:
    return [AuditRow.from_document(item) for item in database.list_rows(TABLE) if "outcome" in item]


def singles_and_counted(rows: Sequence[AuditRow], profile: str, minute: str) -> tuple[int, list[int]]:
    mine = [row for row in rows if row.profile_key == profile and row.at.startswith(minute)]
    return sum(row.method != "(many)" for row in mine), [row.count for row in mine if row.method == "(many)"]


calls = st.lists(
    st.tuples(st.sampled_from(["K1", "K2"]), st.integers(0, 2), st.integers(0, 130), st.floats(0, 1.2)), max_size=12
)


@settings(max_examples=60)
@given(calls)
def test_totals_are_exact_over_several_processes(storm: list[tuple[str, int, int, float]]) -> None:
    """Bursts of (profile, process, refusals, seconds until the next): sixty rows a minute, the rest counted in one."""
    database, clock = MemoryDatabase(), Hands()
    logs = [AuditLog(database, TABLE, clock) for _ in range(3)]
    expected: dict[tuple[str, str], int] = {}
    for profile, process, times, pause in storm:
        for _ in range(times):
            logs[process].write_refusal(made := refusal(clock(), profile_key=profile))
            expected[profile, made.at[:16]] = expected.get((profile, made.at[:16]), 0) + 1
        clock.move(seconds=pause * 30)
    for log in logs:
        log.flush_storms()
    rows = logged(database)
    for (profile, minute), total in expected.items():
        singles, counted = singles_and_counted(rows, profile, minute)
        assert singles == min(total, REFUSAL_ROWS_PER_MINUTE)
        assert counted == ([total - REFUSAL_ROWS_PER_MINUTE] if total > REFUSAL_ROWS_PER_MINUTE else [])


def test_totals_are_exact_when_threads_race() -> None:
    database, clock = MemoryDatabase(), Hands()
    logs = [AuditLog(database, TABLE, clock) for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(lambda n: logs[n % 4].write_refusal(refusal()), range(2000)):
            pass
    for log in logs:
        log.flush_storms()
    assert singles_and_counted(logged(database), "K1", "2026-11-10T12:00") == (60, [1940])


def test_a_hammering_client_costs_one_write_a_second() -> None:
    database, clock = RecordingDatabase(MemoryDatabase()), Hands()
    log = AuditLog(database, TABLE, clock)
    for _ in range(61):
        log.write_refusal(refusal())
    database.calls.clear()
    for _ in range(5):
        for _ in range(100):
            log.write_refusal(refusal())
        clock.move(seconds=1)
    assert database.calls == [("update", TABLE)] * 4


def test_the_counts_are_written_by_the_next_call_of_any_kind() -> None:
    database, clock = MemoryDatabase(), Hands()
    log = AuditLog(database, TABLE, clock)
    for _ in range(70):
        log.write_refusal(refusal())
    clock.move(seconds=1)
    log.write_row(refusal(clock(), status=200))
    assert singles_and_counted(logged(database), "K1", "2026-11-10T12:00") == (61, [10])


def test_the_counting_row_names_no_person() -> None:
    database = MemoryDatabase()
    log = AuditLog(database, TABLE, Hands())
    for _ in range(62):
        log.write_refusal(refusal())
    log.flush_storms()
    (counted,) = [row for row in logged(database) if row.count > 1]
    assert (counted.status, counted.person_code, counted.person_email, counted.arguments) == (429, None, "", {})
    assert counted.error is not None
    assert counted.error["type"] == "rate_limited"


def test_other_refusals_are_always_rows() -> None:
    database = MemoryDatabase()
    log = AuditLog(database, TABLE, Hands())
    for _ in range(100):
        log.write_refusal(refusal(status=403))
    assert len(logged(database)) == 100


def test_two_storms_of_one_profile_and_minute_are_counted_apart() -> None:
    database = MemoryDatabase()
    log = AuditLog(database, TABLE, Hands())
    for number in range(100):
        log.write_refusal(refusal())
        log.write_refusal(refusal(status=401), hammered=True)
        if number % 2:
            log.write_refusal(refusal(status=401, profile_key="K2"), hammered=True)
    log.flush_storms()
    rows = logged(database)
    assert sorted((row.profile_key, row.status, row.count) for row in rows if row.count > 1) == [
        ("K1", 401, 40),
        ("K1", 429, 40),
    ]
    assert len(rows) == 60 + 60 + 50 + 2


def test_counts_survive_a_store_that_is_down() -> None:
    database, clock = RecordingDatabase(memory := MemoryDatabase()), Hands()
    log = AuditLog(database, TABLE, clock)
    for _ in range(65):
        log.write_refusal(refusal())
    database.broken = {("update", TABLE), ("put", TABLE)}
    clock.move(seconds=2)
    log.write_refusal(refusal())
    with pytest.raises(StoreUnavailable):
        log.flush_storms()
    with pytest.raises(StoreUnavailable):
        log.write_refusal(refusal(profile_key="K2"))
    database.broken = set()
    log.flush_storms()
    assert singles_and_counted(logged(memory), "K1", "2026-11-10T12:00") == (60, [6])


def test_storms_of_two_profiles_are_two_rows_in_the_order_of_time() -> None:
    database = MemoryDatabase()
    log = AuditLog(database, TABLE, Hands())
    for _ in range(62):
        log.write_refusal(refusal())
        log.write_refusal(refusal(profile_key="K2"))
    log.flush_storms()
    counted = [row.id for row in logged(database) if row.count > 1]
    assert len(set(counted)) == 2, "a page that ends between the two would lose one"
