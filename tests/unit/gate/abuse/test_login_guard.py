"""The login guard: its limits and waits, known and unknown sources, parallel attempts, and a store that is down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.errors import TooManyFailures
from affino_mcp.gate.abuse.client_network import account_key, client_network
from affino_mcp.gate.abuse.login_guard import (
    DAY_SECONDS,
    KNOWN_SOURCE_SECONDS,
    MAX_CONSECUTIVE_FAILURES,
    MAX_DAILY_FAILURES_BY_PREFIX,
    MAX_PAIR_FAILURES,
    PAIR_WINDOW_SECONDS,
    LoginGuard,
    wait_seconds,
)
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.store.faults import StoreUnavailable
from tests.unit.gate.world import GATE, World

HERE, THERE = "198.51.100.7", "198.51.100.8"
JANE, JOHN = "jane@orbital.example", "john@orbital.example"


def guard(world: World) -> LoginGuard:
    return LoginGuard(world.db, world.settings, world.clock)


def fail(guard: LoginGuard, times: int, source: str = HERE, email: str = JANE) -> list[int | None]:
    return [guard.record_failure(guard.begin_attempt(source, email)) for _ in range(times)]


def succeed(guard: LoginGuard, source: str = HERE, email: str = JANE) -> None:
    guard.record_success(guard.begin_attempt(source, email))


def strangers(count: int) -> list[str]:
    return [f"203.{number // 250}.{number % 250}.1" for number in range(count)]


def evaluated(guard: LoginGuard, sources: list[str], email: str = JANE) -> int:
    """Makes one guess from each source; gives the number of passwords that were checked."""
    tried = 0
    for source in sources:
        try:
            guard.record_failure(guard.begin_attempt(source, email))
        except TooManyFailures:
            continue
        tried += 1
    return tried


def test_ten_wrong_ones_then_a_wait(world: World) -> None:
    assert fail(guard(world), MAX_PAIR_FAILURES + 3) == [None] * MAX_PAIR_FAILURES + [PAIR_WINDOW_SECONDS] * 3


def test_the_wait_is_never_extended(world: World) -> None:
    one = guard(world)
    fail(one, MAX_PAIR_FAILURES + 1)
    for step, left in ((100, 800), (700, 100), (99, 1)):
        world.clock.move(step)
        assert fail(one, 1) == [left]
    world.clock.move(1)
    assert fail(one, MAX_PAIR_FAILURES + 1) == [None] * MAX_PAIR_FAILURES + [PAIR_WINDOW_SECONDS]


def test_a_right_one_clears_the_pair_and_the_account(world: World) -> None:
    one = guard(world)
    fail(one, MAX_PAIR_FAILURES + 1)
    succeed(one)
    assert fail(one, MAX_PAIR_FAILURES) == [None] * MAX_PAIR_FAILURES
    assert one.begin_attempt(HERE, JANE).failures == MAX_PAIR_FAILURES


@pytest.mark.parametrize(("source", "email"), [(THERE, JANE), (HERE, JOHN)], ids=["other source", "other account"])
def test_others_are_not_touched(world: World, source: str, email: str) -> None:
    one = guard(world)
    fail(one, MAX_PAIR_FAILURES + 1)
    assert fail(one, 1, source, email) == [None]


def test_spellings_of_an_address_are_one_account(world: World) -> None:
    one = guard(world)
    fail(one, MAX_PAIR_FAILURES)
    assert fail(one, 1, email="\uff2aANE@orbital.EXAMPLE") == [PAIR_WINDOW_SECONDS]


def test_many_at_once_are_counted_exactly(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: fail(guard(world), 1)[0], range(80)))
    assert waits.count(None) == MAX_PAIR_FAILURES


def test_strangers_guess_a_hundred_times_at_one_account_and_then_wait(world: World) -> None:
    one = guard(world)
    succeed(one)
    assert evaluated(one, strangers(200)) == MAX_CONSECUTIVE_FAILURES
    with pytest.raises(TooManyFailures) as refused:
        one.begin_attempt("192.0.2.1", JANE)
    assert refused.value.retry_after == 30
    assert one.begin_attempt("192.0.2.1", JOHN)


def test_strangers_at_once_are_never_more_than_a_hundred(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda source: evaluated(guard(world), [source]), strangers(160)))
    assert sum(tried) == MAX_CONSECUTIVE_FAILURES


def test_the_waits_grow_and_one_guess_is_let_through_after_each(world: World) -> None:
    one, sources = guard(world), strangers(300)
    evaluated(one, sources[:100])
    for wait in (30, 60, 120, 240, 480, 960, 1920, 3600, 3600):
        world.clock.move(wait - 1)
        assert evaluated(one, sources[:3]) == 0
        world.clock.move(1)
        assert evaluated(one, sources[:3]) == 1


def test_a_source_that_logged_in_lately_goes_on(world: World) -> None:
    one = guard(world)
    succeed(one)
    evaluated(one, strangers(MAX_CONSECUTIVE_FAILURES))
    world.clock.move(KNOWN_SOURCE_SECONDS - 1)
    assert not one.begin_attempt(HERE, JANE).reserved
    succeed(one)
    assert one.begin_attempt("192.0.2.1", JANE), "a login clears the account"


def test_a_source_is_forgotten_after_thirty_days(world: World) -> None:
    one = guard(world)
    succeed(one)
    world.clock.move(KNOWN_SOURCE_SECONDS)
    assert one.begin_attempt(HERE, JANE).reserved


def test_a_known_source_that_guesses_is_a_stranger_after_a_hundred(world: World) -> None:
    one = guard(world)
    succeed(one)
    fail(one, MAX_CONSECUTIVE_FAILURES)
    with pytest.raises(TooManyFailures):
        one.begin_attempt(HERE, JANE)


def test_one_source_at_many_accounts(world: World) -> None:
    one, most = guard(world), MAX_DAILY_FAILURES_BY_PREFIX[32]
    waits = [fail(one, 1, email=f"person{number}@orbital.example")[0] for number in range(most + 2)]
    assert waits == [None] * most + [3600] * 2
    assert fail(one, 1, THERE) == [None]
    world.clock.move(DAY_SECONDS)
    assert fail(one, 1) == [None]


def test_one_network_at_many_accounts(world: World) -> None:
    one, most = guard(world), MAX_DAILY_FAILURES_BY_PREFIX[24]
    waits = [
        fail(one, 1, f"198.51.100.{number % 250}", f"person{number}@orbital.example")[0] for number in range(most + 1)
    ]
    assert waits == [None] * most + [3600]


def test_an_attempt_that_nobody_could_judge_is_not_counted(world: World) -> None:
    one = guard(world)
    for _ in range(3 * MAX_CONSECUTIVE_FAILURES):
        one.release_attempt(one.begin_attempt(HERE, JANE))
    assert one.begin_attempt(HERE, JANE).failures == 0


def test_steady_logins_write_nothing(world: World) -> None:
    one = guard(world)
    succeed(one)
    world.asked()
    succeed(one)
    assert world.asked() == [("get_many", GATE)]


def test_no_address_is_stored(world: World) -> None:
    fail(guard(world), 1)
    assert "jane" not in repr(world.rows())


@pytest.mark.parametrize("broken", ["get_many", "update"])
def test_an_outage_is_told(world: World, broken: str) -> None:
    world.db.broken.add((broken, GATE))
    with pytest.raises(StoreUnavailable):
        guard(world).begin_attempt(HERE, JANE)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (99, 0), (100, 30), (101, 60), (106, 1920), (107, 3600), (10**9, 3600)]
)
def test_waits(failures: int, seconds: int) -> None:
    assert wait_seconds(failures) == seconds


def test_wrong_tokens(world: World) -> None:
    one = TokenGuard(world.db, world.settings, world.clock)
    assert [one.record_failure(HERE) for _ in range(22)] == [None] * 20 + [300] * 2
    assert one.record_failure(THERE) is None
    world.clock.move(300)
    assert one.record_failure(HERE) is None


@pytest.mark.parametrize(
    ("source", "expected", "wider"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.0/24"),
        ("", "", ""),
        ("x" * 100, "x" * 64, "x" * 64),
    ],
    ids=["IPv4", "IPv6", "IPv4 in IPv6", "unknown", "no address"],
)
def test_what_counts_as_one_source(source: str, expected: str, wider: str) -> None:
    assert (client_network(source), client_network(source, 24)) == (expected, wider)


def test_what_counts_as_one_account() -> None:
    assert account_key(JANE) == account_key(" Jane@Orbital.example")
    assert account_key(JANE) != account_key(JOHN)
