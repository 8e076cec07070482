"""Login through another instance (InstanceUrl): a builtin one on loopback, and some that give invalid answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.gate.abuse.login_guard import MAX_CONSECUTIVE_FAILURES, MAX_PAIR_FAILURES
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profiles import Profiles
from affino_mcp.gate.sessions.session_rows import SESSION_LIFETIME_SECONDS
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Delete, Key
from tests.clients.loopback import serving
from tests.unit.gate.world import ALL, GATE, PASSWORD, World, headers
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import EMAIL, Desk

REQUEST_ID = "req-of-the-instance"
DRAWN = {16: "SharedKey0000001", 40: "shared0secret0that0is0not0a0secret0at0al"}


def profile_of(world: World) -> Profile:
    register = Profiles(world.db, world.secrets, world.settings, world.clock, DRAWN.__getitem__)
    return register.create("shared", ALL)


@pytest.fixture
def there() -> Desk:
    """The instance that holds the people."""
    desk = Desk(World())
    profile_of(desk.world)
    for code in range(1, 8):
        desk.world.person(code)
    desk.world.passwords.set_password(7, PASSWORD)
    return desk


@pytest.fixture
def here(there: Desk) -> Iterator[Desk]:
    """The service in front of that instance, with the same clock and without people of its own."""
    with serving(there.app) as url:
        yield Desk(World(there.world.clock, settings=Settings(instance_url=url)))


@pytest.fixture
def profile(here: Desk) -> Profile:
    return profile_of(here.world)


def test_a_login_is_forwarded_and_remembered(there: Desk, here: Desk, profile: Profile) -> None:
    reply = here.login(profile)
    assert (reply.status, set(reply.body)) == (200, {"AccessToken", "RefreshToken", "Expires"})
    token = reply.body["AccessToken"]
    assert there.world.sessions.resolve_token(token)[1].user_code == 7
    caller = here.world.gate().admit(headers(profile.key, profile.secret, token), charge=True)
    assert (caller.person.user_code, caller.person.email, caller.person.groups) == (7, EMAIL, ("Sales",))
    assert here.lines[-1] | {"status": 200, "user_code": 7} == here.lines[-1]
    assert not here.world.rows("affino-mcp-credentials")


def test_a_person_is_taken_as_the_instance_knows_them_now(there: Desk, here: Desk, profile: Profile) -> None:
    first = here.login(profile).body["AccessToken"]
    there.world.people.change(7, name="Jane Doe", groups=("Editors",))
    here.login(profile)
    _, person = here.world.sessions.resolve_token(first)
    assert (person.name, person.groups) == ("Jane Doe", ("Editors",))


def test_a_refresh_and_the_user(there: Desk, here: Desk, profile: Profile) -> None:
    old = here.login(profile).body
    here.world.clock.move(SESSION_LIFETIME_SECONDS)
    new = here.refresh(profile, old)
    assert new.status == 200
    user = here.call(profile, "GET", "user", AccessToken=new.body["AccessToken"], Filter="UserCode,Email")
    assert (user.status, user.body) == (200, {"UserCode": "7", "Email": EMAIL})
    assert here.refresh(profile, old).error == "-105"
    assert here.call(profile, "GET", "user", AccessToken=old["AccessToken"]).error == "-105"


def test_a_logout_here_counts_whatever_the_instance_thinks(there: Desk, here: Desk, profile: Profile) -> None:
    tokens = here.login(profile).body
    assert here.call(profile, "POST", "logout", AccessToken=tokens["AccessToken"]).status == 200
    assert there.world.sessions.resolve_token(tokens["AccessToken"])
    assert here.call(profile, "GET", "user", AccessToken=tokens["AccessToken"]).error == "-105"
    assert here.refresh(profile, tokens).error == "-105"


def test_the_guard_stands_in_front_unchanged(there: Desk, here: Desk, profile: Profile) -> None:
    assert here.login(profile).status == 200
    replies = [here.login(profile, "wrong horse", source="192.0.2.1") for _ in range(MAX_PAIR_FAILURES + 1)]
    assert [reply.status for reply in replies] == [401] * MAX_PAIR_FAILURES + [429]
    assert replies[0].body == here.login(profile, email="nobody@orbital.example").body
    asked = len(there.lines)
    for number in range(MAX_CONSECUTIVE_FAILURES):
        here.login(profile, "wrong horse", source=f"203.0.{number}.1")
    assert (
        len([line for line in there.lines[asked:] if line["result"] != "ok"])
        == MAX_CONSECUTIVE_FAILURES - MAX_PAIR_FAILURES - 1
    )
    for row in there.world.rows():
        if row["pk"].startswith("GUARD#"):  # to the instance's own guard we are one source that guesses
            there.world.memory.delete(Delete(GATE, Key(row["pk"], row["sk"])))
    assert here.login(profile).status == 200


def test_people_who_are_off(there: Desk, here: Desk, profile: Profile) -> None:
    token = here.login(profile).body["AccessToken"]
    here.world.people.disable(7)
    assert here.login(profile).status == 403
    here.world.people.enable(7)
    there.world.people.disable(7)
    assert here.login(profile).status == 403
    assert here.call(profile, "GET", "user", AccessToken=token).status == 403


def test_the_hub_logs_in_there_too(there: Desk, here: Desk, profile: Profile) -> None:
    shown = log_in(Browser(here.app))
    assert shown.status == 200
    assert there.world.sessions.resolve_token(shown.inside("token"))[1].user_code == 7
    assert log_in(Browser(here.app), "wrong horse").status == 401


def test_a_secret_that_the_instance_does_not_know(there: Desk, here: Desk, profile: Profile) -> None:
    changed = here.world.profiles.regenerate_secret(profile.key)
    assert here.login(changed).status == 503
    assert not [row for row in here.world.rows() if row["pk"].startswith("GUARD#") and row["count"]]


def test_the_instance_is_off(here: Desk, profile: Profile) -> None:
    desk = Desk(World(here.world.clock, settings=Settings(instance_url="http://127.0.0.1:9")))
    assert desk.login(profile_of(desk.world)).status == 503


TOKENS = {"AccessToken": "0f8fad5b-d9cb-469f-a165-70867728950e", "RefreshToken": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}
GOOD = {**TOKENS, "Expires": "3600", "UserCode": "7", "FirstName": "Jane", "LastName": "Doe", "SecurityGroups": "1,2"}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(200, GOOD, 200, id="all in one"),
        pytest.param(200, GOOD | {"AccessToken": "short"}, 503, id="no token"),
        pytest.param(200, GOOD | {"Expires": "soon"}, 503, id="no end"),
        pytest.param(200, GOOD | {"UserCode": "../7"}, 503, id="nobody"),
        pytest.param(200, {**GOOD, "UserCode": None}, 503, id="no code"),
        pytest.param(200, GOOD | {"Padding": "x" * 70_000}, 503, id="too large"),
        pytest.param(200, [GOOD], 503, id="a list"),
        pytest.param(200, "hello", 503, id="words"),
        pytest.param(200, None, 503, id="nothing"),
        pytest.param(302, {}, 503, id="elsewhere"),
        pytest.param(400, {"error": {"code": "-10", "message": "Email is invalid."}}, 401, id="invalid"),
        pytest.param(401, {"error": {"code": -104}}, 401, id="wrong"),
        pytest.param(401, {"error": "no"}, 401, id="odd error"),
        pytest.param(401, {"error": {"code": "-101"}}, 503, id="our key"),
        pytest.param(403, {"error": {"code": "-110"}}, 403, id="forbidden"),
        pytest.param(404, {}, 503, id="not there"),
        pytest.param(429, {"error": {}}, 429, id="too many wrong"),
        pytest.param(500, None, 503, id="500"),
        pytest.param(503, {"error": {}}, 503, id="503"),
    ],
)
def test_what_instances_answer(status: int, body: Any, expected: int) -> None:
    with serving(canned(status, b"" if body is None else json.dumps(body).encode())) as url:
        desk = Desk(World(settings=Settings(instance_url=url)))
        reply = desk.login(profile_of(desk.world))
    assert reply.status == expected
    assert bool(desk.world.sessions.list_sessions(7)) is (expected == 200)
    counted = [row for row in desk.world.rows() if row["pk"].startswith("GUARD#") and row["count"]]
    assert bool(counted) is (expected in {401, 429})


def canned(status: int, body: bytes) -> Callable[..., Any]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        start = [(b"content-type", b"application/json"), (b"location", b"http://127.0.0.1:9/")]
        start += [(b"x-request-id", REQUEST_ID.encode())]
        await send({"type": "http.response.start", "status": status, "headers": start})
        await send({"type": "http.response.body", "body": body})

    return app


def test_our_store_is_down(here: Desk, profile: Profile) -> None:
    here.world.db.broken.add(("transact", GATE))
    assert here.login(profile).status == 503


def test_settings_name_the_instance() -> None:
    assert replace(Settings(), instance_url="https://crm.orbital.example").instance_url
