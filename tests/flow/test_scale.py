"""Growth and load: a call costs the same among many records, and no partition takes more than DynamoDB gives it."""

from __future__ import annotations

from functools import cache

import pytest

from affino_mcp.audit.row import ALL_CALLS_PARTITIONS
from affino_mcp.store.testing.metered_database import Usage
from bench.growth import CALLS, measure_growth
from bench.scale import READ_LIMIT, WRITE_LIMIT, measure_traffic, reckon_rates, render_rates

growth = cache(measure_growth)
CALLS_MEASURED = 600


@cache
def traffic() -> Usage:
    return measure_traffic(profiles=120, calls=CALLS_MEASURED)


@pytest.mark.parametrize("name", [f"{tool} {arguments}" for tool, arguments in CALLS])
def test_a_call_reads_and_writes_the_same_among_a_thousand_records_and_a_million(name: str) -> None:
    assert growth(1000)[name] == growth(1_000_000)[name]


def test_no_partition_takes_more_than_it_can_at_a_thousand_calls_a_second() -> None:
    writes = reckon_rates(traffic().write_units, CALLS_MEASURED, 1000)
    reads = reckon_rates(traffic().read_units, CALLS_MEASURED, 1000, halves=2)
    assert [(place, units) for place, units in writes if units > WRITE_LIMIT] == []
    assert [(place, units) for place, units in reads if units > READ_LIMIT] == []


def test_the_calls_of_everybody_are_spread() -> None:
    found = {place.partition: units for place, units in traffic().write_units.items() if place.index_name == "ByTime"}
    assert set(found) == set(ALL_CALLS_PARTITIONS)
    assert max(found.values()) < 0.4 * sum(found.values())


def test_the_table_says_where_a_partition_throttles() -> None:
    rates = reckon_rates(traffic().write_units, CALLS_MEASURED, 1000)
    first = list(render_rates("writes", rates, WRITE_LIMIT, 1000))[2]
    units = rates[0][1]
    assert f"| {units:.0f} | {WRITE_LIMIT / units * 1000:,.0f} |" in first
