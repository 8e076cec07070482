"""Forms at the token and revocation addresses: their bounds, and the store calls of each exchange."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.login_edge.entrance import BuiltinPasswordEntrance
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.oauth.site import OAuthSite
from affino_mcp.settings import Settings
from tests.oauth_stage import PUBLIC_URL, REQUEST, VERIFIER, OAuthStage, RegisteredApp, error_of
from tests.world import World


@pytest.fixture
def stage() -> OAuthStage:
    return OAuthStage()


BODIES: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b"{}"),
    "no type": ("", b"grant_type=refresh_token"),
    "too large": ("application/x-www-form-urlencoded", b"a=" + b"b" * 16 * 1024),
    "not UTF-8": ("application/x-www-form-urlencoded", b"grant_type=%ff"),
    "not ASCII": ("application/x-www-form-urlencoded", "grant_type=é".encode()),
    "repeated": ("application/x-www-form-urlencoded", b"grant_type=refresh_token&grant_type=refresh_token"),
    "repeated without a value": ("application/x-www-form-urlencoded", b"scope=&grant_type=refresh_token&scope="),
    "many": ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % number for number in range(60))),
}


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
@pytest.mark.parametrize("case", BODIES)
def test_a_malformed_body_asks_no_store(stage: OAuthStage, case: str, path: str) -> None:
    kind, body = BODIES[case]
    stage.world.watched.calls.clear()
    answer = stage.browser.post(path, content=body, headers={"content-type": kind} if kind else {})
    assert error_of(answer) == (400, "invalid_request")
    assert stage.world.watched.calls == []


def test_tokens_in_the_address_are_ignored(stage: OAuthStage) -> None:
    tokens = stage.connect()
    asked = (
        f"/oauth/token?grant_type=refresh_token&client_id={REQUEST.client_id}&refresh_token={tokens['refresh_token']}"
    )
    assert error_of(stage.send(asked)) == (400, "unsupported_grant_type")
    assert stage.send(f"/oauth/revoke?token={tokens['refresh_token']}", client_id=REQUEST.client_id).status_code == 400
    assert tokens["refresh_token"] not in str(stage.lines)
    assert stage.refresh(tokens["refresh_token"]).status_code == 200


def test_store_calls_of_every_exchange(stage: OAuthStage) -> None:
    app = RegisteredApp(stage)
    proof = {"client_id": app.client.client_id, "client_secret": app.secret}
    code = stage.consent()

    def counted(send: Callable[[], Any]) -> tuple[Any, list[str]]:
        stage.world.watched.calls.clear()
        answer = send()
        return answer, [name for name, _ in stage.world.watched.calls]

    issue = ["get"] * 4 + ["query", "transact"]
    redeemed, calls = counted(lambda: stage.redeem(code))
    assert calls == issue
    refreshed, calls = counted(lambda: stage.refresh(redeemed.json()["refresh_token"]))
    assert calls == issue
    _, calls = counted(lambda: stage.revoke(refreshed.json()["access_token"]))
    assert calls == ["get", "get", "transact"]
    redeemed, calls = counted(lambda: stage.redeem(app.code, **proof))
    assert calls == ["get", *issue]
    _, calls = counted(lambda: stage.revoke(redeemed.json()["refresh_token"], **proof))
    assert calls == ["get", "get", "get", "transact"]
    for send in (lambda: stage.refresh("", client_id=None), lambda: stage.redeem(code, code_verifier="short")):
        assert counted(send)[1] == []


NAMES = [
    "grant_type",
    "code",
    "refresh_token",
    "redirect_uri",
    "code_verifier",
    "client_id",
    "client_secret",
    "scope",
    "resource",
    "token",
]
VALUES = [
    *("authorization_code", "refresh_token", VERIFIER, f"affr_{'0' * 64}", f"app_{'A' * 24}"),
    *(REQUEST.client_id, REQUEST.redirect_uri),
]


@cache
def _site() -> OAuthSite:
    """The door of a service that knows nobody."""
    world = World(settings=Settings(public_url=PUBLIC_URL))
    reader = ProfileReader(world.database, world.secrets, world.settings)
    entrance = BuiltinPasswordEntrance(world.database, world.settings, world.clock)
    login = GuardedLogin(entrance, world.database, world.settings, world.clock)
    return OAuthSite(OAuthServices(world.database, reader, world.settings, world.clock, login))
