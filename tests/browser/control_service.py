"""A whole service on memory after a working day, and an operator's browser before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import FloatRect, Page

from affino_mcp import wiring
from affino_mcp.catalogue.capability import CRM_FAMILIES, Access, Family
from affino_mcp.clock import utc_now
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.instance.builtin.website.website_records import upsert_section
from affino_mcp.local.demo import DEMO_PEOPLE
from affino_mcp.local.serve import EdgesByPath
from tests.browser.page_looks import check_looks
from tests.clients.loopback import serving
from tests.clock import TestClock
from tests.world import World, WorldClient

T = TypeVar("T")
PASSWORD = "a calm and long password"
OLIVIA, EDITH = "olivia.park@affino.example", "edith.moreau@affino.example"
TALLEST = 1250
"""The height of a picture in pixels; a longer page is cut off."""
MORNING = timedelta(hours=5, minutes=25)
"""The length of the working day."""


def apart(work: Callable[[], T]) -> T:
    """Runs `work` in another thread, because Playwright runs an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


class DayClock(TestClock):
    """A clock that is moved by hand while the day is prepared, and is the wall clock afterwards."""

    def __init__(self) -> None:
        self.moment, self.runs = utc_now() - MORNING, False

    def __call__(self) -> datetime:
        return utc_now() if self.runs else self.moment


@dataclass
class Service:
    """A running service; `origin` is its base URL."""

    origin: str
    world: World


@contextmanager
def service() -> Iterator[Service]:
    """Runs the service during the body."""
    clock = DayClock()
    world = World(clock=clock)
    apart(lambda: worked(world))
    clock.runs = True
    world.run_housekeeping()
    stores = world.stores
    mcp = wiring.build_mcp_app(world.settings, stores, world.clock)
    rest = EdgesByPath(mcp, wiring.build_login_app(world.settings, stores, world.clock))
    whole = wiring.add_control_centre(rest, world.settings, stores, world.clock)
    with serving(whole, lifespan=True) as origin:
        yield Service(origin, world)


def worked(world: World) -> None:
    """Makes the demo's people, two profiles, and the calls of a morning."""
    people: dict[str, int] = {}
    for name, role in DEMO_PEOPLE.items():
        first, _, last = role.name.partition(" ")
        people[name] = world.create_person(first, last, *role.groups)
        Passwords(world.database, world.settings).set_password(people[name], PASSWORD)
    writers, publishers = ["Editors", "Publishers"], ["Publishers"]
    for name in ("News", "Marketing", "Guides"):
        upsert_section(world.records, name, world.clock(), read=["Everybody"], write=writers, publish=publishers)
    reads = frozenset({Access.READ})
    sales = world.create_profile("CRM Sales Agent", dict.fromkeys(CRM_FAMILIES, frozenset(Access)), 300)
    world.profiles.disable(
        world.create_profile("Events Assistant", {Family.CONTACTS: reads, Family.NOTES: reads}, 60).key
    )
    handler = world.new_handler()
    for calls in (3, 7, 5, 9, 4, 6):
        client = WorldClient(world, handler, world.log_in(sales, people["sales_manager" if calls % 2 else "sales"]))
        for turn in range(calls):
            _call(client, turn)
            world.clock.move(minutes=6)
        world.clock.move(minutes=20)
    handler.close()


def _call(client: WorldClient, turn: int) -> None:
    deeds: list[Callable[[], object]] = [
        lambda: client.call_tool("list_accounts", PageSize=5),
        lambda: client.call_tool(
            "create_account", Name="Orbital Labs", IndustryCode="Technology", Nmae="a typing error"
        ),
        lambda: client.call_tool("list_tasks"),
        lambda: client.call_tool("get_account", AccountCode=1),
        lambda: client.call_tool("list_articles"),
        lambda: client.call_tool("get_contact", UserCode="nobody"),
    ]
    deeds[turn % len(deeds)]()


@dataclass
class Operator:
    """The operator's browser, which checks pages by axe and may keep pictures of them."""

    page: Page
    service: Service
    pictures: Path | None
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def goes(self, path: str) -> None:
        """Opens a page of the Control Centre."""
        self.page.goto(f"{self.service.origin}/control{path}")

    def signs_in(self) -> None:
        """Signs in by the form."""
        self.goes("/")
        self.looks("control-sign-in", "Control Centre")
        self.page.get_by_label("E-mail").fill(OLIVIA)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def presses(self, name: str) -> None:
        """Presses the button of this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def looks(self, picture: str, heading: str) -> None:
        """Checks that the page has this heading and that axe finds no fault; keeps its picture."""
        check_looks(self.page, heading)
        if self.pictures:
            height = min(TALLEST, self.page.evaluate("document.documentElement.scrollHeight"))
            shown: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": height}
            self.page.screenshot(path=self.pictures / f"{picture}.png", full_page=True, clip=shown)
