"""Calls that are refused for their token take nothing from a profile's budget, and never make it refuse a good caller."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.store.ops import Item, Key, Update
from tests.security.figures import Figures
from tests.world import World, WorldClient

STRANGERS = 12
RATE = 60


class Crowd:
    """A profile of 60 calls a minute with a good caller, and clients with its key and secret and tokens of nobody."""

    def __init__(self) -> None:
        self.world = World()
        self.profile = self.world.create_profile("busy", rate=RATE)
        person = self.world.create_person("Sam", "Manager", "Sales Managers")
        self.handlers = [self.world.new_handler() for _ in range(2)]
        self.good = WorldClient(self.world, self.handlers[0], self.world.log_in(self.profile, person))
        self.ended = self.world.sessions.create_session(person, self.profile.key)
        self.person, self.updated = person, list[Key]()
        carry_out = self.world.database.update

        def noted(op: Update) -> Item:
            self.updated.append(op.key)
            return carry_out(op)

        self.world.database.update = noted  # type: ignore[method-assign]

    def strangers(self) -> list[WorldClient]:
        return [
            replace(self.good, handler=self.handlers[n % 2]).with_headers(Authorization=f"Bearer {new_token()}")
            for n in range(STRANGERS)
        ]

    def profile_writes(self) -> int:
        """The writes on profiles' rows so far."""
        return sum(key.pk.startswith("PROFILE#") for key in self.updated)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    made = Crowd()
    yield made
    for handler in made.handlers:
        handler.close()


def test_a_good_caller_is_never_refused_beside_strangers(crowd: Crowd, figures: Figures) -> None:
    """A call every three seconds, a third of the limit, for a minute; every stranger calls ten times before each."""
    for _ in range(20):
        for stranger in crowd.strangers() * 10:
            assert stranger.call_tool("list_accounts").status in (401, 429)
        assert crowd.good.call_tool("list_accounts").status == 200
        crowd.world.clock.move(seconds=3)
    assert crowd.profile_writes() == 20
    figures.record("calls of strangers beside a good caller", tried=20 * 10 * STRANGERS)


@pytest.mark.parametrize("kind", ["expired", "logged out"])
def test_a_token_that_was_good_costs_nothing_any_more(crowd: Crowd, kind: str) -> None:
    former = crowd.good.with_headers(Authorization=f"Bearer {crowd.ended.access_token}")
    assert former.call_tool("list_accounts").status == 200
    if kind == "expired":
        crowd.world.clock.move(seconds=crowd.ended.session.expires - crowd.ended.session.issued)
        crowd.good = replace(crowd.good, headers=crowd.world.log_in(crowd.profile, crowd.person))
    else:
        crowd.world.sessions.end_session(crowd.person, crowd.ended.session.digest)
        crowd.world.clock.move(seconds=61)
    crowd.updated.clear()
    for _ in range(200):
        assert former.call_tool("list_accounts").status == 401
    assert crowd.profile_writes() == 0
    assert crowd.good.call_tool("list_accounts").status == 200


def test_side_by_side_in_threads(crowd: Crowd) -> None:
    """Strangers call without a pause while a good caller uses the whole burst: every good call is admitted."""
    done, refused = threading.Event(), list[int]()
    workers = [threading.Thread(target=_hammer, args=(stranger, done, crowd)) for stranger in crowd.strangers()[:4]]
    for worker in workers:
        worker.start()
    try:
        refused += [answer.status for answer in (crowd.good.call_tool("list_accounts") for _ in range(10))]
    finally:
        done.set()
        for worker in workers:
            worker.join()
    assert refused == [200] * 10


def _hammer(stranger: WorldClient, done: threading.Event, crowd: Crowd) -> None:
    handler = crowd.world.new_handler()
    mine = replace(stranger, handler=handler)
    while not done.is_set():
        mine.call_tool("list_accounts")
    handler.close()
