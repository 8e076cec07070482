"""The page at `/`: every way in, in the local run with the demo's people, and nowhere a password."""

from __future__ import annotations

from affino_mcp.local.demo import DEMO_PEOPLE
from affino_mcp.login_edge.app import LoginApp
from affino_mcp.login_edge.hub.start import ShownPerson
from tests.roles.watched_stores import WatchedStores
from tests.unit.login_edge.browser import Browser
from tests.unit.login_edge.desk import Desk

BASE = "https://mcp.orbital.example"
WAYS = ("/mcp", "/hub", "/control", "/rest/demo/openapi.json")


def test_the_start_page_names_every_way_in(browser: Browser) -> None:
    shown = browser.get("/")
    assert shown.status == 200
    assert [way for way in WAYS if f"{BASE}{way}" not in shown.text] == []
    assert "docs/connecting.md" in shown.text
    assert "Demo people" not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in shown.headers["content-security-policy"]


def test_it_takes_get_only(browser: Browser) -> None:
    assert browser.post("/").status == 404


def test_in_the_local_run_it_names_the_demo_people_without_passwords(desk: Desk) -> None:
    people = [ShownPerson(role, one.name, one.email, one.groups) for role, one in DEMO_PEOPLE.items()]
    world = desk.world
    stores = WatchedStores(world.db, world.secrets).opened_by("LoginProxy", world.settings)
    app = LoginApp(stores.database, stores.secrets, world.settings, world.clock, lambda *_: None, people)
    shown = Browser(app).get("/")
    assert [one.email for one in DEMO_PEOPLE.values() if one.email not in shown.text] == []
    assert "Sales Managers, Legal" in shown.text
    assert ".local/connection.json" in shown.text
