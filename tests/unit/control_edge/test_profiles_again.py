"""API Profiles, done twice, cleared, and seen by those who may not read the log."""

from __future__ import annotations

import re

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profile import Profile
from tests.unit.control_edge.desk import Desk, text_of


@pytest.fixture
def profile(operator: Desk) -> Profile:
    return operator.world.profile("Newsroom", {Family.ARTICLES: frozenset(Access)}, 300)


@pytest.mark.parametrize("deed", ["disable", "enable"])
def test_a_switch_that_stood_there_already_is_logged_as_it_was(operator: Desk, profile: Profile, deed: str) -> None:
    for _ in range(2):
        operator.send(f"/profiles/{profile.key}/{deed}", operator.get(f"/profiles/{profile.key}"))
    befores = [row["arguments"]["before"]["enabled"] for row in operator.rows()]
    assert befores == ([True, False] if deed == "disable" else [True, True])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("agent 5", [*(f"Agent {number}" for number in range(50, 60))]),
        ("ＡＧＥＮＴ 59", ["Agent 59"]),
        (" newsroom ", ["Newsroom"]),
        ("{key}", ["Newsroom"]),
        ("gent", []),
        ("x" * 500, []),
        ("%", []),
    ],
)
def test_profiles_are_found_by_beginning_or_key(
    operator: Desk, profile: Profile, wanted: str, found: list[str]
) -> None:
    for number in range(60):
        operator.world.profile(f"Agent {number:02}")
    page = operator.get("/profiles", q=wanted.format(key=profile.key))
    assert re.findall(r'profiles/\w{16}">([^<]+)<', page.text) == found
    assert ("No profile's name begins so" in text_of(page)) == (found == [])
    assert len(operator.calls("/profiles?q=a")) == 3
    (link,) = re.findall(r'href="/control(/profiles\?[^"]+)" rel="next"', operator.get("/profiles?q=a").text)
    assert "Agent 59" in operator.get(link.replace("&amp;", "&")).text


def test_a_page_behind_the_last_profile_leads_back(operator: Desk, profile: Profile) -> None:
    page = operator.get("/profiles?after=zzz")
    assert ("No more profiles" in page.text, profile.name in page.text) == (True, False)


def test_a_burst_that_is_cleared_follows_the_rate_again(operator: Desk, profile: Profile) -> None:
    operator.world.profiles.change(profile.key, burst=99)
    path = f"/profiles/{profile.key}/edit"
    assert 'value="99"' in operator.get(path).text
    grid = re.findall(r'value="([a-z_]+\.[a-z]+)" data-price="[0-9]+" checked', operator.get(path).text)
    assert operator.send(path, name="Mine", rate="400", burst="", notes="", grid=grid).status_code == 303
    changed = operator.world.profiles.get(profile.key).profile
    assert (changed.rate, changed.burst) == (400, 40)
    assert operator.rows()[-1]["arguments"]["after"]["burst"] == 40


def test_rows_of_the_log_want_their_right_here_too(operator: Desk, profile: Profile) -> None:
    operator.send(f"/profiles/{profile.key}/enable", operator.get(f"/profiles/{profile.key}"))
    assert "enable_profile" in operator.get(f"/profiles/{profile.key}").text
    operator.world.people.change(1, groups=["Editors"], rights={"profiles.manage": None})
    page = operator.get(f"/profiles/{profile.key}")
    assert (page.status_code, "enable_profile" in page.text) == (200, False)
    assert "people with the right logs.read" in text_of(page)
