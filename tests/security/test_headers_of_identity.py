"""Who calls is said by the token alone: no other header, parameter or field makes a caller somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from tests.security.figures import Figures
from tests.world import World, WorldClient


@dataclass
class Two:
    """An agent with few rights, and somebody who may do everything and has a session too."""

    agent: WorldClient
    mighty: WorldClient
    mighty_code: int


@pytest.fixture(scope="module")
def two() -> Iterator[Two]:
    world = World()
    handler, profile = world.new_handler(), world.create_profile()
    mighty = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    agent = world.create_person("Ann", "Agent", "Registered User")
    yield Two(
        WorldClient(world, handler, world.log_in(profile, agent)),
        WorldClient(world, handler, world.log_in(profile, mighty)),
        mighty,
    )
    handler.close()


NAMES = [
    "X-User",
    "X-User-Id",
    "X-User-Code",
    "X-UserCode",
    "X-Username",
    "X-Email",
    "X-Person",
    "X-Actor",
    "X-Act-As",
    "X-On-Behalf-Of",
    "X-Impersonate",
    "X-Impersonate-User",
    "X-Run-As",
    "X-Remote-User",
    "Remote-User",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Auth-Request-User",
    "X-Auth-Request-Email",
    "X-Authenticated-User",
    "X-Authenticated-UserId",
    "X-Consumer-Username",
    "X-WebAuth-User",
    "X-Original-User",
    "X-Real-User",
    "X-Identity",
    "From",
    "Cookie",
    "X-Amzn-Oidc-Identity",
    "X-Goog-Authenticated-User-Email",
    "X-MS-Client-Principal-Name",
    "X-Roles",
    "X-Groups",
    "X-Rights",
    "X-Scope",
    "X-Admin",
    "X-Affino-User",
    "X-Affino-Person",
]
"""Headers by which proxies and frameworks say who somebody is."""


def asked(client: WorldClient, extra: dict[str, str], params: dict[str, Any] | None = None) -> tuple[Any, Any]:
    """What a caller is told of the caller, and how a write without the right ends."""
    world = client.world
    world.clock.move(seconds=1)
    who = client.send(_message("get_current_user", {}, params), extra.items()).result
    write = client.send(_message("create_account", {"Name": "New"}, params), extra.items())
    last = world.audit_rows()[-2:]
    return (who["UserCode"], {row["person_name"] for row in last}), write.error["type"]


def _message(tool: str, arguments: dict[str, Any], params: dict[str, Any] | None) -> dict[str, Any]:
    named = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": named | (params or {})}


@pytest.mark.parametrize("name", NAMES)
def test_no_header_says_who_calls(two: Two, figures: Figures, name: str) -> None:
    plain = asked(two.agent, {})
    token = two.mighty.headers["Authorization"]
    claims = [str(two.mighty_code), "una.mighty@affino.example", token, token.removeprefix("Bearer "), "control.access"]
    for claim in claims:
        assert asked(two.agent, {name: claim}) == plain
    assert plain[1] == "permission_denied"
    figures.record("headers that claim to be somebody else", tried=len(claims), of=len(NAMES) * len(claims))


TWICE = {
    "two tokens in one header": "{agent}, {mighty}",
    "two tokens without a comma": "{agent} {mighty}",
    "a token behind the word twice": "Bearer {agent}",
    "a token behind a line break": "{agent}\r\nX-User: 1",
    "a token with a parameter": "{agent}; user=1",
}


@pytest.mark.parametrize("form", TWICE.values(), ids=TWICE)
def test_one_token_alone_is_taken(two: Two, figures: Figures, form: str) -> None:
    tokens = {
        "agent": two.agent.headers["Authorization"],
        "mighty": two.mighty.headers["Authorization"].removeprefix("Bearer "),
    }
    answer = two.agent.with_headers(Authorization=form.format(**tokens)).call_tool("get_current_user")
    assert (answer.status, answer.document["error"]["data"]["type"]) == (401, "authentication_error")
    figures.record("tokens of two people at once", tried=1, of=len(TWICE))


PARAMS: dict[str, dict[str, Any]] = {
    "_meta": {"_meta": {"userCode": 1, "actor": {"UserCode": 1}, "user": "una.mighty@affino.example"}},
    "user": {"user": 1},
    "context": {"context": {"person": 1}},
    "auth": {"auth": {"token": "x"}},
}


@pytest.mark.parametrize("params", PARAMS.values(), ids=PARAMS)
def test_no_parameter_says_who_calls(two: Two, figures: Figures, params: dict[str, Any]) -> None:
    assert asked(two.agent, {}, params) == asked(two.agent, {})
    figures.record("parameters that claim to be somebody else", tried=1, of=len(PARAMS))
