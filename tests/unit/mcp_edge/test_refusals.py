"""Raw HTTP refusals: one shape, the request's id, the wait; and which of them leave an audit row."""

from __future__ import annotations

import json
from typing import Any

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
from tests.unit.mcp_edge.edge import BOTH, Edge, about, event

REFUSALS = [
    pytest.param(BadCredentials(), 401, id="wrong credentials"),
    pytest.param(SessionExpired(), 401, id="session over"),
    pytest.param(SessionUnknown(), 401, id="unknown token"),
    pytest.param(PersonInactive(), 401, id="person disabled"),
    pytest.param(ProfileDisabled(), 403, id="profile off"),
    pytest.param(RateLimited(retry_after=2.4), 429, id="over the limit"),
    pytest.param(Unavailable(retry_after=1), 503, id="store down"),
]


@pytest.mark.parametrize(("refusal", "status"), REFUSALS)
@pytest.mark.parametrize("message_id", [7, "abc", 0])
@pytest.mark.parametrize("method", ["tools/call", "server/discover"])
def test_a_refusal_is_raw_http_and_echoes_the_id(
    edge: Edge, refusal: Refusal, status: int, message_id: str | int, method: str
) -> None:
    edge.door.refusal = refusal
    seen = edge.send(method, {"name": "list_accounts"}, message_id=message_id)
    assert (seen.status, seen.json["jsonrpc"], seen.json["id"]) == (status, "2.0", message_id)
    assert (seen.error["code"], seen.error["message"]) == (refusal.code, refusal.message)
    data = seen.error["data"]
    assert (data["type"], data["denied_by"], data["who_can_fix"]) == (
        refusal.type,
        refusal.denied_by,
        refusal.who_can_fix,
    )
    assert data["rule"]
    assert data["next"] == refusal.next_step
    assert not edge.desk.calls


@pytest.mark.parametrize(("refusal", "status"), REFUSALS)
def test_carries_a_challenge_and_the_reason(edge: Edge, refusal: Refusal, status: int) -> None:
    edge.door.refusal = refusal
    challenge = edge.send("tools/list").headers.get("www-authenticate")
    assert (challenge is not None) == (status == 401)
    if challenge:
        assert challenge.startswith('Bearer realm="affino-mcp"')
        assert f'error_description="{refusal.message}"' in challenge
        assert "resource_metadata" not in challenge


def test_wrong_credentials_have_one_byte_identical_answer(edge: Edge) -> None:
    edge.door.refusal = BadCredentials()
    answers = {(seen.status, seen.body, str(seen.headers)) for seen in (edge.send("tools/list") for _ in range(3))}
    assert len(answers) == 1


@pytest.mark.parametrize(("wait", "header"), [(0.2, "1"), (1.0, "1"), (2.4, "3"), (59.01, "60")])
def test_the_wait_is_whole_seconds_rounded_up(edge: Edge, wait: float, header: str) -> None:
    edge.door.refusal = RateLimited(retry_after=wait)
    seen = edge.call("list_accounts")
    assert (seen.headers["retry-after"], seen.error["data"]["retry_after"]) == (header, wait)


@pytest.mark.parametrize("era", BOTH)
def test_the_limit_is_told_on_every_answer_of_a_known_profile(edge: Edge, era: str) -> None:
    seen = edge.send("tools/list", era=era)
    assert seen.headers["ratelimit-policy"] == '"profile";q=600;w=60'
    assert seen.headers["ratelimit"] == '"profile";r=12;t=3'


def test_a_refusal_tells_the_limit_only_of_a_known_profile(edge: Edge) -> None:
    edge.door.refusal = about(RateLimited(retry_after=2.4), edge.door.caller)
    seen = edge.call("list_accounts")
    assert seen.headers["ratelimit-policy"] == '"profile";q=600;w=60'
    assert seen.headers["ratelimit"] == '"profile";r=0;t=3'
    edge.door.refusal = BadCredentials()
    assert "ratelimit-policy" not in edge.call("list_accounts").headers


def test_a_refusal_of_a_known_profile_is_audited_with_its_arguments(edge: Edge) -> None:
    edge.door.refusal = about(SessionExpired(), edge.door.caller)
    edge.call("create_note", {"Body": "hello"})
    ((refusal, meta, tool, arguments),) = edge.desk.refusals
    assert (refusal.profile, tool, arguments) == (edge.door.caller.profile, "create_note", {"Body": "hello"})
    assert (meta.client_name, meta.client_version) == ("test-agent", "2.1")


