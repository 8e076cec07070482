"""Times on pages are those of the reader's zone, with UTC behind each; days that people type are read by it."""

from __future__ import annotations

import json

import pytest

from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient

# The clock of the tests stands at 2026-11-23 09:00 UTC; the seller's call below is made at 09:40 UTC.
LOCAL = "today, 18:40:00"


@pytest.fixture
def called(operator: OperatorBrowser, sales: WorldClient) -> OperatorBrowser:
    sales.call_tool("list_accounts", PageSize=3)
    return operator


def test_a_persons_own_zone_comes_before_the_browsers(called: OperatorBrowser) -> None:
    called.browser.cookies.set("affino-zone", "America/New_York")
    assert "today, 04:40:00" in text_of(called.get("/logs"))
    called.world.people.change(1, zone="Asia/Tokyo")
    page = called.get("/logs")
    assert f'<time datetime="2026-11-23T09:40:00Z" title="2026-11-23 09:40:00 UTC">{LOCAL}</time>' in page.text
    assert ("Times are in Asia/Tokyo" in text_of(page), "(UTC)" in text_of(page)) == (True, False)


@pytest.mark.parametrize("cookie", ["", "Nowhere/City", "x" * 300, "<b>"])
def test_without_a_zone_times_are_utc_and_said_so(called: OperatorBrowser, cookie: str) -> None:
    called.browser.cookies.set("affino-zone", cookie)
    page = called.get("/logs")
    assert "2026-11-23 09:40:00" in text_of(page)
    assert "Times are UTC." in text_of(page)
    assert "<b>" not in page.text


def test_days_are_those_of_the_reader(called: OperatorBrowser) -> None:
    called.world.clock.move(minutes=6 * 60)  # 2026-11-24 00:40 in Tokyo
    called.sign_in("olivia.park@affino.example")
    for zone, words in (("Asia/Tokyo", "yesterday"), ("UTC", "today")):
        called.world.people.change(1, zone=zone)
        rows = json.loads(called.get("/logs/export", format="json", q=f"list_accounts {words}").text)
        assert [row["at"] for row in rows] == ["2026-11-23T09:40:00.000000Z"]
    assert "yesterday, 18:40:00" not in text_of(called.get("/logs"))


@pytest.mark.parametrize(
    ("typed", "day"),
    [("1 March 2027", "2027-03-01"), ("31/12", "2026-12-31"), ("in 3 months", "2027-02-23"), ("never", "")],
)
def test_a_last_day_is_typed_as_people_write_days(
    operator: OperatorBrowser, profile: Profile, typed: str, day: str
) -> None:
    given = {"name": profile.name, "rate": "60", "burst": "", "notes": "", "grid": ["tasks.read"]}
    operator.send(f"/profiles/{profile.key}/edit", **given, expires=typed, sure="yes")
    assert operator.world.profiles.get(profile.key).profile.terms.expires == day
