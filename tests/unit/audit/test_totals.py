"""Totals: exact counts, latency within its bucket, sums; written, and read over any span in one read."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit import totals
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.audit.totals import BUCKET_BOUNDS_MILLISECONDS, CallTotals, HourTotals
from affino_mcp.clock import format_iso
from affino_mcp.store.render import item_to_wire
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase
from tests.unit.audit.rows import NOON, TABLE, refusal, row

calls = st.builds(
    lambda status, duration, count, channel: row(
        status=status, duration_ms=duration, count=count if status == 429 else 1, channel=channel
    ),
    st.sampled_from([200, 400, 403, 429, 503]),
    st.integers(0, 40_000),
    st.integers(1, 5000),
    st.sampled_from(["mcp", "mcp", CONTROL_CHANNEL]),
)
many = st.lists(calls, max_size=30)


def test_a_call_with_a_row_that_it_is_begun_counts_once() -> None:
    rows = [row(outcome=Outcome.BEGUN, status=202), row(), row(outcome=Outcome.UNKNOWN, status=503)]
    found = CallTotals.from_rows(rows)
    assert (found.calls, found.errors) == (2, 1)


@given(many, many)
def test_totals_add_up_in_any_order(first: list[AuditRow], second: list[AuditRow]) -> None:
    whole = CallTotals.from_rows(first + second)
    assert (
        CallTotals.from_rows(first) + CallTotals.from_rows(second)
        == whole
        == CallTotals.from_rows(second) + CallTotals.from_rows(first)
    )
    assert whole + CallTotals() == whole


@given(many)
def test_every_call_is_counted_once(rows: list[AuditRow]) -> None:
    found, counted = CallTotals.from_rows(rows), [row for row in rows if row.channel != CONTROL_CHANNEL]
    assert found.calls == sum(row.count for row in counted)
    assert found.limited == sum(row.count for row in counted if row.status == 429)
    assert found.errors == sum(row.status in (400, 403, 503) for row in counted)
    assert found.successful_calls == sum(row.status == 200 for row in counted)
    assert sum(found.latency) == sum(row.status != 429 for row in counted)


@given(
    st.lists(st.integers(0, BUCKET_BOUNDS_MILLISECONDS[-1]), min_size=1, max_size=200),
    st.sampled_from([1, 50, 95, 99, 100]),
)
def test_a_percentile_lies_in_the_bucket_of_the_true_one(durations: list[int], percent: int) -> None:
    true = sorted(durations)[-(-len(durations) * percent // 100) - 1]
    found = CallTotals.from_rows(row(duration_ms=duration) for duration in durations).latency_percentile(percent)
    low = max((bound for bound in BUCKET_BOUNDS_MILLISECONDS if bound < true), default=0)
    high = min(bound for bound in BUCKET_BOUNDS_MILLISECONDS if bound >= true)
    assert found is not None
    assert low <= found <= high


@pytest.mark.parametrize("rows", [[], [refusal()], [row(channel=CONTROL_CHANNEL)]], ids=["nothing", "429", "operator"])
def test_no_latency_without_calls_that_were_let_in(rows: list[AuditRow]) -> None:
    assert CallTotals.from_rows(rows).latency_percentile(50) is None


def test_buckets_are_as_fine_as_is_said() -> None:
    assert list(BUCKET_BOUNDS_MILLISECONDS) == sorted(set(BUCKET_BOUNDS_MILLISECONDS))
    assert all(high <= low * 4 / 3 + 1 for low, high in pairwise(BUCKET_BOUNDS_MILLISECONDS))


@given(many, st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2029, 1, 1)))  # noqa: DTZ001 (iso says UTC)
def test_an_hour_comes_back_as_it_was_written(rows: list[AuditRow], moment: datetime) -> None:
    database, at = MemoryDatabase(), moment.replace(tzinfo=NOON.tzinfo)
    hour = HourTotals(totals.hour_name(at), CallTotals.from_rows(rows), format_iso(at), closed=True)
    put = totals.totals_put(TABLE, "K1", hour)
    item_to_wire(put.item)
    database.put(put)
    assert totals.hour_start(hour.start) <= at < totals.hour_start(hour.start) + totals.ONE_HOUR
    assert totals.read_hours(database, TABLE, "K1", at, at) == [hour]
    assert totals.read_hours(database, TABLE, None, at, at) == []


def test_fifty_days_are_one_read_and_a_profile_is_not_another() -> None:
    database = RecordingDatabase(memory := MemoryDatabase())
    for age in range(60 * 24):
        for profile in (None, "K1", "K10"):
            hour = HourTotals(
                totals.hour_name(NOON - age * totals.ONE_HOUR), CallTotals(calls=age), format_iso(NOON), closed=True
            )
            memory.put(totals.totals_put(TABLE, profile, hour))
    found = totals.read_hours(database, TABLE, "K1", NOON - timedelta(days=400), NOON)
    assert [hour.total.calls for hour in found] == list(range(totals.MAX_HOURS_PER_READ))[::-1]
    assert database.calls == [("query", TABLE)]


SHARES = {
    "no shares": ([{}], 1),
    "three shares": ([{"share": "1 of 3"}, {"share": "2 of 3"}, {"share": "3 of 3"}], 1),
    "twelve shares": ([{"share": f"{n} of 12"} for n in range(1, 13)], 1),
    "a share that was not made": (
        [{"share": "1 of 2"}, {"share": "2 of 2", "outcome": Outcome.INCOMPLETE, "status": 503}],
        1,
    ),
    "begun and closed": ([{"outcome": Outcome.BEGUN}, {"outcome": Outcome.UNKNOWN, "status": 503}], 1),
    "a storm": ([{"count": 70, "status": 429}], 70),
}


@pytest.mark.parametrize(("rows", "calls"), SHARES.values(), ids=SHARES)
def test_a_request_is_one_call_however_many_rows_it_has(rows: list[dict[str, Any]], calls: int) -> None:
    found = CallTotals.from_rows(row(**given) for given in rows)
    assert found.calls == sum(found.latency) + found.limited == calls
