"""The two documents of the OAuth door, who may read them, and the addresses at which there is nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

import pytest

from affino_mcp.login_edge.app import LoginApp
from affino_mcp.settings import Settings
from tests.world import World

PUBLIC_URL = "https://mcp.example.com"
RESOURCE = "/.well-known/oauth-protected-resource/oauth/mcp"
SERVER = "/.well-known/oauth-authorization-server/oauth"
AT_THE_DOMAIN = {"requestContext": {"domainName": "mcp.example.com"}, "path": ""}


class Reply(NamedTuple):
    """An answer of the login function."""

    status: int
    headers: dict[str, str]
    document: Any


def ask(path: str, method: str = "GET", *, settings: Settings | None = None, event: Any = None) -> Reply:
    """The login function's answer at its own domain, or as the event says, with OAuth on unless the settings say otherwise."""
    world = World(settings=Settings(public_url=PUBLIC_URL) if settings is None else settings)
    app, sent = LoginApp(world.watched, world.secrets, world.settings, world.clock, lambda *_: None), list[Any]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "client": ("198.51.100.7", 1)}
    asyncio.run(app({**scope, "aws.event": AT_THE_DOMAIN if event is None else event}, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert world.watched.calls == [], "no store is asked"
    return Reply(sent[0]["status"], headers, json.loads(sent[1]["body"] or b"{}"))


def test_the_resource_names_its_server() -> None:
    """The URL that people type, and the one authorization server; nothing of `offline_access` (MCP 2026-07-28)."""
    found = ask(RESOURCE).document
    assert found == {
        "resource": f"{PUBLIC_URL}/oauth/mcp",
        "authorization_servers": [f"{PUBLIC_URL}/oauth"],
        "scopes_supported": ["read", "write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Affino MCP",
        "resource_documentation": f"{PUBLIC_URL}/",
    }


def test_the_server_says_what_it_can() -> None:
    """PKCE by S256 alone, documents of clients, `iss`; the broadest scopes first."""
    found = ask(SERVER).document
    assert found["issuer"] == ask(RESOURCE).document["authorization_servers"][0]
    assert found["authorization_endpoint"] == f"{PUBLIC_URL}/oauth/authorize"
    assert found["token_endpoint"] == f"{PUBLIC_URL}/oauth/token"
    assert found["revocation_endpoint"] == f"{PUBLIC_URL}/oauth/revoke"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert found["scopes_supported"] == ["read", "write", "offline_access"]
    proofs = ["none", "client_secret_basic", "client_secret_post"]
    assert found["token_endpoint_auth_methods_supported"] == proofs
    assert found["revocation_endpoint_auth_methods_supported"] == proofs
    assert found["client_id_metadata_document_supported"] is True
    assert found["authorization_response_iss_parameter_supported"] is True
    assert "registration_endpoint" not in found


@pytest.mark.parametrize("path", [RESOURCE, SERVER])
def test_any_page_may_read_a_document_and_keep_it_for_five_minutes(path: str) -> None:
    """Browsers ask first when a header of the protocol is sent along."""
    got, asked = ask(path), ask(path, "OPTIONS")
    assert (got.headers["cache-control"], got.headers["access-control-allow-origin"]) == ("public, max-age=300", "*")
    assert "set-cookie" not in got.headers
    assert (asked.status, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "mcp-protocol-version" in asked.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", [RESOURCE, SERVER])
@pytest.mark.parametrize(
    "event",
    [
        {"requestContext": {"domainName": "id.execute-api.eu-west-1.amazonaws.com", "path": f"/live{RESOURCE}"}},
        {"requestContext": {"domainName": "evil.example"}},
        {},
    ],
    ids=["default-address", "another-domain", "no-gateway"],
)
def test_there_is_nothing_under_another_name(path: str, event: Any) -> None:
    """The public address is the setting's, never the request's."""
    assert ask(path, event={"path": path, **event}).status == 404


@pytest.mark.parametrize("path", [RESOURCE, SERVER, "/oauth/authorize", "/oauth/token", "/oauth/consent"])
@pytest.mark.parametrize(
    "settings",
    [Settings(), Settings(public_url=PUBLIC_URL, instance_url="https://people.example")],
    ids=["no-address", "people-of-another-instance"],
)
def test_without_the_door_there_is_nothing(path: str, settings: Settings) -> None:
    """Neither without an address of its own, nor for people of another instance."""
    assert ask(path, settings=settings).status == 404
