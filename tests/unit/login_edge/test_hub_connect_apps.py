"""The Hub's page that connects a client which connects by OAuth: it gets an address, and opens no session."""

from __future__ import annotations

import html

import pytest

from affino_mcp.connect.clients import APP_CLIENTS, McpClient
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import Settings
from tests.unit.gate.world import World
from tests.unit.login_edge.browser import Browser, log_in
from tests.unit.login_edge.desk import Desk
from tests.unit.login_edge.test_hub_connect import URL, connect, open_to_connections


@pytest.fixture
def app_desk() -> Desk:
    """A service with an OAuth door."""
    return Desk(World(settings=Settings(public_url=URL.removesuffix("/mcp"))))


@pytest.mark.parametrize("client", sorted(APP_CLIENTS))
def test_a_client_of_oauth_is_told_the_address_and_opens_no_session(app_desk: Desk, client: McpClient) -> None:
    named, browser = app_desk.staffed(), Browser(app_desk.app)
    log_in(browser)
    before = app_desk.world.sessions.list_sessions(7)
    shown = connect(browser, named, client)
    assert (shown.status, "https://mcp.orbital.example/oauth/mcp" in html.unescape(shown.inside("address"))) == (
        200,
        True,
    )
    assert "is not opened to you for apps" in shown.text
    person = app_desk.world.people.get(7)
    assert person
    open_to_connections(app_desk, named, *person.groups)
    assert "is not opened to you for apps" not in connect(browser, named, client).text
    assert app_desk.world.sessions.list_sessions(7) == before


def test_without_an_oauth_door_its_clients_are_not_offered(browser: Browser, profile: Profile) -> None:
    log_in(browser)
    assert 'value="claude-ai"' not in browser.get("/hub/connect").text
    assert connect(browser, profile, "claude-ai").status == 400
