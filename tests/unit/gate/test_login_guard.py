from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.gate.login_guard import MOST, WINDOW, LoginGuard, network
from affino_mcp.store.ops import StoreUnavailable
from tests.unit.gate.world import GATE, World

HERE, THERE = "198.51.100.7", "198.51.100.8"
JANE, JOHN = "jane@orbital.example", "john@orbital.example"


def guard(world: World) -> LoginGuard:
    return LoginGuard(world.db, world.settings, world.clock)


def fail(guard: LoginGuard, times: int, source: str = HERE, email: str = JANE) -> list[int | None]:
    return [guard.failed(source, email) for _ in range(times)]


def test_ten_wrong_ones_then_a_wait(world: World) -> None:
    assert fail(guard(world), MOST + 3) == [None] * MOST + [WINDOW] * 3


def test_the_wait_is_never_extended(world: World) -> None:
    one = guard(world)
    fail(one, MOST + 1)
    for step, left in ((100, 800), (700, 100), (99, 1)):
        world.clock.forward(step)
        assert one.failed(HERE, JANE) == left
    world.clock.forward(1)
    assert fail(one, MOST + 1) == [None] * MOST + [WINDOW]


def test_a_right_one_clears_the_pair(world: World) -> None:
    one = guard(world)
    fail(one, MOST + 1)
    one.succeeded(HERE, JANE)
    assert fail(one, MOST) == [None] * MOST


@pytest.mark.parametrize(("source", "email"), [(THERE, JANE), (HERE, JOHN)], ids=["other source", "other account"])
def test_others_are_not_touched(world: World, source: str, email: str) -> None:
    one = guard(world)
    fail(one, MOST + 1)
    assert one.failed(source, email) is None


def test_spellings_of_an_address_are_one_account(world: World) -> None:
    one = guard(world)
    fail(one, MOST)
    assert one.failed(HERE, "\uff2aANE@orbital.EXAMPLE") == WINDOW


def test_many_at_once_are_counted_exactly(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: guard(world).failed(HERE, JANE), range(100)))
    assert waits.count(None) == MOST


def test_no_address_is_stored(world: World) -> None:
    fail(guard(world), 1)
    assert "jane" not in repr(world.rows())


def test_an_outage_is_told(world: World) -> None:
    world.db.broken.add(("update", GATE))
    with pytest.raises(StoreUnavailable):
        guard(world).failed(HERE, JANE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
    ids=["IPv4", "IPv6", "IPv4 in IPv6", "unknown", "no address"],
)
def test_what_counts_as_one_source(source: str, expected: str) -> None:
    assert network(source) == expected
