"""A person's own pages at the Hub in a real browser: connect, work, undo, sessions; every page by axe, narrow, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from affino_mcp import wiring
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.local.serve import EdgesByPath
from tests.browser.control_service import apart
from tests.browser.page_looks import check_looks
from tests.clients.loopback import serving
from tests.clock import TestClock
from tests.world import World, WorldClient

pytestmark = pytest.mark.slow
EMAIL, PASSWORD = "sal.seller@affino.example", "a calm and long password"


@dataclass
class Own:
    """A running service in which Sal's agent has worked; Sal has no right to the Control Centre."""

    hub: str
    agent: WorldClient

    def account_names(self) -> list[str]:
        found = apart(lambda: self.agent.call_tool("list_accounts")).result["Items"]
        return [str(item["Name"]) for item in found]


@pytest.fixture
def own() -> Iterator[Own]:
    world = World(clock=TestClock())
    agent = apart(lambda: worked(world))
    mcp = wiring.build_mcp_app(world.settings, world.stores, world.clock)
    rest = EdgesByPath(mcp, wiring.build_login_app(world.settings, world.stores, world.clock))
    whole = wiring.add_control_centre(rest, world.settings, world.stores, world.clock)
    with serving(whole, lifespan=True) as origin:
        yield Own(f"{origin}/hub", agent)
    apart(agent.handler.close)


def worked(world: World) -> WorldClient:
    """Sal's agent, which has made two accounts, changed one and looked for one that is not there."""
    code = world.create_person("Sal", "Seller", "Sales Managers")
    Passwords(world.database, world.settings).set_password(code, PASSWORD)
    profile = world.create_profile("CRM Sales Agent")
    agent = WorldClient(world, world.new_handler(), world.log_in(profile, code))
    agent.call_tool("create_account", Name="Orbital Labs")
    agent.call_tool("create_account", Name="Lunar Works")
    agent.call_tool("update_account", AccountCode=1, City="Leeds", Website="https://o.example")
    agent.call_tool("get_account", AccountCode=99)
    return agent


def enter(page: Page, own: Own, place: str) -> None:
    """Asks for a page, is led to the login, and comes back to the page."""
    page.goto(f"{own.hub}/{place}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(re.escape(f"/hub/{place}")))


def test_connect_see_and_undo(page: Page, own: Own, pictures: Path | None) -> None:
    enter(page, own, "connect")
    page.get_by_label("Client").select_option("Claude Code")
    page.get_by_label("API Key").fill("K" * 16)
    page.get_by_label("API Secret").fill("S" * 32)
    if pictures:
        page.screenshot(path=pictures / "hub-connect.png")
    page.get_by_role("button", name="Connect").click()
    line = page.locator("#line").inner_text()
    assert line.startswith("claude mcp remove --scope local affino-crm-sales-agent; claude mcp add ")
    page.get_by_role("link", name="My agent's work", exact=True).click()
    expect(page.get_by_text("Changed Website and City of account 1 (Orbital Labs)").first).to_be_visible()
    time = page.locator("main time").first
    assert str(time.get_attribute("title")).endswith("UTC")
    if pictures:
        page.screenshot(path=pictures / "hub-work.png")
    page.get_by_role("link", name="Undo: Changed Website and City").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_role("status")).to_have_text("It is undone. The record's history says so, and names you.")
    page.get_by_role("link", name="Undo the whole session").click()
    expect(page.get_by_text("1 change of this session was taken back already.")).to_be_visible()
    page.get_by_role("button", name="Undo these changes").click()
    expect(page.get_by_role("status")).to_have_text("2 of 2 changes undone.")
    assert own.account_names() == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_is_accessible(chromium: Browser, own: Own, width: int, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    enter(page, own, "work")
    check_looks(page, "My agent's work")
    page.get_by_role("link", name="Undo: Changed").first.click()
    check_looks(page, "Undo: Changed Website and City of account 1")
    page.get_by_role("link", name="Undo the whole session").first.click()
    check_looks(page, "Undo a session's changes")
    page.get_by_role("button", name="Undo these changes").click()
    check_looks(page, "What was undone")
    page.goto(f"{own.hub}/connect")
    check_looks(page, "Connect a client")
    page.get_by_role("button", name="Connect").click()
    check_looks(page, "Paste this into your client")
    page.goto(f"{own.hub}/sessions")
    check_looks(page, "Your sessions")
    page.get_by_role("link", name="End session").first.click()
    check_looks(page, "End this session?")
    page.goto(f"{own.hub}/password")
    check_looks(page, "Change your password")
    page.goto(f"{own.hub}/sessions/end-all")
    check_looks(page, "Log out everywhere?")
    context.close()


def test_without_javascript_and_by_keyboard(chromium: Browser, own: Own) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    enter(page, own, "work")
    page.get_by_role("link", name="Undo the session of: Changed").first.press("Enter")
    page.get_by_role("checkbox", name="Created account 2 (Lunar Works)").press("Space")
    page.get_by_role("button", name="Undo these changes").press("Enter")
    expect(page.get_by_role("status")).to_have_text("2 of 2 changes undone.")
    assert own.account_names() == ["Lunar Works"]
    context.close()


def test_a_file_is_rehearsed_and_imported(page: Page, own: Own) -> None:
    """With scripts a run in steps goes on by itself; each page by axe at 320 px."""
    page.set_viewport_size({"width": 320, "height": 800})
    enter(page, own, "work/files")
    check_looks(page, "Import and export")
    page.get_by_role("link", name="Import contacts").click()
    lines = "".join(f"p{number}@o.example,P{number},Q,Orbital Labs\n" for number in range(8))
    content = f"Email,First name,Last name,Accounts\n{lines}nobody,N,N,\n".encode()
    page.get_by_label("CSV file").set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": content})
    check_looks(page, "Import contacts")
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_text("It would be: 8 made, 0 the same, 0 changed, 1 refused.")).to_be_visible()
    check_looks(page, "people.csv")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    page.goto(f"{own.hub}/work/files/export/contacts")
    check_looks(page, "Export contacts")
    page.get_by_label("Account code").fill("Orbital Labs")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_text("8 lines", exact=False).first).to_be_visible()
    check_looks(page, "Export of contacts")
