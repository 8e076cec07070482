"""Reading profiles in every process, and the effect of a changed limit on a bucket in use."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.profiles.rate_limit import RateLimit, RateMeter
from affino_mcp.store.faults import StoreUnavailable
from tests.unit.gate.world import GATE, World


@pytest.mark.parametrize(
    ("old", "used", "new", "left"),
    [
        pytest.param((1, 10), 10, (6000, 600), 590, id="raised"),
        pytest.param((6000, 600), 600, (60, 10), 0, id="lowered"),
        pytest.param((60, 10), 4, (60, 20), 16, id="more at once"),
        pytest.param((60, 10), 0, (30, 5), 5, id="unused"),
    ],
)
def test_another_limit_counts_at_once(
    world: World, old: tuple[int, int], used: int, new: tuple[int, int], left: int
) -> None:
    profile, meter = world.profile("p", *old), RateMeter(world.db, world.settings, world.clock)
    for _ in range(used):
        meter.charge_call(profile)
    changed = world.profiles.change(profile.key, rate=new[0], burst=new[1])
    assert meter.read_rate(changed).rate.remaining == left


def test_another_limit_while_calls_come_in(world: World) -> None:
    profile, meter = world.profile("p", 6000, 600), RateMeter(world.db, world.settings, world.clock)

    def call(_: int) -> None:
        meter.charge_call(profile)

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(call, i) for i in range(200)]
        changed = world.profiles.change(profile.key, rate=3000, burst=600)
        granted = sum(call.exception() is None for call in calls)
    row = world.db.get(GATE, row_keys.profile_key(profile.key))
    assert row is not None
    assert row["version"] == changed.version
    assert RateMeter(world.db, world.settings, world.clock).read_rate(changed).rate.remaining == 600 - granted


def test_limits_survive_the_document(world: World) -> None:
    profile = world.profile(rate=7, burst=3)
    read = ProfileReader(world.db, world.secrets, world.settings).read_version(profile.key, profile.version)
    assert RateLimit(read.rate, read.burst) == RateLimit(7, 3)


def test_a_version_is_read_once(world: World) -> None:
    profile, reader = world.profile(), ProfileReader(world.db, world.secrets, world.settings)
    world.secrets.reads = 0
    assert reader.cached_profile(profile.key) is None
    for _ in range(3):
        state = reader.read_current(profile.key)
        assert state is not None
        assert state.profile == profile == reader.cached_profile(profile.key)
    assert world.secrets.reads == 1


def test_a_lost_version_is_an_outage(world: World) -> None:
    profile = world.profile()
    with pytest.raises(StoreUnavailable):
        ProfileReader(world.db, world.secrets, world.settings).read_version(profile.key, "none")
