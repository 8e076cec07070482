"""Sessions: one read gives the person; tokens are not stored."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from affino_mcp.errors import PersonInactive, SessionExpired, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.row_keys import digest_token, new_token, token_fingerprint
from affino_mcp.gate.sessions.refresh_tokens import RefreshTokens
from affino_mcp.gate.sessions.sessions import (
    MAX_SESSIONS_PER_PERSON,
    SESSION_LIFETIME_SECONDS,
    SESSION_RETENTION_SECONDS,
)
from affino_mcp.settings import Settings
from tests.unit.gate.world import GATE, World


def test_tokens_are_uuids_with_128_random_bits() -> None:
    tokens = [new_token() for _ in range(2000)]
    assert all(str(uuid.UUID(token)) == token for token in tokens)
    assert len({token[14] for token in tokens}) == 16  # where a version 4 UUID always has a 4


def test_a_session(world: World) -> None:
    issued = world.login(world.profile())
    world.asked()
    session, person = world.sessions.resolve_token(issued.access_token.upper())
    assert world.asked() == [("get_many", GATE)]
    assert person == world.people.get(7)
    assert session == issued.session
    assert session.fingerprint == token_fingerprint(digest_token(issued.access_token))
    assert len(session.fingerprint) == 12


def test_only_hashes_are_stored(world: World) -> None:
    issued = world.login(world.profile())
    stored = repr(world.rows(GATE))
    for token in (issued.access_token, issued.refresh_token):
        assert token not in stored
        assert token not in repr(issued)
        assert digest_token(token) in stored
    assert digest_token(issued.access_token) not in repr(issued)


def test_the_end_of_a_session_is_checked_in_code(world: World) -> None:
    token = world.login(world.profile()).access_token
    world.clock.move(SESSION_LIFETIME_SECONDS - 1)
    world.sessions.resolve_token(token)
    world.clock.move(1)
    with pytest.raises(SessionExpired) as refused:
        world.sessions.resolve_token(token)
    assert refused.value.person.user_code == 7
    row = world.db.get(GATE, row_keys.session_key(digest_token(token)))
    assert row is not None
    assert row["ttl"] >= row["expires"] + SESSION_RETENTION_SECONDS


def test_an_unknown_token(world: World) -> None:
    with pytest.raises(SessionUnknown) as refused:
        world.sessions.resolve_token(new_token())
    assert refused.value.person is None
    assert refused.value.fingerprint


def test_nobody_gets_no_session(world: World) -> None:
    with pytest.raises(PersonInactive):
        world.sessions.create_session(99, "any")
    assert world.rows(GATE) == []


def test_logout(world: World) -> None:
    profile = world.profile()
    first, second = world.login(profile), world.login(profile)
    world.sessions.end_session(7, first.session.digest)
    world.sessions.end_session(7, first.session.digest)
    world.sessions.end_session(7, "unknown")
    with pytest.raises(SessionUnknown):
        world.sessions.resolve_token(first.access_token)
    assert world.sessions.resolve_token(second.access_token)
    assert world.sessions.list_sessions(7) == [second.session]


def test_expired_sessions_are_not_listed(world: World) -> None:
    profile = world.profile()
    world.login(profile)
    world.clock.move(1800)
    later = world.login(profile)
    world.clock.move(1800)
    assert world.sessions.list_sessions(7) == [later.session]


def test_the_oldest_of_too_many_ends(world: World) -> None:
    profile = world.profile()
    logins = []
    for _ in range(MAX_SESSIONS_PER_PERSON + 3):
        logins.append(world.login(profile))
        world.clock.move(1)
    assert [session.digest for session in world.sessions.list_sessions(7)] == [
        login.session.digest for login in logins[3:]
    ]
    for login in logins[:3]:
        with pytest.raises(SessionUnknown):
            world.sessions.resolve_token(login.access_token)


def test_many_logins_at_once_all_succeed(world: World) -> None:
    profile = world.profile()
    world.person(7)
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda _: world.sessions.create_session(7, profile.key), range(30)))
    assert len({login.access_token for login in issued}) == 30
    assert len(world.sessions.list_sessions(7)) == 30
    row = world.db.get(GATE, row_keys.person_key(7))
    assert row is not None
    assert row["logins"] == 30


def test_people_do_not_share_sessions(world: World) -> None:
    profile = world.profile()
    one, other = world.login(profile, 7), world.login(profile, 71)
    assert world.sessions.list_sessions(7) == [one.session]
    world.people.disable(7)
    assert world.sessions.resolve_token(other.access_token)[1].active


def test_everything_ends_also_when_logins_at_once_left_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = world.profile()
    with monkeypatch.context() as at_once:
        at_once.setattr("affino_mcp.gate.sessions.sessions.MAX_SESSIONS_PER_PERSON", 1000)
        issued = [world.login(profile) for _ in range(120)]
    assert world.sessions.end_all_sessions(7) == 120
    assert world.sessions.list_sessions(7) == []
    for login in issued:
        with pytest.raises(SessionUnknown):
            world.sessions.resolve_token(login.access_token)


@pytest.mark.parametrize("logins", [40, 98, 99, 130])
def test_a_change_reaches_every_session_however_many_logins_at_once_left(
    world: World, monkeypatch: pytest.MonkeyPatch, logins: int
) -> None:
    profile = world.profile()
    with monkeypatch.context() as at_once:
        at_once.setattr("affino_mcp.gate.sessions.sessions.MAX_SESSIONS_PER_PERSON", 1000)
        issued = [world.login(profile) for _ in range(logins)]
    world.people.disable(7)
    refused = []
    for login in issued:
        with pytest.raises((SessionUnknown, PersonInactive)) as error:
            world.sessions.resolve_token(login.access_token)
        refused.append(error.type)
    assert refused.count(PersonInactive) == MAX_SESSIONS_PER_PERSON
    assert len(refused) == logins


@pytest.mark.parametrize(("given", "lifetime"), [("3600", 3600), ("900", 900), ("1", 300), ("9999999", 86_400)])
def test_how_long_a_session_lasts_is_a_setting(given: str, lifetime: int) -> None:
    world = World(settings=Settings(session_seconds=given))
    issued = world.login(world.profile())
    assert issued.session.expires - issued.session.issued == lifetime
    refreshed = RefreshTokens(world.db, world.settings, world.clock).rotate_tokens(
        issued.access_token, issued.refresh_token
    )
    assert refreshed.session.expires - refreshed.session.issued == lifetime
