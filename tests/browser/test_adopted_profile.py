"""The Control Centre of a service in front of an instance: an operator takes over a profile, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from affino_mcp import wiring
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.local.serve import EdgesByPath
from tests.browser.control_service import PASSWORD, DayClock, Operator, Service, apart
from tests.clients.loopback import serving
from tests.world import INSTANCE_URL, REMOTE, World

pytestmark = pytest.mark.slow
KEY, SECRET, NEXT = "5kJ2mQ8xYb", "demoSecretNotReal0000000000001", "demoSecretNotReal0000000000002"


@pytest.fixture
def gateway() -> Iterator[Service]:
    clock = DayClock()
    clock.runs = True
    world = World(clock=clock, kind=REMOTE)
    settings, stores = world.settings, world.stores
    code = apart(lambda: world.create_person("Olivia", "Park", "Operators"))
    apart(lambda: Passwords(stores.database, settings).set_password(code, PASSWORD))
    rest = EdgesByPath(wiring.build_mcp_app(settings, stores), wiring.build_login_app(settings, stores))
    with serving(wiring.add_control_centre(rest, settings, stores), lifespan=True) as origin:
        yield Service(origin, world)


@pytest.mark.parametrize("width", [320, 1280])
def test_a_profile_is_taken_over_by_the_keyboard(page: Page, gateway: Service, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    operator = Operator(page, gateway, None)
    operator.signs_in()
    operator.goes("/profiles/new")
    expect(page.get_by_role("group", name="As at the instance")).to_contain_text(INSTANCE_URL)
    page.get_by_label("Name", exact=True).fill("Newsroom")
    page.get_by_label("API Key").fill(KEY)
    page.get_by_label("API Secret").fill("short but typed")
    page.get_by_label("API Secret").press("Enter")
    operator.looks("control-adopt-wrong", "Add a profile")
    expect(page.get_by_label("API Secret")).to_be_focused()
    expect(page.get_by_label("API Secret")).to_have_value("")
    expect(page.get_by_label("API Key")).to_have_value(KEY)
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Taken over")
    assert SECRET not in page.content()

    page.get_by_role("link", name="Take over the secret").click()
    operator.looks("control-take-over-secret", "Take over the secret of Newsroom")
    page.get_by_label("API Secret").fill(NEXT)
    operator.presses("Take over now")
    expect(page.get_by_role("status")).to_contain_text("Taken over")
    assert apart(lambda: gateway.world.profiles.get(KEY).profile.secret) == NEXT
    assert NEXT not in page.content()
    assert [said for said in operator.complaints if "400" not in said] == []
