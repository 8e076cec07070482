"""Calls through the endpoint, totalled by the housekeeping function."""

from __future__ import annotations

from datetime import timedelta

from affino_mcp.audit import totals
from tests.world import Client, World


def test_calls_stand_in_the_totals_of_their_profile_and_of_everybody(world: World, seller: Client) -> None:
    world.clock.move(minutes=30)
    seller.call("list_accounts")
    seller.call("create_account", Name="Orbital Labs")
    seller.call("get_account", AccountCode=99)
    world.clock.move(minutes=29, seconds=59.9996)
    seller.call("list_accounts")
    world.clock.move(milliseconds=1)
    seller.call("list_accounts")
    world.housekeeping()
    now, table = world.clock(), world.settings.audit_table
    for profile in (seller.headers["X-API-Key"], None):
        hours = totals.read_hours(world.database, table, profile, now - timedelta(hours=1), now)
        figures = [(one.start, one.total.calls, one.total.errors, sum(one.total.latency)) for one in hours]
        assert figures == [("2026-11-23T09", 4, 1, 4), ("2026-11-23T10", 1, 1, 1)]


def test_totals_are_no_rows_of_the_log(world: World, seller: Client) -> None:
    seller.call("list_accounts")
    before = world.rows()
    world.housekeeping()
    assert world.rows() == before
