"""The terms of a profile in the browser: the form, what would change, the marks, and the question before the switch."""

from __future__ import annotations

import re
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from tests.unit.control_edge.desk import OperatorBrowser, text_of
from tests.world import WorldClient

WRITTEN = {"expires": "2027-03-01", "people": "olivia.park@affino.example", "networks": "192.0.2.0/24\n2001:db8::/32"}
NEW = {"name": "Desk", "rate": "60", "burst": "", "notes": ""}


@pytest.fixture
def profile(operator: OperatorBrowser) -> Profile:
    return operator.world.create_profile("Newsroom", {Family.ARTICLES: frozenset(Access)}, 300)


def save(desk: OperatorBrowser, profile: Profile, **given: Any) -> Any:
    grid = [f"{family}.{access}" for family, on in profile.capability.to_json().items() for access in on]
    values = {"name": profile.name, "rate": str(profile.rate), "burst": "", "notes": "", "grid": grid}
    return desk.send(f"/profiles/{profile.key}/edit", **values | given)


def test_a_profile_is_made_with_terms_and_edited_by_address(operator: OperatorBrowser) -> None:
    page = operator.send("/profiles/new", **NEW, **WRITTEN, groups=["Editors"])
    assert page.status_code == 200
    (state,) = operator.world.profiles.list_profiles()
    terms = AdmissionTerms("2027-03-01", (1,), ("Editors",), ("192.0.2.0/24", "2001:db8::/32"))
    assert state.profile.terms == terms
    assert operator.operator_rows()[-1]["arguments"]["after"]["networks"] == list(terms.networks)
    edit = operator.get(f"/profiles/{state.profile.key}/edit").text
    assert 'value="2027-03-01"' in edit
    assert ">olivia.park@affino.example</textarea>" in edit
    assert re.search(r'name="groups" value="Editors" checked', edit)
    shown = text_of(operator.get(f"/profiles/{state.profile.key}"))
    for said in ("2027-03-01, until 24:00 UTC", "Editors", "olivia.park@affino.example", "2001:db8::/32"):
        assert said in shown


def test_faults_stand_beside_their_fields(operator: OperatorBrowser) -> None:
    wrong = {"expires": "2026-11-22", "people": "nobody@x.example", "networks": "192.0.2.1/24", "groups": ["<b>"]}
    page = operator.send("/profiles/new", **NEW, **wrong)
    assert page.status_code == 400
    for name in ("expires", "people", "networks"):
        assert f'id="{name}-wrong"' in page.text
    assert "There is no such security group." in text_of(page)
    assert "Nobody has the e-mail address or code nobody@x.example." in text_of(page)
    assert "<b>" not in page.text
    assert operator.world.profiles.list_profiles() == []


def test_what_would_change_counts_people_and_networks(operator: OperatorBrowser, profile: Profile) -> None:
    edith = operator.person("Edith", "Moreau", "Publishers")
    handler = operator.world.new_handler()
    WorldClient(operator.world, handler, operator.world.log_in(profile, edith)).call_tool("list_articles")
    handler.close()
    for given, rule in (({"groups": ["Sales"]}, "people and groups"), ({"networks": "192.0.2.0/24"}, "networks")):
        page = save(operator, profile, **given)
        said = text_of(page)
        assert ("What would change?" in said, "Edith Moreau" in said, rule in said) == (True, True, True)
        assert operator.world.profiles.get(profile.key).profile == profile
    page = save(operator, profile, expires="2026-12-01")
    assert "From the end of 2026-12-01 (24:00 UTC) on every call is refused." in text_of(page)
    assert operator.send(f"/profiles/{profile.key}/edit", page, grid="articles.read").status_code == 303
    assert operator.world.profiles.get(profile.key).profile.terms.expires == "2026-12-01"
    assert "expires in 8 days" in text_of(operator.get("/profiles"))


def test_switching_off_asks_once(operator: OperatorBrowser, profile: Profile) -> None:
    page = operator.get(f"/profiles/{profile.key}")
    assert f'href="/control/profiles/{profile.key}/disable"' in page.text
    question = operator.get(f"/profiles/{profile.key}/disable")
    assert "Switch off Newsroom?" in text_of(question)
    assert operator.world.profiles.get(profile.key).enabled
    assert "No call accepted since" in text_of(operator.send(f"/profiles/{profile.key}/disable", question))
    assert not operator.world.profiles.get(profile.key).enabled


def test_the_name_has_the_focus_in_a_new_form(operator: OperatorBrowser) -> None:
    assert re.findall(r'id="(\w+)"[^>]* autofocus', operator.get("/profiles/new").text) == ["name"]
