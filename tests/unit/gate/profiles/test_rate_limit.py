"""The rate limit on the profile's row, with several processes (one meter each) on one database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.errors import BadCredentials, ProfileDisabled, RateLimited
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_limit import MINUTE_MICROSECONDS, ProfileSuperseded, RateCharge, RateMeter
from affino_mcp.store.ops import Delete
from tests.unit.gate.world import GATE, World


def meter(world: World) -> RateMeter:
    return RateMeter(world.db, world.settings, world.clock)


def granted(meter: RateMeter, profile: Profile, calls: int) -> int:
    """Makes so many calls in sequence; gives the number that are admitted."""
    return sum(attempt(meter, profile) for _ in range(calls))


def attempt(meter: RateMeter, profile: Profile) -> bool:
    try:
        meter.refuse_while_denied(profile)
        meter.charge_call(profile)
    except RateLimited:
        return False
    return True


def test_one_write_per_granted_call(world: World) -> None:
    one, profile = meter(world), world.profile(rate=60, burst=50)
    world.asked()
    assert granted(one, profile, 50) == 50
    assert world.asked() == [("update", GATE)] * 50


def test_denied_calls_cost_nothing_for_a_second(world: World) -> None:
    one, profile = meter(world), world.profile(rate=6, burst=1)
    granted(one, profile, 1)
    world.asked()
    assert granted(one, profile, 100) == 0
    assert world.asked() == [("update", GATE)]
    world.clock.move(0.999999)
    assert granted(one, profile, 1) == 0
    assert world.asked() == []
    world.clock.move(0.000001)
    assert granted(one, profile, 1) == 0
    assert world.asked() == [("update", GATE)]


def test_the_wait_is_exact_and_then_succeeds(world: World) -> None:
    one, profile = meter(world), world.profile(rate=1200, burst=3)
    granted(one, profile, 3)
    with pytest.raises(RateLimited) as refused:
        one.charge_call(profile)
    assert refused.value.retry_after == pytest.approx(0.050)
    world.clock.move(microseconds=49_999)
    with pytest.raises(RateLimited) as known:
        one.refuse_while_denied(profile)
    assert known.value.retry_after == pytest.approx(0.000001)
    world.clock.move(microseconds=1)
    assert granted(one, profile, 2) == 1


def test_what_is_left(world: World) -> None:
    one, profile = meter(world), world.profile(rate=60, burst=3)
    rates = [one.charge_call(profile).rate for _ in range(3)]
    assert [(rate.limit, rate.remaining, rate.reset_seconds) for rate in rates] == [(60, 2, 1), (60, 1, 1), (60, 0, 1)]
    world.clock.move(1.5)
    assert one.read_rate(profile).rate.remaining == 1


def test_looking_costs_nothing(world: World) -> None:
    one, profile = meter(world), world.profile(rate=60, burst=3)
    world.asked()
    assert [one.read_rate(profile).rate.remaining for _ in range(5)] == [3] * 5
    assert world.asked() == [("get", GATE)] * 5


@pytest.mark.parametrize("ask", [RateMeter.charge_call, RateMeter.read_rate], ids=["charge", "look"])
def test_why_not(world: World, ask: object) -> None:
    assert callable(ask)
    one, profile = meter(world), world.profile()
    world.profiles.disable(profile.key)
    with pytest.raises(ProfileDisabled):
        ask(one, profile)
    newer = world.profiles.regenerate_secret(profile.key)
    with pytest.raises(
        ProfileSuperseded
    ) as superseded:  # before the switch is told: the old secret is worth nothing now
        ask(one, profile)
    assert superseded.value.version == newer.version
    world.db.delete(Delete(GATE, row_keys.profile_key(profile.key)))
    with pytest.raises(BadCredentials):
        ask(one, profile)
    assert not [row for row in world.rows(GATE) if row["pk"].startswith("PROFILE#")]


@pytest.mark.parametrize("threads", [1, 8, 16])
@pytest.mark.parametrize("processes", [1, 8])
def test_a_storm_on_a_frozen_clock_is_exact(world: World, threads: int, processes: int) -> None:
    profile = world.profile(rate=600, burst=50)
    meters = [meter(world) for _ in range(processes)]
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda i: attempt(meters[i % processes], profile), range(400)))
    assert sum(results) == 50


def test_profiles_do_not_share(world: World) -> None:
    one, busy, quiet = meter(world), world.profile("busy", 60, 2), world.profile("quiet", 60, 2)
    assert granted(one, busy, 5) == 2
    assert granted(one, quiet, 5) == 2


def test_a_refund_gives_the_unit_back(world: World) -> None:
    one, profile = meter(world), world.profile(rate=60, burst=2)
    for _ in range(10):
        one.refund_charge(profile, one.charge_call(profile))
    assert granted(one, profile, 5) == 2


def test_a_refund_ends_the_denial_here(world: World) -> None:
    one, profile = meter(world), world.profile(rate=60, burst=1)
    charge = one.charge_call(profile)
    assert not attempt(one, profile)
    one.refund_charge(profile, charge)
    assert attempt(one, profile)


def test_refunds_are_one_write_at_most(world: World) -> None:
    one, profile = meter(world), world.profile(rate=60, burst=2)
    charge, handshake = one.charge_call(profile), one.read_rate(profile)
    world.asked()
    one.refund_charge(profile, handshake)
    assert world.asked() == []
    one.refund_charge(profile, charge)
    assert world.asked() == [("update", GATE)]
    world.clock.move(1)
    one.refund_charge(profile, charge)
    assert world.asked() == []


def test_refunds_in_a_storm_are_exact_on_a_frozen_clock(world: World) -> None:
    profile = world.profile(rate=600, burst=50)
    meters = [meter(world) for _ in range(4)]

    def fail(i: int) -> None:
        meters[i % 4].refund_charge(profile, meters[i % 4].charge_call(profile))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(fail, range(400)))
    assert granted(meter(world), profile, 100) == 50


actions = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 3_000_000)),
    st.tuples(st.just("call"), st.integers(0, 2)),
    st.tuples(st.just("begin"), st.integers(0, 2)),
    st.tuples(st.just("refund"), st.integers(0, 5)),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 600), st.integers(1, 6), st.lists(actions, max_size=60))
def test_never_above_the_bound_whatever_is_refunded(rate: int, burst: int, script: list[tuple[str, int]]) -> None:
    world = World()
    profile = world.profile(rate=rate, burst=burst)
    meters = [meter(world) for _ in range(3)]
    open_charges: list[tuple[RateMeter, RateCharge]] = []
    grants: list[int] = []
    for deed, number in script:
        if deed == "wait":
            world.clock.move(microseconds=number)
        elif deed == "refund" and open_charges:
            one, charge = open_charges.pop(number % len(open_charges))
            one.refund_charge(profile, charge)
        elif deed in ("call", "begin"):
            try:
                charge = meters[number].charge_call(profile)
            except RateLimited:
                continue
            if deed == "call":
                grants.append(charge.at)
            else:
                open_charges.append((meters[number], charge))
    for first, start in enumerate(grants):
        for count, end in enumerate(grants[first:], start=1):
            assert count <= burst + rate * (end - start) / MINUTE_MICROSECONDS


@settings(max_examples=30, deadline=None)
@given(st.integers(60, 6000), st.integers(1, 20))
def test_a_hammering_client_gets_at_least_95_percent(rate: int, burst: int) -> None:
    world = World()
    one, profile = meter(world), world.profile(rate=rate, burst=burst)
    start, got = world.clock(), 0
    while got < 200:
        try:
            one.refuse_while_denied(profile)
            one.charge_call(profile)
            got += 1
        except RateLimited as refused:
            world.clock.move(refused.retry_after or 0)
    elapsed = (world.clock() - start) // timedelta(microseconds=1)
    assert (got - burst) * MINUTE_MICROSECONDS <= rate * elapsed
    assert got >= 0.95 * (burst + rate * elapsed / MINUTE_MICROSECONDS)
