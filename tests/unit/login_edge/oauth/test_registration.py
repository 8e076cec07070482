"""Clients that register themselves: off unless an operator says so, public, few, short-lived, and vouched for by nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx2 import Response

from affino_mcp.gate.grants.grant_listing import AppListing
from affino_mcp.login_edge.oauth.new_clients import MAX_NEW_CLIENTS_PER_SOURCE
from affino_mcp.login_edge.oauth.self_registered import SelfRegisteredClients
from affino_mcp.settings import Settings
from tests.unit.gate.world import World
from tests.unit.login_edge.oauth.consent_desk import (
    CALLBACK,
    SERVICE,
    VERIFIER,
    AppBrowser,
    ConsentDesk,
    answer_of,
    shown_text,
)
from tests.unit.login_edge.oauth.document_host import DocumentHost

GIVEN: dict[str, Any] = {"client_name": "Old Client", "redirect_uris": [CALLBACK, "http://127.0.0.1/"]}
DAY = 24 * 3600


@pytest.fixture
def desk(running: DocumentHost) -> ConsentDesk:
    running.forget()
    return ConsentDesk(running, World(settings=Settings(public_url=SERVICE, client_registration="yes")))


@pytest.fixture
def visitor(desk: ConsentDesk) -> AppBrowser:
    return desk.browser()


def register(visitor: AppBrowser, content: bytes | None = None, **changed: Any) -> Response:
    body = json.dumps({**GIVEN, **changed}).encode() if content is None else content
    found: Response = visitor.client.post("/oauth/register", content=body, headers={"content-type": "application/json"})
    return found


def test_it_is_off(office: ConsentDesk) -> None:
    visitor = office.browser()
    assert register(visitor).status_code == 404
    assert "registration_endpoint" not in visitor.get("/.well-known/oauth-authorization-server/oauth").json()


def test_a_client_registers_and_is_allowed(desk: ConsentDesk, visitor: AppBrowser) -> None:
    metadata = visitor.get("/.well-known/oauth-authorization-server/oauth").json()
    assert metadata["registration_endpoint"] == f"{SERVICE}/oauth/register"
    made = register(
        visitor, token_endpoint_auth_method="client_secret_post", scope="read", logo_uri="https://evil.example/"
    )
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    client = made.json()
    assert (client["token_endpoint_auth_method"], client["redirect_uris"]) == ("none", GIVEN["redirect_uris"])
    assert not {"client_secret", "logo_uri"} & client.keys()
    question = visitor.asked_question(client_id=client["client_id"])
    assert "An app that nobody vouches for asks to work as you It calls itself “Old Client”" in shown_text(question)
    code = answer_of(visitor.allow(question))["code"]
    asked = {"grant_type": "authorization_code", "code": code, "client_id": client["client_id"]}
    told = visitor.client.post("/oauth/token", data={**asked, "redirect_uri": CALLBACK, "code_verifier": VERIFIER})
    assert (told.status_code, told.json()["token_type"]) == (200, "Bearer")
    (app,) = AppListing(desk.world.db, desk.world.settings, desk.grants).list_of_person(7)
    assert (app.vouched_by, app.grant.proof) == ("registered by itself", "none")


def test_it_lives_a_day_and_as_long_as_its_grant(desk: ConsentDesk, visitor: AppBrowser) -> None:
    unused, used = (register(visitor).json()["client_id"] for _ in range(2))
    visitor.allow(visitor.asked_question(client_id=used))
    desk.world.clock.move(DAY - 1)
    assert visitor.authorize(client_id=unused).status_code == 303
    desk.world.clock.move(2)
    assert [visitor.authorize(client_id=one).status_code for one in (unused, used)] == [400, 303]
    desk.world.clock.move(30 * DAY)
    assert visitor.authorize(client_id=used).status_code == 400


def test_switched_off_again_it_is_known_no_more(desk: ConsentDesk, visitor: AppBrowser) -> None:
    client, world = register(visitor).json()["client_id"], desk.world
    off = SelfRegisteredClients(world.db, Settings(public_url=SERVICE), world.clock)
    assert (off.find(client), SelfRegisteredClients(world.db, world.settings, world.clock).find(client) is None) == (
        None,
        False,
    )


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK] * 6}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK, "http://evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["cursor://x/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [f"{CALLBACK}#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [7]}, "invalid_redirect_uri"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
    ],
)
def test_what_cannot_be_registered(desk: ConsentDesk, visitor: AppBrowser, changed: dict[str, Any], error: str) -> None:
    refused = register(visitor, **changed)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert not [row for row in desk.world.rows() if row["sk"] == "CLIENT"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{" * 9000, b'{"client_name": "' + b"x" * 17_000 + b'"}'])
def test_what_is_no_registration(desk: ConsentDesk, visitor: AppBrowser, content: bytes) -> None:
    desk.world.asked()
    assert register(visitor, content).json()["error"] == "invalid_client_metadata"
    assert desk.world.asked() == []


def test_ten_a_minute(desk: ConsentDesk, visitor: AppBrowser) -> None:
    assert {register(visitor).status_code for _ in range(MAX_NEW_CLIENTS_PER_SOURCE)} == {201}
    refused = register(visitor)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    desk.world.clock.move(60)
    assert register(visitor).status_code == 201
