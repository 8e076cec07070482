"""What instances may answer to a login, and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from affino_mcp.instance_errors import PersonRefusedThere, ProfileOffThere, ProfileOverThere
from affino_mcp.login_edge.answer import OUTCOME_UNKNOWN, PERSON_DISABLED, UNAVAILABLE, LoginFault
from affino_mcp.settings import Settings
from tests.clients.loopback import serving
from tests.unit.gate.world import World
from tests.unit.login_edge.desk import Desk
from tests.unit.login_edge.shared_profile import profile_of

REQUEST_ID = "req-of-the-instance"

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


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        pytest.param("person_disabled", PERSON_DISABLED.message, id="the person is off"),
        pytest.param("profile_disabled", ProfileOffThere.text, id="the profile is off"),
        pytest.param("profile_expired", ProfileOverThere.text, id="the profile's last day is over"),
        pytest.param("not_allowed", PersonRefusedThere.text, id="the profile is for others"),
        pytest.param("of_another_system", PERSON_DISABLED.message, id="no word of ours"),
    ],
)
def test_a_login_that_the_instance_forbids_says_why(kind: str, words: str) -> None:
    body = {"error": {"code": "-110", "type": kind, "message": "Their words."}}
    with serving(canned(403, json.dumps(body).encode())) as url:
        desk = Desk(World(settings=Settings(instance_url=url)))
        reply = desk.login(profile_of(desk.world))
    assert (reply.status, reply.body["error"]["message"]) == (403, words)
    assert not [row for row in desk.world.rows() if row["pk"].startswith("GUARD#") and row["count"]]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        pytest.param(500, {}, OUTCOME_UNKNOWN, id="500"),
        pytest.param(200, GOOD | {"AccessToken": "short"}, OUTCOME_UNKNOWN, id="no token"),
        pytest.param(200, None, OUTCOME_UNKNOWN, id="no JSON"),
        pytest.param(404, {}, UNAVAILABLE, id="refused"),
    ],
)
def test_what_a_faulty_instance_may_have_done(status: int, body: Any, words: LoginFault) -> None:
    with serving(canned(status, b"" if body is None else json.dumps(body).encode())) as url:
        desk = Desk(World(settings=Settings(instance_url=url)))
        reply = desk.login(profile_of(desk.world))
    assert (reply.status, reply.body["error"]["message"]) == (503, words.message)


def canned(status: int, body: bytes) -> Callable[..., Any]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        start = [(b"content-type", b"application/json"), (b"location", b"http://127.0.0.1:9/")]
        start += [(b"x-request-id", REQUEST_ID.encode())]
        await send({"type": "http.response.start", "status": status, "headers": start})
        await send({"type": "http.response.body", "body": body})

    return app
