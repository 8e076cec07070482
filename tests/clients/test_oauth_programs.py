"""Clients that connect by OAuth as they are, from the first refusal to a call; and the conformance suite's scenarios."""

from __future__ import annotations

import json
import re
import webbrowser
from functools import partial
from pathlib import Path

import pytest

from tests.clients import oauth_libraries
from tests.clients.claude_agent import CONNECTED
from tests.clients.conformance import conform_authorization
from tests.clients.installed import NodeClients
from tests.clients.oauth_door import OAuthDoor
from tests.clients.oauth_libraries import CALLBACK, SCRIPTLESS, KeptTokens
from tests.clients.oauth_programs import connect_claude, connect_codex, lead_person
from tests.clients.python_agents import Mode, admitted, invoke, structured

SCENARIOS = {"authorization-server-metadata-endpoint", "authorization-code-grant"}


def test_the_sdks_client_connects_refreshes_and_goes_on(oauth_door: OAuthDoor) -> None:
    kept = KeptTokens(oauth_door.register("SDK", CALLBACK)["client_id"])
    auth = oauth_libraries.sdk_auth(oauth_door, kept)

    async def ask(mode: Mode) -> str:
        async with oauth_libraries.sdk_client(oauth_door, auth, mode) as client:
            assert len((await client.list_tools()).tools) > 5
            name: str = structured(await invoke(client, "get_current_user", {}))["Name"]
            return name

    assert [admitted(ask("auto")), admitted(ask("legacy"))] == [oauth_door.name] * 2
    first = kept.tokens
    assert first is not None
    auth.context.token_expiry_time = 1
    assert admitted(ask("auto")) == oauth_door.name
    assert kept.tokens is not None
    assert kept.tokens.refresh_token != first.refresh_token


def test_fastmcps_client_connects(oauth_door: OAuthDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    made = oauth_door.register("FastMCP", SCRIPTLESS)
    monkeypatch.setattr(webbrowser, "open", partial(oauth_libraries.open_as_person, oauth_door))

    async def ask() -> str:
        async with oauth_libraries.fastmcp_client(oauth_door, made["client_id"], "auto") as client:
            name: str = structured(await invoke(client, "get_current_user", {}))["Name"]
            return name

    assert admitted(ask()) == oauth_door.name


def test_claude_code_connects(programs: NodeClients, home: Path, oauth_door: OAuthDoor) -> None:
    assert f"{oauth_door.url} (HTTP)" in (told := connect_claude(programs, home, oauth_door))
    assert CONNECTED in told


def test_codex_connects(programs: NodeClients, home: Path, oauth_door: OAuthDoor) -> None:
    told = connect_codex(programs, home, oauth_door)
    assert re.search(rf"{re.escape(oauth_door.url)}\s.*enabled\s+OAuth", told), told


def test_conformance_of_the_authorization_server(programs: NodeClients, home: Path, oauth_door: OAuthDoor) -> None:
    made = oauth_door.register("Conformance", "http://127.0.0.1/callback")
    lead = partial(lead_person, door=oauth_door)
    verdict = conform_authorization(programs, home, oauth_door.url, made["client_id"], lead)
    assert verdict.scenarios() == SCENARIOS
    assert {check.status for check in verdict.checks} == {"SUCCESS"}, json.dumps([vars(one) for one in verdict.checks])
