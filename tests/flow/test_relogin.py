"""Expiry of a session: the warning in its last minutes, the refusal afterwards, and logging in again."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from affino_mcp import wiring
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.login_edge.app import LoginApp
from tests.unit.login_edge.browser import Browser
from tests.world import World, WorldClient

PASSWORD = "correct horse battery"


@pytest.fixture
def login(world: World) -> LoginApp:
    return wiring.build_login_app(world.settings, world.stores, world.clock)


def code_of(world: World, email: str) -> int:
    code = world.people.find_user_code(email)
    assert code is not None
    Passwords(world.database, world.settings).set_password(code, PASSWORD)
    return code


def sign_in(world: World, app: LoginApp, profile: Profile, email: str) -> str:
    """A new AccessToken from a signed request."""
    body = json.dumps({"Email": email, "Password": PASSWORD}).encode()
    headers = signed_headers("POST", "/rest/demo/login", body, profile.key, profile.secret, world.clock())
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(name.lower().encode(), value.encode()) for name, value in {**headers, "User-Agent": "x/1"}.items()]
    scope = {"type": "http", "method": "POST", "path": "/rest/demo/login", "headers": pairs, "client": ("192.0.2.9", 1)}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 200, sent
    return str(json.loads(sent[1]["body"])["AccessToken"])


def test_an_expired_token_gets_the_words_to_act_on_and_a_new_login_works_at_once(
    world: World, manager: WorldClient, profile: Profile, login: LoginApp
) -> None:
    code_of(world, "sam.manager@affino.example")
    world.clock.move(seconds=3600)
    refused = manager.call_tool("create_account", Name="Orbital Labs")
    assert refused.status == 401
    error = refused.document["error"]
    assert error["data"]["type"] == "session_expired"
    assert "log in" in error["message"]
    assert error["data"]["who_can_fix"] == "person"
    assert "login_url" not in error["data"]
    token = sign_in(world, login, profile, "sam.manager@affino.example")
    again = WorldClient(world, manager.handler, {**manager.headers, "Authorization": f"Bearer {token}"})
    assert again.call_tool("create_account", Name="Orbital Labs").status == 200
    assert manager.call_tool("list_accounts").status == 401, "the old token never works again"


def test_with_the_relogin_option_the_same_configuration_goes_on(
    world: World, manager: WorldClient, profile: Profile, login: LoginApp, caplog: pytest.LogCaptureFixture
) -> None:
    code = code_of(world, "sam.manager@affino.example")
    world.profiles.change(profile.key, relogin=True)
    world.clock.move(seconds=3600)
    refused = manager.call_tool("create_account", Name="Orbital Labs")
    url = refused.document["error"]["data"]["login_url"]
    assert url in refused.document["error"]["message"]
    link = parse_qs(urlsplit(url).query)["link"][0]
    browser = Browser(login)
    form = browser.get(f"/hub/login?link={link}")
    shown = browser.post("/hub/login", Email="sam.manager@affino.example", Password=PASSWORD, Link=form.field("Link"))
    assert "Your client can go on" in shown.text
    assert manager.call_tool("create_account", Name="Orbital Labs").status == 200
    assert manager.call_tool("get_current_user").result["UserCode"] == code
    world.clock.move(seconds=3600)
    assert manager.call_tool("list_accounts").status == 401, "for its normal hour, no longer"
    assert link not in repr(world.audit_rows()) + repr([vars(record) for record in caplog.records])


def test_somebody_else_does_not_revive_it(
    world: World, manager: WorldClient, seller: WorldClient, profile: Profile, login: LoginApp
) -> None:
    code_of(world, "sal.seller@affino.example")
    world.profiles.change(profile.key, relogin=True)
    world.clock.move(seconds=3600)
    url = manager.call_tool("list_accounts").document["error"]["data"]["login_url"]
    browser = Browser(login)
    link = browser.get(f"/hub/login?{urlsplit(url).query}").field("Link")
    shown = browser.post("/hub/login", Email="sal.seller@affino.example", Password=PASSWORD, Link=link)
    assert "Nothing was changed" in shown.text
    assert [client.call_tool("list_accounts").status for client in (manager, seller)] == [401, 401]


@pytest.mark.parametrize(("left", "minutes"), [(601, None), (600, 10), (599, 10), (61, 2), (60, 1), (1, 1)])
def test_the_last_minutes_say_so_in_every_result_and_row(
    world: World, manager: WorldClient, left: int, minutes: int | None
) -> None:
    world.clock.move(seconds=3600 - left)
    results = [
        manager.call_tool("get_current_user").result["Warnings"],
        manager.call_tool("create_account", Name="Orbital").result["Warnings"],
        manager.call_tool("get_account", AccountCode=4711).document["result"]["structuredContent"].get("Warnings", []),
        manager.call_tool("list_accounts", toolCallId="call_1").result["Warnings"],
    ]
    found = [[w["Minutes"] for w in warnings if w["Code"] == "SESSION_EXPIRES_SOON"] for warnings in results]
    logged = [[w for w in row["warnings"] if w["Code"] == "SESSION_EXPIRES_SOON"] for row in world.audit_rows()]
    assert found == [[minutes] if minutes else []] * 4
    assert [len(warnings) for warnings in logged] == [1 if minutes else 0] * 4
    assert results[3][0]["Code"] == "UNKNOWN_ARGUMENT"


def test_unknown_tokens_hammered_at_mcp(world: World, manager: WorldClient) -> None:
    """A source that tries many unknown tokens has to wait; a valid token from the same source still works."""
    wrong = [{**manager.headers, "Authorization": f"Bearer {new_token()}"} for _ in range(22)]
    answers = [WorldClient(world, manager.handler, headers).call_tool("list_accounts") for headers in wrong]
    assert [answer.status for answer in answers] == [401] * 20 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 300
    assert answers[-1].document["id"] == 7
    assert manager.call_tool("list_accounts").status == 200
    world.clock.move(seconds=300)
    assert WorldClient(world, manager.handler, wrong[0]).call_tool("list_accounts").status == 401


def test_expired_tokens_are_nobodys_attack(world: World, manager: WorldClient) -> None:
    world.clock.move(seconds=3600)
    assert {manager.call_tool("list_accounts").status for _ in range(30)} == {401}


def test_logged_out_tokens_are_nobodys_attack(world: World, manager: WorldClient) -> None:
    world.sessions.end_all_sessions(manager.call_tool("get_current_user").result["UserCode"])
    assert {manager.call_tool("list_accounts").status for _ in range(30)} == {401}


def test_an_outage_of_the_guard_changes_no_answer(world: World, manager: WorldClient) -> None:
    manager.call_tool("list_accounts")
    unknown = WorldClient(world, manager.handler, {**manager.headers, "Authorization": f"Bearer {new_token()}"})
    assert unknown.send_rpc("tools/list").status == 401
    world.watched.broken = {("update", world.settings.gate_table)}
    assert {unknown.send_rpc("tools/list").status for _ in range(25)} == {401}


def test_last_use_is_written_every_five_minutes_at_most(world: World, manager: WorldClient) -> None:
    for _ in range(4):
        for _ in range(3):
            manager.call_tool("list_accounts")
        world.clock.move(seconds=301)
    manager.call_tool("list_accounts")
    written = [
        row["at"] for row in world.database.list_rows(world.settings.gate_table) if row["pk"].startswith("USED#")
    ]
    assert written == [int(world.clock().timestamp())]
