"""Totals: exact counts, latency within its bucket, sums; written, and read over any span in one read."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.audit import totals
from affino_mcp.audit.row import CONTROL, Row
from affino_mcp.audit.totals import BOUNDS, Hour, Total
from affino_mcp.clock import iso
from affino_mcp.store.render import item_to_wire
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import WatchedDatabase
from tests.unit.audit.rows import NOON, TABLE, refusal, row

calls = st.builds(
    lambda status, duration, count, channel: row(
        status=status, duration_ms=duration, count=count if status == 429 else 1, channel=channel
    ),
    st.sampled_from([200, 400, 403, 429, 503]),
    st.integers(0, 40_000),
    st.integers(1, 5000),
    st.sampled_from(["mcp", "mcp", CONTROL]),
)
many = st.lists(calls, max_size=30)


@given(many, many)
def test_totals_add_up_in_any_order(first: list[Row], second: list[Row]) -> None:
    whole = Total.of(first + second)
    assert Total.of(first) + Total.of(second) == whole == Total.of(second) + Total.of(first)
    assert whole + Total() == whole


@given(many)
def test_every_call_is_counted_once(rows: list[Row]) -> None:
    found, counted = Total.of(rows), [row for row in rows if row.channel != CONTROL]
    assert found.calls == sum(row.count for row in counted)
    assert found.limited == sum(row.count for row in counted if row.status == 429)
    assert found.errors == sum(row.status in (400, 403, 503) for row in counted)
    assert found.done == sum(row.status == 200 for row in counted)
    assert sum(found.latency) == sum(row.status != 429 for row in counted)


@given(st.lists(st.integers(0, BOUNDS[-1]), min_size=1, max_size=200), st.sampled_from([1, 50, 95, 99, 100]))
def test_a_percentile_lies_in_the_bucket_of_the_true_one(durations: list[int], percent: int) -> None:
    true = sorted(durations)[-(-len(durations) * percent // 100) - 1]
    found = Total.of(row(duration_ms=duration) for duration in durations).percentile(percent)
    low = max((bound for bound in BOUNDS if bound < true), default=0)
    high = min(bound for bound in BOUNDS if bound >= true)
    assert found is not None
    assert low <= found <= high


@pytest.mark.parametrize("rows", [[], [refusal()], [row(channel=CONTROL)]], ids=["nothing", "429", "operator"])
def test_no_latency_without_calls_that_were_let_in(rows: list[Row]) -> None:
    assert Total.of(rows).percentile(50) is None


def test_buckets_are_as_fine_as_is_said() -> None:
    assert list(BOUNDS) == sorted(set(BOUNDS))
    assert all(high <= low * 4 / 3 + 1 for low, high in pairwise(BOUNDS))


@given(many, st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2029, 1, 1)))  # noqa: DTZ001 (iso says UTC)
def test_an_hour_comes_back_as_it_was_written(rows: list[Row], moment: datetime) -> None:
    database, at = MemoryDatabase(), moment.replace(tzinfo=NOON.tzinfo)
    hour = Hour(totals.start_of(at), Total.of(rows), iso(at), closed=True)
    put = totals.put(TABLE, "K1", hour)
    item_to_wire(put.item)
    database.put(put)
    assert totals.moment_of(hour.start) <= at < totals.moment_of(hour.start) + totals.HOUR
    assert totals.read(database, TABLE, "K1", at, at) == [hour]
    assert totals.read(database, TABLE, None, at, at) == []


def test_fifty_days_are_one_read_and_a_profile_is_not_another() -> None:
    database = WatchedDatabase(memory := MemoryDatabase())
    for age in range(60 * 24):
        for profile in (None, "K1", "K10"):
            hour = Hour(totals.start_of(NOON - age * totals.HOUR), Total(calls=age), iso(NOON), closed=True)
            memory.put(totals.put(TABLE, profile, hour))
    found = totals.read(database, TABLE, "K1", NOON - timedelta(days=400), NOON)
    assert [hour.total.calls for hour in found] == list(range(totals.MOST))[::-1]
    assert database.calls == [("query", TABLE)]
