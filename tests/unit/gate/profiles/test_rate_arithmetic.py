"""The arithmetic of the rate limit: its bounds hold for generated calls and limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.clock import SECOND_MICROSECONDS
from affino_mcp.gate.profiles.rate_limit import MINUTE_MICROSECONDS, RateLimit, default_burst

limits = st.builds(RateLimit, st.integers(1, 6000), st.integers(1, 6000))
moments = st.integers(10**15, 2 * 10**15)


def take(limit: RateLimit, tat: int, now: int) -> int:
    """Does what the conditional write of the rate limit does."""
    return max(tat, now) + limit.interval


@given(limits, moments)
def test_exactly_the_burst_at_one_moment(limit: RateLimit, now: int) -> None:
    tat, granted = 0, 0
    while not limit.wait_microseconds(tat, now):
        assert limit.remaining_calls(tat, now) == limit.burst - granted
        tat, granted = take(limit, tat, now), granted + 1
    assert granted == limit.burst
    assert limit.remaining_calls(tat, now) == 0


@given(limits, moments, st.lists(st.integers(0, 5 * SECOND_MICROSECONDS), max_size=200))
def test_never_above_burst_and_rate(limit: RateLimit, now: int, gaps: list[int]) -> None:
    tat, grants = 0, []
    for gap in gaps:
        now += gap
        if not limit.wait_microseconds(tat, now):
            tat = take(limit, tat, now)
            grants.append(now)
    for first, start in enumerate(grants):
        for count, end in enumerate(grants[first:], start=1):
            assert count <= limit.burst + limit.rate * (end - start) / MINUTE_MICROSECONDS


@given(st.builds(RateLimit, st.integers(1, 6000), st.integers(1, 50)), moments)
def test_obeying_the_wait_uses_all_of_it(limit: RateLimit, start: int) -> None:
    now, tat, granted = start, 0, 0
    for _ in range(300):
        now += limit.wait_microseconds(tat, now)
        assert limit.wait_microseconds(tat, now) == 0
        tat, granted = take(limit, tat, now), granted + 1
    assert granted >= 0.95 * (limit.burst + limit.rate * (now - start) / MINUTE_MICROSECONDS)


@given(limits, moments, st.integers(0, 10**9))
def test_the_wait_is_exact(limit: RateLimit, now: int, ahead: int) -> None:
    wait = limit.wait_microseconds(now + ahead, now)
    assert limit.remaining_calls(now + ahead, now + wait) >= 1
    assert wait == 0 or limit.remaining_calls(now + ahead, now + wait - 1) == 0


@given(limits, moments, st.integers(0, 10**9))
def test_reset_is_when_there_is_one_more(limit: RateLimit, now: int, ahead: int) -> None:
    tat = now + min(ahead, limit.max_lead + limit.interval)
    state = limit.rate_state(tat, now)
    assert state.limit == limit.rate
    if state.remaining < limit.burst:
        assert limit.remaining_calls(tat, now + state.reset_seconds * SECOND_MICROSECONDS) > state.remaining
    else:
        assert state.reset_seconds == 0


@given(limits, limits, moments, st.integers(0, 6000))
def test_another_limit_keeps_what_is_used(old: RateLimit, new: RateLimit, now: int, used: int) -> None:
    used = min(used, old.burst)
    tat = old.convert_bucket(now + used * old.interval, now, new)
    assert new.remaining_calls(tat, now) == max(0, new.burst - used)


def test_default_burst() -> None:
    assert [default_burst(rate) for rate in (1, 60, 100, 110, 6000)] == [10, 10, 10, 11, 600]
