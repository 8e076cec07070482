"""The gate: the order of its checks, the store calls of each decision, and the person that a refusal names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from affino_mcp.errors import (
    BadCredentials,
    PersonInactive,
    ProfileDisabled,
    RateLimited,
    Refusal,
    SessionExpired,
    SessionUnknown,
    Unavailable,
)
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import IssuedSession
from affino_mcp.settings import REFUSAL_ROWS_PER_MINUTE
from affino_mcp.store.ops import Delete
from tests.unit.gate.world import GATE, RawHeaders, World, headers, valid


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
def test_admitted(world: World, *, at_once: bool, charge: bool) -> None:
    profile = world.profile(rate=60, burst=5)
    login = world.login(profile)
    caller = world.gate(at_once=at_once).admit(valid(profile, login), charge=charge)
    assert (caller.profile, caller.person, caller.session) == (profile, login.person, login.session)
    assert (caller.rate.limit, caller.rate.remaining) == (60, 4 if charge else 5)
    assert caller.cursor_key == profile.cursor_key
    assert len(caller.cursor_key) == 32
    for secret in (profile.secret, login.access_token, login.refresh_token):
        assert secret not in repr(caller)


@pytest.mark.parametrize(("charge", "ask"), [(True, "update"), (False, "get")], ids=["call", "handshake"])
def test_two_operations_and_no_secret_when_warm(world: World, ask: str, *, at_once: bool, charge: bool) -> None:
    profile = world.profile()
    credentials, gate = valid(profile, world.login(profile)), world.gate(at_once=at_once)
    gate.admit(credentials, charge=charge)
    world.secrets.reads = 0
    world.asked()
    for _ in range(10):
        gate.admit(credentials, charge=charge)
        assert sorted(world.asked()) == sorted([(ask, GATE), ("get_many", GATE)])
    assert world.secrets.reads == 0


def test_the_first_call_of_a_process(world: World, *, at_once: bool) -> None:
    profile = world.profile()
    credentials = valid(profile, world.login(profile))
    world.secrets.reads = 0
    world.asked()
    world.gate(at_once=at_once).admit(credentials, charge=True)
    assert sorted(world.asked()) == [("get", GATE), ("get_many", GATE), ("update", GATE)]
    assert world.secrets.reads == 1


def test_a_login_through_another_profile_is_the_same_person(world: World) -> None:
    login = world.login(world.profile("one"))
    other = world.profile("other")
    assert world.gate().admit(valid(other, login), charge=True).person == login.person


def broken_key(profile: Profile, login: IssuedSession) -> RawHeaders:
    return headers("nobody", profile.secret, login.access_token)


def broken_secret(profile: Profile, login: IssuedSession) -> RawHeaders:
    return headers(profile.key, profile.secret[:-1] + ("a" if profile.secret[-1] != "a" else "b"), login.access_token)


def broken_token(profile: Profile, login: IssuedSession) -> RawHeaders:
    return headers(profile.key, profile.secret, login.access_token[:-1])


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize(
    ("wrong", "cost"),
    [
        pytest.param(broken_key, [("get", GATE)], id="unknown key"),
        pytest.param(broken_secret, [("get", GATE)], id="wrong secret"),
        pytest.param(broken_token, [], id="malformed token"),
        pytest.param(lambda *_: [], [], id="no headers"),
    ],
)
def test_wrong_credentials_spend_nothing(
    world: World, wrong: Callable[..., RawHeaders], cost: list[tuple[str, str]], *, warm: bool
) -> None:
    profile = world.profile(burst=2)
    login, gate = world.login(profile), world.gate()
    if warm:
        gate.admit(valid(profile, login), charge=False)
    world.asked()
    with pytest.raises(BadCredentials) as refused:
        gate.admit(wrong(profile, login), charge=True)
    assert world.asked() == cost
    assert (refused.value.message, refused.value.details) == (BadCredentials.text, {})
    assert (refused.value.profile, refused.value.person, refused.value.fingerprint) == (None, None, None)
    assert gate.admit(valid(profile, login), charge=True).rate.remaining == 1


def expire(world: World, *_: object) -> None:
    world.clock.move(3600)


def forget(world: World, _: Profile, login: IssuedSession) -> None:
    world.db.delete(Delete(GATE, row_keys.session_key(login.session.digest)))


REASONS = [
    pytest.param(expire, SessionExpired, True, id="session expired"),
    pytest.param(lambda w, p, s: w.sessions.end_session(7, s.session.digest), SessionUnknown, True, id="logged out"),
    pytest.param(forget, SessionUnknown, False, id="session unknown"),
    pytest.param(lambda w, p, s: w.people.disable(7), PersonInactive, True, id="person disabled"),
    pytest.param(lambda w, p, s: w.profiles.disable(p.key), ProfileDisabled, True, id="profile disabled"),
]


@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
@pytest.mark.parametrize(("happens", "reason", "person_known"), REASONS)
def test_the_reason_is_told_to_who_has_key_and_secret(
    world: World,
    happens: Callable[..., object],
    reason: type[Refusal],
    *,
    at_once: bool,
    person_known: bool,
    charge: bool,
) -> None:
    profile = world.profile(burst=3)
    login, gate = world.login(profile), world.gate(at_once=at_once)
    gate.admit(valid(profile, login), charge=False)
    happens(world, profile, login)
    with pytest.raises(reason) as refused:
        gate.admit(valid(profile, login), charge=charge)
    refusal = refused.value
    assert refusal.profile == profile
    assert refusal.person == (login.person if person_known and reason is not PersonInactive else refusal.person)
    assert (refusal.person is not None) is person_known
    assert refusal.fingerprint == token_fingerprint(digest_token(login.access_token))
    with pytest.raises(BadCredentials):
        gate.admit(broken_secret(profile, login), charge=charge)
    world.profiles.enable(profile.key)
    assert (
        gate.admit(
            valid(profile, world.sessions.create_session(world.person(8).user_code, "any")), charge=False
        ).rate.remaining
        == 3
    )


def test_over_the_limit(world: World, *, at_once: bool) -> None:
    profile = world.profile(rate=6, burst=1)
    login, gate = world.login(profile), world.gate(at_once=at_once)
    gate.admit(valid(profile, login), charge=True)
    with pytest.raises(RateLimited) as refused:
        gate.admit(valid(profile, login), charge=True)
    assert refused.value.retry_after == 10
    assert (refused.value.profile, refused.value.person) == (profile, login.person)
    world.asked()
    with pytest.raises(RateLimited) as again:
        gate.admit(valid(profile, login), charge=True)
    assert world.asked() == [("get_many", GATE)]  # known here for a second: no write, only the name for the log
    assert (again.value.profile, again.value.fingerprint) == (profile, login.session.fingerprint)
    assert again.value.person == login.person
    for _ in range(REFUSAL_ROWS_PER_MINUTE):
        with pytest.raises(RateLimited):
            gate.admit(valid(profile, login), charge=True)
    world.asked()
    with pytest.raises(RateLimited) as unnamed:
        gate.admit(valid(profile, login), charge=True)
    assert (world.asked(), unnamed.value.person) == ([], None)
    assert gate.admit(valid(profile, login), charge=False).rate.remaining == 0
    world.clock.move(10)
    assert gate.admit(valid(profile, login), charge=True)


def test_a_raised_limit_shows_within_a_second(world: World) -> None:
    profile = world.profile(rate=1, burst=1)
    login, gate = world.login(profile), world.gate()
    gate.admit(valid(profile, login), charge=True)
    with pytest.raises(RateLimited):
        gate.admit(valid(profile, login), charge=True)
    world.profiles.change(profile.key, rate=6000, burst=100)
    world.clock.move(1)
    assert gate.admit(valid(profile, login), charge=True).rate.remaining >= 98


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("broken", ["get", "get_many", "update", "secrets"])
@pytest.mark.parametrize("charge", [True, False], ids=["call", "handshake"])
def test_an_outage_is_503_and_blames_nobody(
    world: World, broken: str, *, at_once: bool, warm: bool, charge: bool
) -> None:
    profile = world.profile(burst=2)
    login, gate = world.login(profile), world.gate(at_once=at_once)
    if warm:
        gate.admit(valid(profile, login), charge=False)
    world.db.broken.add((broken, GATE))
    world.secrets.broken = broken == "secrets"
    needed = {"get": not (warm and charge), "get_many": True, "update": charge, "secrets": not warm}[broken]
    if needed:
        with pytest.raises(Unavailable) as refused:
            gate.admit(valid(profile, login), charge=charge)
        assert refused.value.retry_after == 1
        assert (refused.value.profile is not None) is (warm or broken in {"get_many", "update"})
    world.db.broken.clear()
    world.secrets.broken = False
    assert gate.admit(valid(profile, login), charge=True).rate.remaining >= (1 if needed else 0)


def test_a_profile_that_is_gone(world: World) -> None:
    profile = world.profile()
    login, gate = world.login(profile), world.gate()
    gate.admit(valid(profile, login), charge=True)
    world.db.delete(Delete(GATE, row_keys.profile_key(profile.key)))
    for charge in (True, False):
        with pytest.raises(BadCredentials):
            gate.admit(valid(profile, login), charge=charge)
    assert not [row for row in world.rows() if row["pk"].startswith("PROFILE#")]
