"""A profile's use: counted per day by the rate limit's write; counters of past days are removed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.errors import ProfileDisabled, RateLimited
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile, ProfileUsage
from affino_mcp.gate.profiles.rate_limit import RateMeter
from tests.unit.gate.world import GATE, SIGNED_AT, World


def meter(world: World) -> RateMeter:
    return RateMeter(world.db, world.settings, world.clock)


def usage(world: World, profile: Profile) -> ProfileUsage:
    return world.profiles.get(profile.key).usage


def test_a_new_profile_was_never_used(world: World) -> None:
    profile = world.profile()
    assert (usage(world, profile).today(SIGNED_AT), usage(world, profile).last) == (0, None)


def test_every_process_counts_and_the_last_one_says_when(world: World) -> None:
    profile = world.profile()
    for one in (meter(world), meter(world), meter(world)):
        world.clock.move(1)
        one.charge_call(profile)
    assert usage(world, profile).today(world.clock()) == 3
    assert usage(world, profile).last == SIGNED_AT + timedelta(seconds=3)


def test_handshakes_and_refused_calls_are_not_counted(world: World) -> None:
    one, profile = meter(world), world.profile(rate=6, burst=1)
    one.read_rate(profile)
    one.charge_call(profile)
    with pytest.raises(RateLimited):
        meter(world).charge_call(profile)
    world.profiles.disable(profile.key)
    with pytest.raises(ProfileDisabled):
        meter(world).charge_call(profile)
    assert usage(world, profile).today(world.clock()) == 1


def test_a_change_of_the_profile_keeps_the_count(world: World) -> None:
    profile = world.profile()
    meter(world).charge_call(profile)
    world.profiles.change(profile.key, rate=60)
    world.profiles.regenerate_secret(profile.key)
    assert usage(world, profile).today(world.clock()) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3 * 86_400)), max_size=25))
def test_the_count_of_any_day_is_exact_and_old_days_go(script: list[tuple[int, int]]) -> None:
    world = World()
    profile, meters = world.profile(rate=6000, burst=600), [meter(world) for _ in range(4)]
    days: list[datetime] = []
    for process, wait in script:
        world.clock.move(wait)
        world.asked()
        meters[process].charge_call(profile)
        days.append(world.clock())
        assert set(world.asked()) == {("update", GATE)}
        today = [day for day in days if day.date() == world.clock().date()]
        assert usage(world, profile).today(world.clock()) == len(today)
    row = world.db.get(GATE, row_keys.profile_key(profile.key)) or {}
    assert len([name for name in row if name.startswith("calls_")]) <= 1 + len(meters)
