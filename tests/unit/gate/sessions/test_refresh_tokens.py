"""RefreshTokens: each gives one new pair; a later reuse ends the current session of their chain."""

from __future__ import annotations

import pytest

from affino_mcp.errors import PersonInactive, SessionExpired, SessionUnknown
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.sessions.refresh_tokens import REFRESH_GRACE_SECONDS, RefreshTokens
from affino_mcp.gate.sessions.session_rows import (
    REFRESH_LIFETIME_SECONDS,
    SESSION_LIFETIME_SECONDS,
    IssuedSession,
)
from affino_mcp.gate.sessions.sessions import MAX_SESSIONS_PER_PERSON, SessionEnded
from tests.unit.gate.sessions.refreshing import lives, rotate
from tests.unit.gate.world import World


@pytest.fixture
def first(world: World) -> IssuedSession:
    return world.login(world.profile())


def test_refreshed_sessions_stay_within_the_limit_and_their_person_can_be_disabled(world: World) -> None:
    """A refreshed session that had expired is one more live session, as after a login."""
    profile, issued = world.profile(), list[IssuedSession]()
    for _ in range(4):
        issued += [world.login(profile) for _ in range(30)]
        world.clock.move(3601)
    refreshes = RefreshTokens(world.db, world.settings, world.clock)
    renewed = [refreshes.rotate_tokens(each.access_token, each.refresh_token) for each in issued]
    assert len(world.sessions.list_sessions(7)) == MAX_SESSIONS_PER_PERSON
    world.people.disable(7)
    with pytest.raises(PersonInactive):
        world.sessions.resolve_token(renewed[-1].access_token)


@pytest.mark.parametrize(
    "after", [0, SESSION_LIFETIME_SECONDS - 1, SESSION_LIFETIME_SECONDS, REFRESH_LIFETIME_SECONDS - 1]
)
def test_a_new_pair(world: World, first: IssuedSession, after: int) -> None:
    world.clock.move(after)
    second = rotate(world, first)
    assert second.access_token != first.access_token
    assert second.refresh_token != first.refresh_token
    assert (lives(world, first), lives(world, second)) == (False, True)
    assert second.session.expires == second.session.issued + SESSION_LIFETIME_SECONDS
    assert second.session.profile == first.session.profile
    assert world.sessions.list_sessions(7) == [second.session]
    assert lives(world, rotate(world, second))


def test_the_chain_ends_when_its_login_is_old(world: World, first: IssuedSession) -> None:
    world.clock.move(REFRESH_LIFETIME_SECONDS // 2)
    second = rotate(world, first)
    world.clock.move(REFRESH_LIFETIME_SECONDS // 2)
    with pytest.raises(SessionExpired):
        rotate(world, second)


def test_a_spent_token_ends_the_chain_later(world: World, first: IssuedSession) -> None:
    second = rotate(world, first)
    world.clock.move(REFRESH_GRACE_SECONDS + 1)
    with pytest.raises(SessionEnded):
        rotate(world, first)
    assert not lives(world, second)


def test_a_spent_token_ends_a_chain_whose_head_is_over(world: World, first: IssuedSession) -> None:
    second = rotate(world, rotate(world, first))
    world.clock.move(SESSION_LIFETIME_SECONDS + 1)
    with pytest.raises(SessionUnknown):
        rotate(world, first)
    with pytest.raises(SessionUnknown):
        rotate(world, second)


def test_another_chain_is_not_touched(world: World, first: IssuedSession) -> None:
    other = world.sessions.create_session(7, "other")
    rotate(world, first)
    world.clock.move(REFRESH_GRACE_SECONDS + 1)
    with pytest.raises(SessionUnknown):
        rotate(world, first)
    assert lives(world, other)


def test_what_is_no_pair(world: World, first: IssuedSession) -> None:
    second = world.sessions.create_session(7, "other")
    for access, refresh in (
        (second.access_token, first.refresh_token),
        (first.access_token, first.access_token),
        (first.refresh_token, first.refresh_token),
        (new_token(), first.refresh_token),
        (first.access_token, new_token()),
    ):
        with pytest.raises(SessionUnknown):
            RefreshTokens(world.db, world.settings, world.clock).rotate_tokens(access, refresh)
    assert lives(world, first)
    assert lives(world, second)


@pytest.mark.parametrize("expired", [True, False])
def test_not_after_a_logout(world: World, first: IssuedSession, *, expired: bool) -> None:
    if expired:
        world.clock.move(SESSION_LIFETIME_SECONDS + 1)
    world.sessions.end_session(7, first.session.digest)
    with pytest.raises(SessionUnknown):
        rotate(world, first)


@pytest.mark.parametrize("expired", [True, False])
def test_not_after_logging_out_everywhere(world: World, first: IssuedSession, *, expired: bool) -> None:
    if expired:
        world.clock.move(SESSION_LIFETIME_SECONDS + 1)
    assert world.sessions.end_all_sessions(7) == int(not expired)
    with pytest.raises(SessionUnknown):
        rotate(world, first)
    assert lives(world, world.sessions.create_session(7, "later"))


def test_not_for_a_disabled_person(world: World, first: IssuedSession) -> None:
    world.people.disable(7)
    with pytest.raises(PersonInactive):
        rotate(world, first)
    world.people.enable(7)
    assert lives(world, rotate(world, first))


def test_rights_are_read_again(world: World, first: IssuedSession) -> None:
    world.clock.move(SESSION_LIFETIME_SECONDS)
    world.people.change(7, groups=("Editors",))
    assert world.sessions.resolve_token(rotate(world, first).access_token)[1].groups == ("Editors",)


def test_only_hashes_are_stored(world: World, first: IssuedSession) -> None:
    second = rotate(world, first)
    stored = repr(world.rows())
    assert not [t for i in (first, second) for t in (i.access_token, i.refresh_token) if t in stored]


def test_a_proof_from_before_everything_ended_is_worth_nothing(world: World, first: IssuedSession) -> None:
    world.sessions.end_all_sessions(7)
    with pytest.raises(PersonInactive):
        world.sessions.create_session(7, "late", epoch=0)
    assert world.sessions.create_session(7, "new", epoch=1)


def test_nobody_has_nothing_to_end(world: World) -> None:
    assert world.sessions.end_all_sessions(99) == 0
