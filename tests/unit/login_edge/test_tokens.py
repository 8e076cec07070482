"""The REST calls for refresh, logout and the token's person: requests and answers."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.refresh_tokens import REFRESH_GRACE_SECONDS
from affino_mcp.gate.sessions.session_rows import SESSION_LIFETIME_SECONDS
from tests.unit.gate.world import GATE, headers
from tests.unit.login_edge.desk import Desk


@pytest.fixture
def tokens(desk: Desk, profile: Profile) -> dict[str, Any]:
    return desk.login(profile).body


def test_a_refresh(desk: Desk, profile: Profile, tokens: dict[str, Any]) -> None:
    desk.world.clock.move(SESSION_LIFETIME_SECONDS + 5)
    reply = desk.refresh(profile, tokens)
    assert (reply.status, set(reply.body), reply.body["Expires"]) == (200, set(tokens), "3600")
    caller = desk.world.gate().admit(headers(profile.key, profile.secret, reply.body["AccessToken"]), charge=True)
    assert caller.person.user_code == 7
    assert desk.lines[-1] | {"status": 200, "user_code": 7, "profile": profile.key} == desk.lines[-1]


def test_the_same_pair_gives_the_same_new_pair_for_a_while_and_ends_the_chain_later(
    desk: Desk, profile: Profile, tokens: dict[str, Any]
) -> None:
    second = desk.refresh(profile, tokens).body
    desk.world.clock.move(10)
    again = desk.refresh(profile, tokens)
    assert (again.status, again.body) == (200, second | {"Expires": "3590"})
    third = desk.refresh(profile, second).body
    assert desk.refresh(profile, tokens).error == "-105", "the pair that it gave has been used"
    desk.world.clock.move(REFRESH_GRACE_SECONDS + 1)
    assert desk.refresh(profile, tokens).error == "-105"
    assert desk.refresh(profile, third).error == "-105"


def test_a_logout(desk: Desk, profile: Profile, tokens: dict[str, Any]) -> None:
    token = {"AccessToken": tokens["AccessToken"]}
    for _ in range(2):
        reply = desk.call(profile, "POST", "logout", **token)
        assert (reply.status, reply.body) == (200, {})
    assert desk.call(profile, "GET", "user", **token).error == "-105"
    assert desk.refresh(profile, tokens).error == "-105"


def test_a_logout_with_a_refreshed_token_ends_what_came_of_it(
    desk: Desk, profile: Profile, tokens: dict[str, Any]
) -> None:
    """A client whose refresh was not answered has the old tokens only."""
    second = desk.refresh(profile, tokens).body
    assert desk.call(profile, "POST", "logout", AccessToken=tokens["AccessToken"]).status == 200
    assert desk.call(profile, "GET", "user", AccessToken=second["AccessToken"]).error == "-105"
    assert desk.refresh(profile, tokens).error == "-105"
    assert desk.refresh(profile, second).error == "-105"


def test_tokens_of_an_ended_session_are_no_guesses(desk: Desk, profile: Profile, tokens: dict[str, Any]) -> None:
    desk.call(profile, "POST", "logout", AccessToken=tokens["AccessToken"])
    statuses = {desk.call(profile, "GET", "user", AccessToken=tokens["AccessToken"]).status for _ in range(25)}
    statuses |= {desk.refresh(profile, tokens).status for _ in range(25)}
    assert statuses == {401}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("", {"UserCode", "FirstName", "LastName", "Email", "SecurityGroups"}),
        ("FirstName,LastName", {"FirstName", "LastName"}),
        (" usercode , SecurityGroups,Shoe", {"UserCode", "SecurityGroups"}),
        ("Password", set()),
    ],
)
def test_who_it_is(desk: Desk, profile: Profile, tokens: dict[str, Any], wanted: str, names: set[str]) -> None:
    reply = desk.call(profile, "GET", "user", AccessToken=tokens["AccessToken"], Filter=wanted)
    assert (reply.status, set(reply.body)) == (200, names)
    whole = {"UserCode": "7", "FirstName": "Person", "LastName": "7", "SecurityGroups": ["Sales"]}
    assert reply.body.items() <= (whole | {"Email": "person7@orbital.example"}).items()


CALLS = [("GET", "token"), ("GET", "user"), ("POST", "logout")]


@pytest.mark.parametrize(("method", "name"), CALLS)
@pytest.mark.parametrize("token", ["", "nonsense", "0" * 4000, new_token()], ids=["none", "words", "long", "unknown"])
def test_tokens_that_open_nothing(desk: Desk, profile: Profile, method: str, name: str, token: str) -> None:
    reply = desk.call(profile, method, name, AccessToken=token, RefreshToken=token)
    assert (reply.status, reply.error) == (401, "-105")


@pytest.mark.parametrize(("method", "name"), CALLS[1:])
def test_an_expired_token_is_told_so(
    desk: Desk, profile: Profile, tokens: dict[str, Any], method: str, name: str
) -> None:
    desk.world.clock.move(SESSION_LIFETIME_SECONDS)
    reply = desk.call(profile, method, name, AccessToken=tokens["AccessToken"])
    assert (reply.status, reply.error) == (401, "-106")


@pytest.mark.parametrize(("method", "name"), [*CALLS, ("POST", "login")])
def test_every_call_is_signed_and_has_one_method(desk: Desk, profile: Profile, method: str, name: str) -> None:
    path, other = f"/rest/demo/{name}", {"GET": "POST", "POST": "GET"}[method]
    assert desk.send([(b"user-agent", b"x")], b"", method, path).error == "-101"
    reply = desk.send([(b"user-agent", b"x")], b"", other, path)
    assert (reply.status, reply.headers["allow"]) == (405, method)


@pytest.mark.parametrize(("method", "name"), CALLS)
def test_a_disabled_person(desk: Desk, profile: Profile, tokens: dict[str, Any], method: str, name: str) -> None:
    desk.world.people.disable(7)
    pair = {part: tokens[part] for part in ("AccessToken", "RefreshToken")}
    reply = desk.call(profile, method, name, **pair)
    assert (reply.status, reply.error) == (403, "-110")


def test_hammering_with_unknown_tokens(desk: Desk, profile: Profile, tokens: dict[str, Any]) -> None:
    statuses = [desk.call(profile, "GET", "user", AccessToken=new_token()).status for _ in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    assert desk.call(profile, "GET", "user", AccessToken=tokens["AccessToken"]).status == 200
    assert desk.call(profile, "GET", "user", "198.51.100.8", AccessToken=new_token()).status == 401


def test_a_store_that_is_down(desk: Desk, profile: Profile, tokens: dict[str, Any]) -> None:
    desk.world.db.broken.add(("transact", GATE))
    assert desk.refresh(profile, tokens).status == 503
    desk.world.db.broken.clear()
    assert desk.refresh(profile, tokens).status == 200


def test_a_new_password_ends_everything_that_the_old_one_opened(
    desk: Desk, profile: Profile, tokens: dict[str, Any]
) -> None:
    desk.world.passwords.set_password(7, "another horse battery")
    desk.world.sessions.end_all_sessions(7)
    assert desk.call(profile, "GET", "user", AccessToken=tokens["AccessToken"]).error == "-105"
    assert desk.refresh(profile, tokens).error == "-105"
    assert desk.login(profile).status == 401
    assert desk.login(profile, "another horse battery").status == 200


def test_a_place_that_is_none(desk: Desk, profile: Profile) -> None:
    assert desk.call(profile, "GET", "userGroup").status == 404
