"""Links to set the password: they work once, for 72 hours, for one person; whoever holds another learns nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from affino_mcp.errors import PersonInactive
from affino_mcp.gate.people.password_changes import PasswordChanges
from affino_mcp.gate.people.password_links import (
    MAX_SUPERSEDED_LINKS,
    PASSWORD_LINK_LIFETIME_SECONDS,
    LinkState,
    LinkUnusable,
    PasswordLink,
    PasswordLinks,
)
from affino_mcp.store.ops import WriteOp
from affino_mcp.tool_errors import Conflict, InvalidArgument
from tests.unit.gate.world import CREDENTIALS, PASSWORD, World

NEW, OTHER = "seven quiet lanterns", "eleven loud trumpets"


@pytest.fixture
def world() -> World:
    world = World()
    world.person(7)
    world.passwords.set_password(7, PASSWORD)
    return world


def links(world: World) -> PasswordLinks:
    return PasswordLinks(world.db, world.settings, world.clock)


def changes(world: World) -> PasswordChanges:
    return PasswordChanges(world.db, world.settings, world.clock)


def make_link(world: World, user_code: int = 7) -> PasswordLink:
    link = links(world).new_link(user_code)
    world.db.put(links(world).build_put(link))
    return link


def state_of(world: World, token: str, password: str = NEW) -> LinkState:
    """What a link turns out to be when it is used."""
    try:
        changes(world).set_by_link(token, password)
    except LinkUnusable as unusable:
        return unusable.state
    return LinkState.GOOD


def test_a_link_works_once_and_ends_every_session(world: World) -> None:
    profile = world.profile()
    session = world.login(profile)
    link = make_link(world)
    assert world.passwords.is_password(7, PASSWORD)
    assert world.sessions.list_sessions(7) == [session.session]
    assert state_of(world, link.token) is LinkState.GOOD
    assert world.passwords.is_password(7, NEW)
    assert world.sessions.list_sessions(7) == []
    assert state_of(world, link.token, OTHER) is LinkState.USED
    assert world.passwords.is_password(7, NEW)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(PASSWORD_LINK_LIFETIME_SECONDS - 1, LinkState.GOOD), (PASSWORD_LINK_LIFETIME_SECONDS, LinkState.EXPIRED)],
    ids=["the last second", "72 hours"],
)
def test_a_link_ends_after_exactly_72_hours(world: World, seconds: int, state: LinkState) -> None:
    link = make_link(world)
    world.clock.move(seconds)
    assert PASSWORD_LINK_LIFETIME_SECONDS == 72 * 3600
    assert state_of(world, link.token) is state
    assert world.passwords.is_password(7, NEW) is (state is LinkState.GOOD)


def test_a_newer_link_supersedes_the_ones_before(world: World) -> None:
    made = [make_link(world) for _ in range(MAX_SUPERSEDED_LINKS + 2)]
    assert state_of(world, made[0].token) is LinkState.UNKNOWN
    assert {state_of(world, link.token) for link in made[1:-1]} == {LinkState.SUPERSEDED}
    assert state_of(world, made[-1].token) is LinkState.GOOD
    assert state_of(world, made[-2].token) is LinkState.SUPERSEDED


def test_two_new_links_at_once_are_one(world: World) -> None:
    first, second = (links(world).new_link(7) for _ in range(2))
    late = links(world).build_put(first)
    world.db.put(links(world).build_put(second))
    world.db.transact([links(world).build_put(first)], "t")
    assert (state_of(world, second.token), state_of(world, first.token)) == (LinkState.SUPERSEDED, LinkState.GOOD)
    assert late.condition is not None


@pytest.mark.parametrize("disabled_first", [True, False])
def test_a_link_of_a_disabled_person_sets_nothing(world: World, disabled_first: bool) -> None:
    if disabled_first:
        world.people.disable(7)
    link = make_link(world)
    world.people.disable(7)
    with pytest.raises(PersonInactive):
        changes(world).set_by_link(link.token, NEW)
    assert world.passwords.is_password(7, PASSWORD)
    world.people.enable(7)
    assert state_of(world, link.token) is LinkState.GOOD


def test_a_link_of_nobody_sets_nothing(world: World) -> None:
    link = make_link(world, 8)
    assert state_of(world, link.token) is LinkState.UNKNOWN
    assert len(world.rows(CREDENTIALS)) == 1


def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object]) -> None:
    """Does a deed before the next transaction is carried out, once."""
    transact, deeds = world.db.transact, [deed]

    def later(ops: Sequence[WriteOp], token: str) -> None:
        if deeds:
            deeds.pop()()
        transact(ops, token)

    monkeypatch.setattr(world.db, "transact", later)


def test_of_two_at_once_one_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link = make_link(world)
    meanwhile(world, monkeypatch, lambda: changes(world).set_by_link(link.token, OTHER))
    assert state_of(world, link.token) is LinkState.USED
    assert world.passwords.is_password(7, OTHER)


def test_a_link_that_is_superseded_meanwhile_loses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link = make_link(world)
    meanwhile(world, monkeypatch, lambda: make_link(world))
    assert state_of(world, link.token) is LinkState.SUPERSEDED
    assert world.passwords.is_password(7, PASSWORD)


def test_a_password_that_is_changed_meanwhile_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link, person = make_link(world), world.people.get(7)
    assert person is not None
    meanwhile(world, monkeypatch, lambda: changes(world).set_by_link(link.token, OTHER))
    with pytest.raises(Conflict):
        changes(world).change(person, PASSWORD, NEW, "198.51.100.7")
    assert world.passwords.is_password(7, OTHER)


def test_a_weak_password_leaves_the_link_good(world: World) -> None:
    link = make_link(world)
    with pytest.raises(InvalidArgument):
        changes(world).set_by_link(link.token, "password1234")
    assert state_of(world, link.token) is LinkState.GOOD


TOKENS = st.one_of(
    st.text(max_size=60),
    st.builds(lambda code, token: f"{code}.{token}", st.integers(0, 10**16), st.uuids()),
    st.builds(lambda token: f"7.{token}", st.uuids()),
)


@settings(deadline=None)
@given(TOKENS)
@example("7." + "0" * 36)
@example("7.00000000-0000-0000-0000-000000000000\n")
def test_no_other_text_is_a_link(text: str) -> None:
    world = World()
    world.person(7)
    link = make_link(world)
    for tried in (text, link.token + text if text else text, text + link.token if text else text):
        assert state_of(world, tried) is LinkState.UNKNOWN
    assert world.rows(CREDENTIALS) == []


def test_a_token_is_stored_nowhere(world: World) -> None:
    token = make_link(world).token
    secret = token.partition(".")[2]
    assert uuid.UUID(secret)
    assert secret not in str(world.rows())
    assert secret not in repr(links(world).new_link(7))
    assert make_link(world).address("https://host/live").startswith("https://host/live/hub/link#7.")
