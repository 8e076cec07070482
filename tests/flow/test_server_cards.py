"""Server cards and the catalogue: how to connect, what is the same at runtime, and nothing of the other door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from tests.world import Response, World, WorldClient

BASE = "https://demo.example"
CARD, OAUTH_CARD, CATALOG = "/mcp/server-card", "/oauth/mcp/server-card", "/.well-known/ai-catalog.json"
WITH_OAUTH = Settings(public_url=BASE)
PUBLISHED = Settings(public_url=BASE, publish_catalog="yes")
TEXT = {"type": "string", "minLength": 1, "maxLength": 100}
HEADER = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "isRequired": {"type": "boolean"},
        "isSecret": {"type": "boolean"},
    },
}
REMOTE = {
    "type": "object",
    "required": ["type", "url"],
    "additionalProperties": False,
    "properties": {
        "type": {"enum": ["streamable-http", "sse"]},
        "url": {"type": "string", "pattern": r"^https?://\S+$"},
        "supportedProtocolVersions": {"type": "array", "items": {"type": "string"}},
        "headers": {"type": "array", "items": HEADER},
    },
}
CARD_SHAPE = {
    "type": "object",
    "required": ["$schema", "name", "version", "description"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"},
        "name": {"type": "string", "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$", "minLength": 3, "maxLength": 200},
        "version": {"type": "string", "maxLength": 255},
        "title": TEXT,
        "description": TEXT,
        "websiteUrl": {"type": "string", "format": "uri"},
        "remotes": {"type": "array", "items": REMOTE},
    },
}
"""The bounds of SEP-2127, as far as our cards have the fields; a field that it does not know is none of ours."""
ENTRY = {
    "type": "object",
    "required": ["identifier", "displayName", "type", "url"],
    "additionalProperties": False,
    "properties": {
        "identifier": {"type": "string", "pattern": r"^urn:air:[a-z0-9.-]+(:[a-z0-9-]+){1,2}$"},
        "displayName": TEXT,
        "type": {"const": "application/mcp-server-card+json"},
        "url": {"type": "string", "pattern": r"^https://\S+/server-card$"},
    },
}
CATALOG_SHAPE = {
    "type": "object",
    "required": ["specVersion", "entries"],
    "additionalProperties": False,
    "properties": {"specVersion": {"const": "1.0"}, "entries": {"type": "array", "items": ENTRY}},
}


class Anybody:
    """Somebody without credentials before a service with these settings."""

    def __init__(self, settings: Settings) -> None:
        self.world = World(settings=settings)
        self.handler: LambdaHandler = self.world.new_handler()

    def get(self, path: str, **headers: str) -> Response:
        client = WorldClient(self.world, self.handler, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = client.send(None, path=path, method="GET")
        assert self.world.watched.calls == [], "no store is asked"
        return answer


@pytest.fixture
def published() -> Iterator[Anybody]:
    made = Anybody(PUBLISHED)
    yield made
    made.handler.close()


@pytest.mark.parametrize("path", [CARD, OAUTH_CARD])
def test_a_card_is_for_anybody_and_may_be_kept(published: Anybody, path: str) -> None:
    card = published.get(path)
    Draft202012Validator(CARD_SHAPE).validate(card.document)
    assert card.headers["content-type"] == "application/mcp-server-card+json"
    assert (card.headers["cache-control"], card.headers["access-control-allow-origin"]) == ("public, max-age=300", "*")
    again = published.get(path, If_None_Match=card.headers["etag"])
    assert (again.status, again.document, again.headers["etag"]) == (304, {}, card.headers["etag"])
    (remote,) = card.document["remotes"]
    assert remote["url"] + "/server-card" == BASE + path
    assert (card.document["name"], card.document["websiteUrl"]) == ("example.demo/affino", f"{BASE}/")


def test_the_cards_lead_each_to_its_own_door(published: Anybody) -> None:
    """A client that was given headers is not drawn into OAuth, nor the other way round."""
    plain, oauth = published.get(CARD).document, published.get(OAUTH_CARD).document
    assert [header["name"] for header in plain["remotes"][0]["headers"]] == [
        "Authorization",
        "X-API-Key",
        "X-API-Secret",
    ]
    assert all(header["isRequired"] and header["isSecret"] for header in plain["remotes"][0]["headers"])
    assert "oauth" not in json.dumps(plain).casefold()
    assert "headers" not in oauth["remotes"][0]


def test_a_card_says_what_the_server_says(published: Anybody) -> None:
    """The version and the protocol's revisions; nothing of tools, profiles or people."""
    world = published.world
    profile = world.create_profile()
    client = WorldClient(world, published.handler, world.log_in(profile, world.create_person("Jane", "Doe")))
    begun = client.send_rpc(
        "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "x", "version": "1"}
    )
    server: dict[str, Any] = begun.document["result"]["serverInfo"]
    world.watched.calls.clear()
    card = published.get(CARD).document
    assert card["version"] == server["version"]
    assert begun.document["result"]["protocolVersion"] in card["remotes"][0]["supportedProtocolVersions"]
    assert "2026-07-28" in card["remotes"][0]["supportedProtocolVersions"]
    assert not {"tools", "capabilities", "profiles"} & set(card)


def test_the_catalogue_names_each_card(published: Anybody) -> None:
    found = published.get(CATALOG)
    Draft202012Validator(CATALOG_SHAPE).validate(found.document)
    assert found.headers["content-type"] == "application/ai-catalog+json"
    assert [entry["url"] for entry in found.document["entries"]] == [BASE + CARD, BASE + OAUTH_CARD]
    assert {entry["identifier"] for entry in found.document["entries"]} == {"urn:air:demo.example:mcp:affino"}
    for entry in found.document["entries"]:
        assert published.get(entry["url"].removeprefix(BASE)).status == 200


@pytest.mark.parametrize(
    ("settings", "there"),
    [
        (Settings(), {CARD}),
        (WITH_OAUTH, {CARD, OAUTH_CARD}),
        (Settings(publish_catalog="yes"), {CARD}),
        (Settings(publish_catalog="yes", domain="demo.example"), {CARD, CATALOG}),
        (Settings(publish_catalog="yes", domain="demo.example", base_path="crm"), {CARD}),
        (Settings(publish_catalog="yes", domain="other.example"), {CARD}),
        (Settings(public_url=BASE, instance_url="https://people.example"), {CARD}),
    ],
    ids=["default", "oauth", "no-domain", "published", "below-a-path", "another-name", "foreign-people"],
)
def test_what_is_not_published_is_not_there(settings: Settings, there: set[str]) -> None:
    anybody = Anybody(settings)
    paths = (
        CARD,
        OAUTH_CARD,
        CATALOG,
        "/.well-known/mcp/server-card.json",
        "/.well-known/mcp",
        "/mcp/x/accounts/server-card",
    )
    found = {path for path in paths if anybody.get(path).status == 200}
    missing = {anybody.get(path).status for path in paths if path not in there}
    anybody.handler.close()
    assert (found, missing) == (there, {404})


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_card_is_only_read(published: Anybody, method: str) -> None:
    client = WorldClient(published.world, published.handler, {})
    assert client.send(None, path=CARD, method=method).status == 404
