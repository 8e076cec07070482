"""Every refusal of the door is JSON in our shape that says what to do next, whatever method, headers and body it had."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affino_mcp.errors import BadCredentials
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import Headers, World

LIST = '{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{}}'
CALL = '{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"list_accounts","arguments":{}}}'
METHODS = ("POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = ("/mcp", "/mcp/", "/", "/nowhere", "/mcp/sse", "/.well-known/oauth-protected-resource")
ACCEPTS = (None, "", "application/json", "text/html", "text/event-stream", "*/*", "application/json;q=0", "é")
CONTENT_TYPES = (
    None,
    "",
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "multipart/form-data",
    "json",
)
VERSIONS = (None, "2026-07-28", "2025-06-18", "1999-01-01", "nonsense")
BODIES = (None, "", "{", "[]", "{}", "<html>", LIST, CALL, LIST.replace("tools/list", "nonsense"))
PLACEHOLDERS = (
    "${AFFINO_TOKEN}", "$AFFINO_TOKEN", "%AFFINO_TOKEN%", "{{token}}", "<token>", "<your access token>", "YOUR_TOKEN",
    "your-api-key", "undefined", "null", "None", '"5f0c2a"', "'5f0c2a'", "[token]", "CHANGE_ME", "...", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def me(world: World) -> Headers:
    return world.log_in(world.create_profile(), world.create_person("Sam", "Manager"))


@pytest.fixture(scope="module")
def handler(world: World) -> Any:
    made = world.new_handler()
    yield made
    made.close()


def ask(
    world: World, handler: LambdaHandler, headers: Mapping[str, str | None], **event: Any
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and document of an answer; a header that is None is not sent."""
    sent = world.make_event(event.pop("body", LIST), {}, **event)
    for name, value in headers.items():
        sent["headers"].pop(name, None)
        sent["multiValueHeaders"].pop(name, None)
        if value is not None:
            sent["headers"][name], sent["multiValueHeaders"][name] = value, [value]
    answer = handler(sent, None)
    body = base64.b64decode(answer["body"]).decode() if answer.get("isBase64Encoded") else answer["body"]
    given_back = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    given_back |= {name.lower(): values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
    return answer["statusCode"], given_back, json.loads(body) if body else None


def require_our_shape(status: int, headers: dict[str, str], document: Any) -> None:
    if status < 400:
        return
    assert headers["content-type"] == "application/json"
    error = document["error"]
    assert error["message"]
    assert {"type", "who_can_fix", "next"} <= error["data"].keys()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(METHODS), st.sampled_from(PATHS), st.sampled_from(ACCEPTS), st.sampled_from(CONTENT_TYPES),
    st.sampled_from(VERSIONS), st.sampled_from(BODIES), st.booleans(),
)  # fmt: skip
def test_every_refusal_has_our_shape(
    world: World, handler: LambdaHandler, me: Headers, method: str, path: str, accept: str | None,
    content_type: str | None, version: str | None, body: str | None, known: bool,
) -> None:  # fmt: skip
    world.clock.move(seconds=30)
    headers = {**(me if known else {}), "Accept": accept, "Content-Type": content_type, "MCP-Protocol-Version": version}
    require_our_shape(*ask(world, handler, headers, body=body, path=path, method=method))


@pytest.mark.parametrize("accept", [None, "", "text/html", "text/event-stream"])
def test_a_request_that_takes_no_json_is_told_the_header(
    world: World, handler: LambdaHandler, me: Headers, accept: str
) -> None:
    status, _, document = ask(world, handler, {**me, "Accept": accept})
    assert (status, document["id"], document["error"]["data"]["type"]) == (406, 7, "not_acceptable")
    assert "Accept" in document["error"]["message"]
    assert "application/json" in document["error"]["data"]["next"]


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_said_to_be_json_is_told_the_header(
    world: World, handler: LambdaHandler, me: Headers, content_type: str
) -> None:
    status, _, document = ask(world, handler, {**me, "Content-Type": content_type})
    assert (status, document["id"], document["error"]["data"]["type"]) == (415, 7, "unsupported_content")
    assert "Content-Type" in document["error"]["message"]
    assert "application/json" in document["error"]["data"]["next"]


@pytest.mark.parametrize("value", PLACEHOLDERS)
@pytest.mark.parametrize("header", ["Authorization", "X-API-Key", "X-API-Secret"])
def test_a_placeholder_is_told_and_costs_nothing(
    world: World, handler: LambdaHandler, me: Headers, header: str, value: str
) -> None:
    before = len(world.watched.calls)
    sent = f"Bearer {value}" if header == "Authorization" else value
    status, headers, document = ask(world, handler, {**me, header: sent}, body=CALL)
    error = document["error"]
    assert (status, error["data"]["type"]) == (401, "authentication_error")
    assert error["message"].startswith(BadCredentials.text)
    assert f"The header {header} holds a placeholder" in error["message"]
    assert "placeholder" in headers["www-authenticate"]
    assert len(world.watched.calls) == before


def test_bearer_twice_is_told(world: World, handler: LambdaHandler, me: Headers) -> None:
    _, _, document = ask(world, handler, {**me, "Authorization": "Bearer " + me["Authorization"]})
    assert "placeholder" in document["error"]["message"]


@pytest.mark.parametrize("value", ["x" * 40, "not-a-token", "5f0c2a", "tokens4all"])
def test_what_may_be_a_value_gets_the_general_answer(
    world: World, handler: LambdaHandler, me: Headers, value: str
) -> None:
    for header in ("X-API-Key", "X-API-Secret"):
        _, _, document = ask(world, handler, {**me, header: value})
        assert document["error"]["message"] == BadCredentials.text


def test_a_limit_says_the_seconds_in_its_text(world: World, handler: LambdaHandler) -> None:
    me = world.log_in(world.create_profile("slow", rate=1), world.create_person("Slow", "Caller"))
    answers = [ask(world, handler, me, body=CALL) for _ in range(12)]
    status, headers, document = answers[-1]
    assert status == 429
    wait = headers["retry-after"]
    words = f"Wait {wait} second{'s' if wait != '1' else ''}"
    assert f"{words} before the next call." in document["error"]["message"]
    assert document["error"]["data"]["next"].startswith(words)
