"""In a storm of calls on many processes, none that begins after an operator's change does what the change forbids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.profiles.profile import Profile
from tests.security.figures import Figures, storm_size
from tests.security.storm import call_in_a_storm
from tests.world import Response, World, WorldClient

PROCESSES = 16
EACH = storm_size(100, 1_000) // PROCESSES + 1
"""Calls of each process around the change, and as many after it."""


@dataclass
class Crowd:
    """Many processes that call with one person's credentials, each from a thread of its own."""

    world: World
    profile: Profile
    person: int
    clients: list[WorldClient]


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    world = World()
    profile = world.profiles.create("storm", {Family.TASKS: frozenset(Access)}, 6000, burst=6000)
    person = world.create_person("Sam", "Manager", "Sales Managers")
    headers = world.log_in(profile, person)
    handlers = [world.new_handler() for _ in range(PROCESSES)]
    yield Crowd(world, profile, person, [WorldClient(world, handler, headers) for handler in handlers])
    for handler in handlers:
        handler.close()


def log_out(crowd: Crowd) -> None:
    (session,) = crowd.world.sessions.list_sessions(crowd.person)
    crowd.world.sessions.end_session(crowd.person, session.digest)


def set_password(crowd: Crowd) -> object:
    """What `affino-mcp person set --password` does."""
    world = crowd.world
    hashed = Passwords(world.database, world.settings).build_update(crowd.person, "a calm and long password")
    return world.people.change(
        crowd.person, log_out=True, commit=lambda ops: world.database.transact([*ops, hashed], "new password")
    )


def switch(*access: Access) -> Callable[[Crowd], object]:
    families = {"tasks": frozenset(access)}
    return lambda c: c.world.profiles.change(c.profile.key, families=families)


Deed = Callable[[Crowd], object]
DEEDS: dict[str, tuple[Deed, str]] = {
    "kill switch": (lambda c: c.world.profiles.disable(c.profile.key), "profile_disabled"),
    "secret regenerated": (lambda c: c.world.profiles.regenerate_secret(c.profile.key), "authentication_error"),
    "person off": (lambda c: c.world.people.disable(c.person), "person_disabled"),
    "logged out": (log_out, "session_unknown"),
    "logged out everywhere": (lambda c: c.world.sessions.end_all_sessions(c.person), "session_unknown"),
    "password changed": (set_password, "session_unknown"),
    "right removed": (lambda c: c.world.people.change(c.person, groups=()), "permission_denied"),
    "family off": (switch(), "tool_disabled"),
    "write access off": (switch(Access.READ), "tool_disabled"),
}


def told(answer: Response) -> str:
    """The type of the error of an answer; "" when the call was carried out."""
    if answer.status != 200:
        return str(answer.document["error"]["data"]["type"])
    return str(answer.error["type"]) if answer.document["result"]["isError"] else ""


@pytest.mark.parametrize(("deed", "reason"), DEEDS.values(), ids=DEEDS)
def test_no_call_slips_by(
    crowd: Crowd, figures: Figures, request: pytest.FixtureRequest, deed: Deed, reason: str
) -> None:
    def call(number: int, began_after: bool) -> str:
        title = f"late {number}" if began_after else f"early {number}"
        return told(crowd.clients[number].call_tool("create_task", Title=title))

    results = call_in_a_storm(PROCESSES, EACH, call, lambda: deed(crowd))
    assert {outcome for _, outcome in results} <= {"", reason}
    assert {outcome for began_after, outcome in results if began_after} == {reason}
    tasks = str(crowd.world.database.list_rows(crowd.world.settings.records_table))
    assert "early" in tasks
    assert "late" not in tasks
    assert sum(began_after for began_after, _ in results) >= EACH * PROCESSES
    figures.record(f"calls that began after a change in a storm: {request.node.callspec.id}", tried=EACH * PROCESSES)
