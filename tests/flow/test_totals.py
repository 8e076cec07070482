"""Calls through the endpoint, totalled by the housekeeping function."""

from __future__ import annotations

from datetime import timedelta

from affino_mcp.audit import totals
from tests.world import World, WorldClient


def test_calls_stand_in_the_totals_of_their_profile_and_of_everybody(world: World, seller: WorldClient) -> None:
    world.clock.move(minutes=30)
    seller.call_tool("list_accounts")
    seller.call_tool("create_account", Name="Orbital Labs")
    seller.call_tool("get_account", AccountCode=99)
    world.clock.move(minutes=29, seconds=59.9996)
    seller.call_tool("list_accounts")
    world.clock.move(milliseconds=1)
    seller.call_tool("list_accounts")
    world.run_housekeeping()
    now, table = world.clock(), world.settings.audit_table
    for profile in (seller.headers["X-API-Key"], None):
        hours = totals.read_hours(world.database, table, profile, now - timedelta(hours=1), now)
        figures = [(one.start, one.total.calls, one.total.errors, sum(one.total.latency)) for one in hours]
        assert figures == [("2026-11-23T09", 4, 1, 4), ("2026-11-23T10", 1, 1, 1)]


def test_totals_are_no_rows_of_the_log(world: World, seller: WorldClient) -> None:
    seller.call_tool("list_accounts")
    before = world.audit_rows()
    world.run_housekeeping()
    assert world.audit_rows() == before
