"""The operator's work in a real browser: create, test and narrow a profile, see its calls, regenerate and disable it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from affino_mcp.control_edge.profile_templates import PROFILE_TEMPLATES
from affino_mcp.local.login import log_in, make_mcp_headers
from tests.browser.control_service import EDITH, OLIVIA, PASSWORD, Operator, Service, apart
from tests.clients.agent import Target
from tests.clients.python_agents import PythonAgent, sdk_client
from tests.clients.service import call

pytestmark = pytest.mark.slow


def agent_of(operator: Operator, key: str, secret: str) -> Target:
    """The headers of an MCP client, after a login of the person."""
    origin = operator.service.origin
    login = log_in(f"{origin}/rest/demo/login", key, secret, EDITH, PASSWORD)
    return Target(f"{origin}/mcp", make_mcp_headers(login.access_token, key, secret))


def makes_the_editors_profile(operator: Operator) -> tuple[str, str]:
    page = operator.page
    page.get_by_role("link", name="Add a profile").click()
    page.get_by_role("textbox", name="Name").fill("Content Editor Agent")
    for family in ("Articles", "Media Items"):
        for access in ("read", "write"):
            page.get_by_role("checkbox", name=f"{family}: {access}").check()
    page.get_by_role("textbox", name="Notes").fill("Drafts articles and uploads cover images; never touches CRM.")
    operator.looks("control-profile-new", "Add a profile")
    operator.presses("Save")
    operator.looks("control-profile-secret", "key and secret")
    return page.locator("#api-key").inner_text(), page.locator("#api-secret").inner_text()


def tries_it(operator: Operator) -> None:
    page = operator.page
    page.get_by_role("link", name="Test it now").click()
    page.get_by_label("E-mail of the test user").fill(EDITH)
    page.get_by_label("Password of the test user").fill(PASSWORD)
    page.get_by_label("Method").select_option("list_articles")
    operator.presses("Run the test")
    expect(page.get_by_role("img", name="green", exact=True)).to_have_count(3)
    operator.looks("control-test-tool", "API Profile CRM Test Tool")


def narrows_it(operator: Operator, key: str) -> None:
    page = operator.page
    operator.goes(f"/profiles/{key}/edit")
    for access in ("read", "write"):
        page.get_by_role("checkbox", name=f"Articles: {access}").uncheck()
    operator.presses("Save")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would change?")
    expect(page.get_by_role("row", name="Edith Moreau list_articles")).to_be_visible()
    operator.looks("control-what-would-change", "What would change?")
    operator.presses("Save all the same")
    expect(page.get_by_role("status")).to_contain_text("Saved")


def test_the_operators_path(operator: Operator) -> None:
    page, editor = operator.page, PythonAgent(sdk_client, "auto")
    operator.looks("control-profiles", "API Profiles")
    key, secret = makes_the_editors_profile(operator)
    tries_it(operator)

    agent = agent_of(operator, key, secret)
    assert "list_articles" in apart(lambda: editor.tools(agent))
    assert apart(lambda: editor.call(agent, "list_articles", {"PageSize": 3}))["Items"] == []
    operator.goes("/logs?profile=Content+Editor+Agent")
    expect(page.get_by_role("cell", name="list_articles").first).to_be_visible()
    operator.goes(f"/profiles/{key}")
    operator.looks("control-profile", "Content Editor Agent")

    narrows_it(operator, key)
    assert "list_articles" not in apart(lambda: editor.tools(agent))
    refused = call(agent, "list_articles", {}).json()["result"]["structuredContent"]["error"]
    assert refused["type"] == "tool_disabled"

    page.get_by_role("link", name="Regenerate secret").click()
    expect(page.get_by_role("row", name="Edith Moreau")).to_be_visible()
    operator.looks("control-regenerate", "Regenerate the secret")
    operator.presses("Regenerate now")
    new = page.locator("#api-secret").inner_text()
    assert new != secret
    assert call(agent, "list_media_items", {}).status_code == 401
    renewed = Target(agent.url, {**agent.headers, "X-API-Secret": new})
    assert call(renewed, "list_media_items", {}).status_code == 200

    operator.goes(f"/profiles/{key}")
    page.get_by_role("link", name="Switch off").click()
    operator.looks("control-switch-off", "Switch off")
    operator.presses("Switch off now")
    expect(page.get_by_role("status")).to_contain_text("No call accepted since")
    operator.looks("control-receipt", "is switched off")
    assert call(renewed, "list_media_items", {}).status_code == 403
    deletes_profile(operator, key)
    assert call(renewed, "list_media_items", {}).status_code == 401
    assert operator.complaints == []


def deletes_profile(operator: Operator, key: str) -> None:
    """Deletes the profile, after the page has shown who used it."""
    page = operator.page
    operator.goes(f"/profiles/{key}")
    page.get_by_role("link", name="Delete", exact=True).click()
    expect(page.get_by_role("row", name="Edith Moreau")).to_be_visible()
    operator.looks("control-delete", "Delete")
    operator.presses("Delete for good")
    expect(page.get_by_role("status")).to_contain_text("No call accepted since")


def nothing_is_cut_off(operator: Operator) -> None:
    """Checks that the table of calls fits into its window without scrolling sideways."""
    calls = operator.page.get_by_role("region", name="Calls", exact=True)
    expect(calls.get_by_role("row").last).to_be_visible()
    assert calls.evaluate("each => each.scrollWidth - each.clientWidth") <= 0


def test_the_log_and_people_and_help(operator: Operator) -> None:
    page = operator.page
    operator.goes("/logs?profile=CRM+Sales+Agent")
    operator.looks("control-logs", "API Logs")
    nothing_is_cut_off(operator)
    page.get_by_role("row", name="create_account").first.get_by_role("link").first.click()
    expect(page.get_by_text("UNKNOWN_ARGUMENT")).to_be_visible()
    changed = page.get_by_role("table", name="What changed")
    expect(changed.get_by_role("row", name="Name empty Orbital Labs")).to_be_visible()
    operator.looks("control-log-row", "create_account")
    page.get_by_role("link", name="Follow this request").click()
    expect(page.get_by_role("region", name="Calls").get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="People").click()
    operator.looks("control-people", "People")
    page.get_by_role("link", name="Paul Okafor").click()
    expect(page.get_by_role("row", name="articles.publish group Publishers")).to_be_visible()
    operator.looks("control-person", "Paul Okafor")
    page.get_by_role("link", name="CRM Help").click()
    page.get_by_label("Search").fill("create account")
    operator.presses("Search")
    expect(page.locator("#create_account")).to_be_visible()
    operator.looks("control-help", "API Profile CRM Help")
    page.get_by_role("link", name="User Help").click()
    operator.looks("control-user-help", "API Profile User Help")
    page.get_by_role("link", name="User Test Tool").click()
    operator.looks("control-user-test", "API Profile User Test Tool")
    assert operator.complaints == []


def test_the_export_is_a_file(operator: Operator) -> None:
    operator.goes("/logs?profile=CRM+Sales+Agent&method=create_account")
    with operator.page.expect_download() as waiting:
        operator.page.get_by_role("link", name="Export CSV").click()
    lines = waiting.value.path().read_text().splitlines()
    assert lines[0].startswith("at,profile_name,")
    assert all("create_account" in line for line in lines[1:])


def test_keyboard_alone_makes_a_profile(operator: Operator) -> None:
    page = operator.page
    page.get_by_role("link", name="Add a profile").press("Enter")
    page.get_by_label("Name").focus()
    page.keyboard.type("By keyboard")
    for _ in range(1 + len(PROFILE_TEMPLATES)):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "accounts.read"
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#api-secret")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.skip')).left") != "0px"


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(320, "light", id="narrow"),
        pytest.param(320, "dark", id="narrow and dark"),
        pytest.param(400, "light", id="a phone"),
        pytest.param(1280, "dark", id="dark"),
    ],
)
def test_other_windows(
    chromium: Browser, whole: Service, pictures: Path | None, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme)
    operator = Operator(context.new_page(), whole, pictures if width == 1280 else None)
    operator.signs_in()
    for path, picture, heading in (
        ("/profiles", "profiles", "API Profiles"),
        ("/logs?profile=CRM+Sales+Agent", "logs", "API Logs"),
        ("/profiles/new", "new", "Add a profile"),
    ):
        operator.goes(path)
        operator.looks(f"control-{picture}-dark", heading)
        if picture == "logs":
            nothing_is_cut_off(operator)
    operator.page.goto(f"{whole.origin}/control/logs?method=create_account")
    operator.page.get_by_role("row", name="create_account").first.get_by_role("link").first.click()
    expect(operator.page.get_by_role("cell", name="Orbital Labs")).to_be_visible()
    operator.looks("control-log-row-dark", "create_account")
    context.close()


def test_without_javascript(chromium: Browser, whole: Service) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    context.set_default_timeout(10_000)
    page.goto(f"{whole.origin}/control/")
    page.get_by_label("E-mail").fill(OLIVIA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Add a profile").click()
    page.get_by_role("textbox", name="Name").fill("No script")
    page.get_by_role("checkbox", name="Articles: read").check()
    page.get_by_label("Networks from which").fill("192.0.2.0/24\n2001:db8::/32")
    page.get_by_label("Last day").fill("2030-03-01")
    page.get_by_role("button", name="Save").click()
    assert page.locator("#api-secret").inner_text() == whole.world.profiles.list_profiles()[-1].profile.secret
    page.goto(f"{whole.origin}/control/logs?method=create_profile")
    expect(page.get_by_role("cell", name="Olivia Park")).to_have_count(2)  # begun, and done
    page.get_by_role("link", name="API Profiles").click()
    page.get_by_role("link", name="No script").click()
    page.get_by_role("link", name="Switch off").click()
    page.get_by_role("button", name="Switch off now").click()
    expect(page.get_by_role("status")).to_contain_text("No call accepted since")
    context.close()
