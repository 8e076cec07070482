"""From an empty service to a published article: one command for the first operator, then browsers and an MCP client alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from affino_mcp import wiring
from affino_mcp.cli.app import app
from affino_mcp.cli.service import Service as ShellService
from affino_mcp.local.connection import Connection, store_settings
from affino_mcp.local.serve import EdgesByPath
from tests.browser.control_service import DayClock, Operator, Service, apart
from tests.clients.agent import Target
from tests.clients.loopback import serving
from tests.clients.python_agents import PythonAgent, sdk_client
from tests.world import World

pytestmark = pytest.mark.slow
AGENT = PythonAgent(sdk_client, "auto")


@dataclass(frozen=True)
class Somebody:
    """A person of the story."""

    name: str
    email: str
    password: str


OLIVIA = Somebody("Olivia Park", "olivia@orbital.example", "nine slow rivers meet")
EDITH = Somebody("Edith Moreau", "edith@orbital.example", "seven quiet lanterns")


@pytest.fixture
def empty() -> Iterator[Service]:
    """A service in which nobody and nothing is."""
    clock = DayClock()
    clock.runs = True
    world = World(clock=clock)
    rest = EdgesByPath(
        wiring.build_mcp_app(world.settings, world.stores), wiring.build_login_app(world.settings, world.stores)
    )
    with serving(wiring.add_control_centre(rest, world.settings, world.stores), lifespan=True) as origin:
        yield Service(origin, world)


def says(service: Service, *words: str) -> dict[str, Any]:
    """The answer of one command in a shell that reaches the service's stores."""
    urls = f"{service.origin}/mcp", f"{service.origin}/rest/demo/login"
    connection = Connection(*urls, "demo", stores=store_settings(service.world.settings))
    shell = ShellService(connection, service.world.stores, service.world.clock)
    done = apart(lambda: CliRunner().invoke(app, [*words, "--json"], obj=shell))
    assert done.exit_code == 0, (done.stdout, done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def sets_password(page: Page, link: str, person: Somebody) -> None:
    """The person opens the link and sets a password."""
    page.goto(link)
    expect(page.get_by_label("E-mail address")).to_have_value(person.email)
    page.get_by_label("New password", exact=True).fill(person.password)
    page.get_by_label("New password again").fill(person.password)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your password is set")


def takes_token(page: Page, origin: str, person: Somebody) -> str:
    """The person logs in at the Hub and copies the AccessToken."""
    page.goto(f"{origin}/hub/login")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Log in").click()
    return page.locator("#token").inner_text()


def signs_in(page: Page, empty: Service) -> Operator:
    """The first operator, made by one command, sets a password by the link and signs in."""
    made = says(empty, "operator", "first", "--name", OLIVIA.name, "--email", OLIVIA.email)
    sets_password(page, made["link"], OLIVIA)
    operator = Operator(page, empty, None)
    page.goto(made["control_centre"])
    page.get_by_label("E-mail").fill(OLIVIA.email)
    page.get_by_label("Password").fill(OLIVIA.password)
    page.get_by_role("button", name="Sign in").click()
    return operator


def invites_edith(operator: Operator) -> str:
    """The operator invites somebody who edits, publishes and takes part in forums; gives the link."""
    operator.goes("/people/new")
    operator.page.get_by_label("First and last name").fill(EDITH.name)
    operator.page.get_by_label("E-mail address").fill(EDITH.email)
    for group in ("Registered User", "Publishers"):
        operator.page.get_by_label(group).check()
    operator.presses("Make the link")
    return operator.page.locator("#password-link").inner_text()


def makes_places(operator: Operator) -> None:
    """The operator makes a section and a forum beside those of the starter structure."""
    for kind, name in (("sections", "Guides"), ("forums", "Support")):
        operator.goes(f"/structure/{kind}/new")
        operator.page.get_by_label("Name").fill(name)
        operator.page.keyboard.press("Enter")
        expect(operator.page.get_by_role("status")).to_contain_text("Made.")


def makes_profile(operator: Operator) -> dict[str, str]:
    """The operator makes a profile for articles and forums; gives its two headers."""
    operator.goes("/profiles/new")
    page = operator.page
    page.get_by_label("Name").fill("Content Editor Agent")
    for switch in ("Articles: read", "Articles: write", "Forums: read", "Forums: write"):
        page.get_by_label(switch).check()
    operator.presses("Save")
    headers = {
        "X-API-Key": page.locator("#api-key").inner_text(),
        "X-API-Secret": page.locator("#api-secret").inner_text(),
    }
    return headers | {"User-Agent": "journey/1.0"}


def writes(agent: Target) -> int:
    """The editor's agent writes an article with two steps and a thread; gives the article's code."""

    def call(tool: str, **arguments: Any) -> Any:
        return apart(lambda: AGENT.call(agent, tool, arguments))

    (section,) = [each for each in call("list_sections")["Sections"] if each["Name"] == "Guides"]
    article = call(
        "create_article", Title="First steps", standardSectionCode=section["StandardSectionCode"], Body="<p>Go.</p>"
    )
    code: int = article["Article"]["StandardItemCode"]
    for title in ("Begin", "End"):
        call("create_article_step", StandardItemCode=code, Title=title, Body="<p>So.</p>")
    (forum,) = [each for each in call("list_forums")["Items"] if each["Name"] == "Support"]
    call("create_forum_thread", ForumItemCode=forum["ForumItemCode"], Title="Hello", Body="<p>Who is here?</p>")
    return code


def test_a_team_begins_with_a_browser(page: Page, chromium: Browser, empty: Service) -> None:
    operator = signs_in(page, empty)
    link = invites_edith(operator)
    makes_places(operator)
    keys = makes_profile(operator)
    hers = chromium.new_context()
    edith = hers.new_page()
    sets_password(edith, link, EDITH)
    token = takes_token(edith, empty.origin, EDITH)
    hers.close()
    agent = Target(f"{empty.origin}/mcp", keys | {"Authorization": f"Bearer {token}"})
    code = writes(agent)
    apart(lambda: AGENT.call(agent, "delete_article", {"StandardItemCode": code}))

    operator.goes("/deleted")
    page.get_by_role("row", name="First steps").get_by_role("link").click()
    operator.presses("Restore it")
    expect(page.get_by_role("status")).to_contain_text("is restored. Its history names you.")
    back = apart(lambda: AGENT.call(agent, "get_article", {"StandardItemCode": code}))["Article"]
    assert [step["Title"] for step in back["Steps"]] == ["Begin", "End"]
    rows = empty.world.audit_rows()
    assert {row["person_code"] for row in rows if row["channel"] == "mcp"} == {2}
    assert not [row for row in rows if any(one.password in json.dumps(row) for one in (OLIVIA, EDITH))]
    assert operator.complaints == []