def test_a_refused_handshake_is_audited_under_its_method(edge: Edge) -> None:
    edge.door.refusal = about(ProfileDisabled(), edge.door.caller)
    edge.send("tools/list")
    assert [(tool, arguments) for _, _, tool, arguments in edge.desk.refusals] == [("tools/list", {})]


def test_a_refusal_of_nobody_is_not_audited(edge: Edge) -> None:
    edge.door.refusal = BadCredentials()
    edge.call("create_note", {"Body": "hello"})
    assert not edge.desk.refusals


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("", -32700, id="empty"),
        pytest.param("{", -32700, id="cut off"),
        pytest.param("\ufeff{}", -32700, id="byte order mark"),
        pytest.param("[" * 5000, -32700, id="brackets without end"),
        pytest.param("9" * 5000, -32700, id="a number without end"),
        pytest.param("[]", -32600, id="empty batch"),
        pytest.param('[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, id="batch"),
        pytest.param('"text"', -32600, id="a text"),
        pytest.param("{}", -32600, id="no message"),
        pytest.param('{"jsonrpc":"2.0","id":1,"result":{}}', -32600, id="an answer"),
        pytest.param('{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, id="another JSON-RPC"),
        pytest.param('{"jsonrpc":"2.0","id":1,"method":7}', -32600, id="method is no text"),
        pytest.param('{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600, id="params is a list"),
        pytest.param('{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600, id="id is a bool"),
        pytest.param('{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, id="id is a fraction"),
        pytest.param('{"jsonrpc":"2.0","id":NaN,"method":"ping"}', -32600, id="id is no number"),
        pytest.param('{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', -32600, id="id is half a character"),
    ],
)
@pytest.mark.parametrize("era", BOTH)
def test_an_unreadable_message_is_400_in_our_words(edge: Edge, body: str, code: int, era: str) -> None:
    seen = edge.answer(event("ping", era=era, body=body))
    assert (seen.status, seen.error["code"], seen.error["data"]["type"]) == (400, code, "bad_request")
    assert len(edge.door.asked) == 1
    assert len(edge.desk.refusals) == 1


def test_the_id_of_a_faulty_message_is_echoed_when_it_can_be_read(edge: Edge) -> None:
    assert edge.answer(event("x", body='{"jsonrpc":"1.0","id":"k","method":"ping"}')).json["id"] == "k"
    assert edge.answer(event("x", body="{")).json["id"] is None


def nested(levels: int) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return {"Body": value}


@pytest.mark.parametrize("era", BOTH)
def test_nesting_is_bounded(edge: Edge, era: str) -> None:
    assert edge.call("create_note", nested(50), era).status == 200
    seen = edge.call("create_note", nested(70), era)
    assert (seen.status, seen.error["data"]["rule"]) == (400, "at most 64 levels")
    assert [row[3] for row in edge.desk.refusals] == [{}]


@pytest.mark.parametrize("text", ["\ud800", "before \udfff after"])
@pytest.mark.parametrize("era", BOTH)
def test_half_a_character_is_an_error_that_names_the_argument(edge: Edge, text: str, era: str) -> None:
    seen = edge.call("create_note", {"Body": {"Text": text}}, era)
    assert seen.status == 400
    assert seen.error["data"]["argument"] == "arguments.Body.Text"
    assert not edge.desk.calls
    assert [row[3] for row in edge.desk.refusals] == [{}]


def test_whole_characters_outside_the_basic_plane_pass(edge: Edge) -> None:
    body = event("tools/call", {"name": "create_note", "arguments": {"Body": "\U0001f600"}})
    assert "\\ud83d\\ude00" in body["body"]
    assert edge.answer(body).status == 200
    assert edge.desk.calls[0][2] == {"Body": "\U0001f600"}


def test_a_fault_of_ours_is_500_with_the_id_and_nothing_else(
    edge: Edge, lines: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    edge.door.refusal = RuntimeError("hunter2")
    seen = edge.send("tools/list", message_id="k")
    assert (seen.status, seen.json["id"], seen.error["data"]["type"]) == (500, "k", "unexpected")
    written = capfd.readouterr()
    assert "hunter2" not in "".join((seen.body, written.out, written.err, *lines))
    assert [json.loads(line)["error"] for line in lines] == ["RuntimeError"]


def every_refusal(cls: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return list(dict.fromkeys(found for sub in cls.__subclasses__() for found in (sub, *every_refusal(sub))))


@pytest.mark.parametrize("cls", every_refusal(), ids=lambda cls: cls.__name__)
def test_every_refusal_text_fits_in_a_header(cls: type[Refusal]) -> None:
    assert cls.text.isascii()
    assert cls.text.isprintable()
    assert '"' not in cls.text
