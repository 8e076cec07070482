"""The Hub in a real browser: login, copying, wrong password, throttling, keyboard only, 320 px wide, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from affino_mcp.gate.abuse.login_guard import MAX_PAIR_FAILURES
from affino_mcp.gate.profiles.profile import Profile
from tests.browser.page_looks import check_looks
from tests.clients.loopback import serving
from tests.unit.gate.world import PASSWORD, World, headers
from tests.unit.login_edge.desk import EMAIL, Desk

pytestmark = pytest.mark.slow


@pytest.fixture
def desk() -> Desk:
    desk = Desk(World())
    desk.profiles = [desk.staffed(), desk.world.profile("Content Editor Agent")]  # type: ignore[attr-defined]
    return desk


@pytest.fixture
def hub(desk: Desk) -> Iterator[str]:
    with serving(desk.app) as origin:
        yield f"{origin}/hub"


def log_in(page: Page, hub: str, password: str = PASSWORD) -> None:
    page.goto(f"{hub}/login")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def works(desk: Desk, token: str) -> bool:
    profile: Profile = desk.profiles[0]  # type: ignore[attr-defined]
    return desk.world.gate().admit(headers(profile.key, profile.secret, token), charge=True).person.user_code == 7


def test_log_in_and_copy(context: BrowserContext, page: Page, desk: Desk, hub: str, pictures: Path | None) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
    log_in(page, hub)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your AccessToken")
    if pictures:
        page.screenshot(path=pictures / "hub-token.png")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    token = page.evaluate("navigator.clipboard.readText()")
    assert token == page.locator("#token").inner_text()
    assert works(desk, token)
    assert page.locator("#token-sh").inner_text() == f"export AFFINO_TOKEN={token}"
    page.get_by_role("link", name="Connect a client").click()
    page.get_by_label("API Profile").select_option("Content Editor Agent")
    page.get_by_label("Client").select_option("Claude Desktop")
    page.get_by_role("button", name="Connect").click()
    snippet = page.locator("#line").inner_text()
    assert all(part in snippet for part in (f"{hub.removesuffix('/hub')}/mcp", "YOUR_API_SECRET"))
    assert complaints == []


def _is_complaint(said: ConsoleMessage) -> bool:
    return said.type in {"error", "warning"}


def test_a_wrong_password_and_then_the_right_one(page: Page, hub: str) -> None:
    log_in(page, hub, "wrong horse")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("E-mail address")).to_have_value(EMAIL)
    expect(page.get_by_label("Password")).to_have_value("")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_be_visible()


def test_throttled(page: Page, hub: str) -> None:
    for _ in range(MAX_PAIR_FAILURES + 1):
        log_in(page, hub, "wrong horse")
    expect(page.get_by_role("alert")).to_contain_text("15 minutes")
    log_in(page, hub)
    expect(page.locator("#token")).to_be_visible()


def test_keyboard_only(page: Page, desk: Desk, hub: str) -> None:
    page.goto(f"{hub}/login")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#token")).to_be_visible()
    reached = _tabbed(page, 30)
    assert {"Copy", "Sessions"} <= {name.strip() for name in reached}
    page.get_by_role("link", name="Sessions").press("Enter")
    page.get_by_role("link", name="Log out everywhere").press("Enter")
    page.get_by_role("button", name="Log out everywhere").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("everywhere")
    assert desk.world.sessions.list_sessions(7) == []


def _tabbed(page: Page, most: int) -> list[str]:
    """The texts of the elements that the Tab key reaches, each of which must show its focus."""
    page.evaluate("document.activeElement.blur()")
    names = []
    for _ in range(most):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        name = page.evaluate("document.activeElement.textContent")
        if page.evaluate("document.activeElement === document.body"):
            break
        assert style != "none", name
        names.append(str(name))
    return names


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_is_accessible(chromium: Browser, hub: str, width: int, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    log_in(page, hub, "wrong horse")
    check_looks(page, "Log in")
    log_in(page, hub)
    check_looks(page, "Your AccessToken")
    page.get_by_role("link", name="Sessions").click()
    check_looks(page, "Your sessions")
    page.get_by_role("link", name="Log out everywhere").click()
    check_looks(page, "Log out everywhere?")
    page.get_by_role("button", name="Log out everywhere").click()
    check_looks(page, "Hub")
    context.close()


def test_without_javascript(chromium: Browser, desk: Desk, hub: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, hub)
    assert works(desk, page.locator("#token").inner_text())
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.get_by_role("link", name="Sessions").click()
    page.get_by_role("link", name="End session").first.click()
    page.get_by_role("button", name="End the session").click()
    expect(page.get_by_text("No AccessToken of yours works just now.")).to_be_visible()
    page.get_by_role("button", name="Log out this browser").click()
    page.goto(f"{hub}/sessions")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    context.close()
