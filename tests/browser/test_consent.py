"""The consent page in a real browser: from an app of another site and back; narrow, dark, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.login_edge.app import LoginApp
from affino_mcp.settings import Settings
from tests.browser.control_service import Operator, Service
from tests.browser.page_looks import check_looks
from tests.clients.loopback import serving
from tests.unit.gate.grants.connected import connect_app
from tests.unit.gate.world import PASSWORD, World
from tests.unit.login_edge.desk import EMAIL
from tests.unit.login_edge.oauth.consent_desk import CHALLENGE

pytestmark = pytest.mark.slow

ASKS = "An app registered by your operator asks to work as you"

APP_PAGE = b"""<!doctype html><title>App</title><h1>App</h1><p id="told"></p>
<button onclick="window.open(location.search.slice(1))">Connect</button>
<script>addEventListener("message", e => { told.textContent = e.data })</script>"""
CALLBACK_PAGE = b"""<!doctype html><title>Back</title><h1>Back</h1>
<script>if (window.opener) window.opener.postMessage(location.search, "*")</script>"""


async def app_site(scope: Any, receive: Any, send: Any) -> None:
    """The app's own pages: one that opens a window, and the one to which answers come."""
    body = CALLBACK_PAGE if scope["path"] == "/callback" else APP_PAGE
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": body})


class LateApp:
    """An application that is made when its own address is known."""

    made: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.made(scope, receive, send)


class Office:
    """A service with an OAuth door, and an app at another site that is registered there."""

    def __init__(self, service: str, app: str) -> None:
        self.world, self.service, self.app = World(settings=Settings(public_url=service)), service, app
        world = self.world
        world.person(7)
        world.passwords.set_password(7, PASSWORD)
        for name, access in (("Sales Agent", Access), ("Reader", [Access.READ])):
            families = dict.fromkeys(map(str, SWITCHED_FAMILIES), frozenset(access))
            world.profiles.create(name, families, terms=AdmissionTerms(connectable=("Sales",)))
        self.callback = f"{app}/callback"
        clients = RegisteredClients(world.db, world.settings, world.clock)
        self.client = clients.add("Helpful <App>", [self.callback, "http://[::1]:4999/callback"]).client
        self.grants = Grants(world.db, world.settings, world.clock)

    def address(self, **changed: str) -> str:
        """Where the app sends the person's browser."""
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.callback,
            "state": "s 1",
        }
        asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        return f"{self.service}/oauth/authorize?{urlencode(asked | changed)}"


@pytest.fixture
def office() -> Iterator[Office]:
    late = LateApp()
    with serving(late) as service, serving(app_site) as app:
        made = Office(service, app.replace("127.0.0.1", "localhost"))
        world = made.world
        late.made = LoginApp(world.db, world.secrets, world.settings, world.clock, lambda *_: None)
        yield made


def log_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_from_an_app_in_a_window_and_back_to_it(page: Page, office: Office) -> None:
    page.goto(f"{office.app}/?{office.address()}")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Connect").click()
    window = opened.value
    log_in(window)
    window.get_by_label("Reader").check()
    window.get_by_label("Contacts: write").uncheck()
    window.get_by_role("button", name="Allow", exact=True).click()
    expect(page.locator("#told")).to_contain_text("code=affa_")
    told = dict(parse_qsl(urlsplit(page.locator("#told").inner_text()).query))
    assert (told["state"], told["iss"]) == ("s 1", f"{office.service}/oauth")
    (grant,) = office.grants.list_of_person(7)
    assert grant.client_id == office.client.client_id


def test_a_program_at_an_ipv6_address_of_this_computer(page: Page, office: Office) -> None:
    page.goto(office.address(redirect_uri="http://[::1]:4999/callback"))
    log_in(page)
    expect(page.get_by_text("a program on this computer")).to_be_visible()
    with page.expect_request(lambda asked: asked.url.startswith("http://[::1]:4999/callback?error=access_denied")):
        page.get_by_role("button", name="Do not allow").click()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_pages_fit_and_are_accessible(chromium: Browser, office: Office, width: int, scheme: Any) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    page.goto(office.address())
    check_looks(page, ASKS)
    log_in(page)
    expect(page.get_by_label("Sales Agent")).to_be_visible()
    check_looks(page, ASKS)
    page.get_by_label("Sales Agent").check()
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page.get_by_role("heading", name="Back")).to_be_visible()
    page.goto(office.address(redirect_uri="http://evil.example/"))
    check_looks(page, "Not done")
    page.goto(f"{office.service}/hub/apps")
    check_looks(page, "Connected apps")
    page.goto(f"{office.service}/hub/connect?profile=Reader&client=gemini-enterprise")
    page.get_by_role("button", name="Connect", exact=True).click()
    check_looks(page, "Type this into Gemini Enterprise")
    page.goto(f"{office.service}/hub/apps")
    page.get_by_role("link", name="End Helpful").click()
    check_looks(page, "End this app?")
    page.get_by_role("button", name="End the app").click()
    expect(page.get_by_role("status")).to_contain_text("not connected any more")
    context.close()


def test_the_pages_of_operators(operator: Operator, whole: Service) -> None:
    world, page = whole.world, operator.page
    page.set_viewport_size({"width": 320, "height": 640})
    profile = world.profiles.create(
        "Apps", {"contacts": frozenset(Access)}, terms=AdmissionTerms(connectable=("Operators",))
    )
    person = next(one.user_code for one in world.people.list_people() if "Operators" in one.groups)
    connect_app(world.database, world.secrets, world.settings, world.clock, profile.key, person)
    operator.goes("/apps/new")
    operator.looks("control-app-new", "Register an app")
    page.get_by_label("Name").fill("Gemini")
    page.get_by_label("Redirect URIs").fill("https://gemini.example/callback")
    operator.presses("Register")
    operator.looks("control-app-made", "Gemini is registered")
    operator.goes("/apps")
    operator.looks("control-apps", "Registered apps")
    operator.goes(f"/profiles/{profile.key}/apps")
    operator.looks("control-connected-apps", "Apps connected to Apps")
    page.get_by_role("link", name="End all").click()
    operator.looks("control-apps-end", "End all apps")
    operator.presses("End all")
    expect(page.get_by_role("status")).to_contain_text("next calls are refused")


def test_by_keyboard_and_without_scripts(chromium: Browser, office: Office) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(office.address())
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Reader").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Allow", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Back")
    assert page.url.startswith(f"{office.callback}?code=affa_")
    context.close()
