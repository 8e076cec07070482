"""More of an operator's work in a real browser: regenerating a secret, a person's rights, narrow windows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.gate.profiles.profile import Profile
from tests.browser.control_service import Operator, Service
from tests.browser.test_control import agent_of
from tests.clients.service import call

pytestmark = pytest.mark.slow


@pytest.fixture
def profile(whole: Service) -> Profile:
    (found,) = [
        state.profile for state in whole.world.profiles.list_profiles() if state.profile.name == "CRM Sales Agent"
    ]
    return found


def test_a_secret_changes_hands(operator: Operator, profile: Profile) -> None:
    page, agent = operator.page, agent_of(operator, profile.key, profile.secret)
    operator.goes(f"/profiles/{profile.key}/regenerate")
    page.get_by_label("in 24 hours").check()
    operator.presses("Regenerate now")
    expect(page.get_by_role("status")).to_contain_text("The old secret is accepted until")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy API Secret").click()
    expect(page.get_by_role("button", name="Copied API Secret")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#api-secret").inner_text()
    warned = call(agent, "list_accounts", {}).json()["result"]["structuredContent"]["Warnings"]
    assert [warning["Code"] for warning in warned] == ["FORMER_SECRET"]

    operator.goes(f"/profiles/{profile.key}")
    expect(page.get_by_role("listitem").filter(has_text="Edith Moreau").filter(has_text="accepted")).to_be_visible()
    operator.looks("control-former-secret", "CRM Sales Agent")
    operator.presses("Refuse it now")
    expect(page.get_by_role("status")).to_contain_text("The former secret is refused from now on.")
    assert call(agent, "list_accounts", {}).status_code == 401
    operator.goes(f"/profiles/{profile.key}")
    expect(page.get_by_role("listitem").filter(has_text="Edith Moreau").filter(has_text="refused")).to_be_visible()
    assert operator.complaints == []


def test_a_persons_rights(operator: Operator) -> None:
    page = operator.page
    operator.goes("/people")
    page.get_by_label("Any part of a name or an e-mail address").fill("EDITH.moreau@affino.example")
    operator.presses("Search")
    page.get_by_role("link", name="Edith Moreau").click()
    page.get_by_label("Right", exact=True).select_option("articles.publish")
    page.get_by_label("Last day").fill("2999-12-31")
    operator.presses("Grant")
    expect(page.get_by_role("status")).to_contain_text("The direct rights are changed.")
    because = page.get_by_role("row", name="articles.publish granted directly until 2999-12-31")
    expect(because).to_be_visible()
    page.get_by_role("link", name="what Edith Moreau may do where").click()
    row = page.get_by_role("row", name="Marketing")
    expect(row.get_by_role("cell").nth(1)).to_have_text("may group Editors")
    expect(row.get_by_role("cell").nth(2)).to_have_text("may not needs the group Publishers")
    operator.looks("control-places", "What Edith Moreau may do where")
    page.get_by_role("link", name="Edith Moreau").click()
    operator.presses("Take back articles.publish")
    expect(because).not_to_be_visible()
    assert operator.complaints == []


def _cut_off(operator: Operator) -> list[str]:
    """The elements of the page that need sideways scrolling, or overflow their card."""
    found: list[str] = operator.page.evaluate(
        """() => [
            ...[...document.querySelectorAll(".card.flush .scroll, fieldset .scroll")]
                .filter(each => each.scrollWidth > each.clientWidth),
            ...[...document.querySelectorAll(".card input, .card select, .card textarea")].filter(each =>
                each.getBoundingClientRect().right > each.closest(".card").getBoundingClientRect().right),
        ].map(each => each.outerHTML.slice(0, 80))"""
    )
    return found


def _shows_all_of(operator: Operator, pages: Sequence[tuple[str, str]]) -> None:
    """Checks pages, by path and heading: each is sound and cuts nothing off."""
    for path, heading in pages:
        operator.goes(path)
        operator.looks(path, heading)
        assert _cut_off(operator) == [], path


@pytest.mark.parametrize("width", [320, 400])
def test_narrow_windows(chromium: Browser, whole: Service, profile: Profile, pictures: Path | None, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 760})
    operator = Operator(context.new_page(), whole, None)
    operator.signs_in()
    whole.world.profiles.regenerate_secret(profile.key)
    (edith,) = [person for person in whole.world.people.list_people() if person.name == "Edith Moreau"]
    _shows_all_of(
        operator,
        [
            (f"/profiles/{profile.key}", "CRM Sales Agent"),
            (f"/profiles/{profile.key}/regenerate", "Regenerate the secret"),
            (f"/people/{edith.user_code}", "Edith Moreau"),
            (f"/people/{edith.user_code}/places", "What Edith Moreau may do where"),
        ],
    )
    context.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_a_long_name_leaves_everything_in_sight(chromium: Browser, whole: Service, width: int) -> None:
    key = whole.world.create_profile("x" * 100, {Family.ARTICLES: frozenset(Access)}, 60).key
    context = chromium.new_context(viewport={"width": width, "height": 760})
    operator = Operator(context.new_page(), whole, None)
    operator.signs_in()
    _shows_all_of(
        operator,
        [
            ("/profiles", "API Profiles"),
            (f"/profiles/{key}", "xxx"),
            (f"/profiles/{key}/edit", "Edit xxx"),
            (f"/profiles/{key}/regenerate", "Regenerate the secret of xxx"),
            (f"/tests/crm?profile={key}", "API Profile CRM Test Tool"),
            (f"/help/crm?profile={key}&q=reorder", "API Profile CRM Help"),
            (f"/logs?profile={key}&status=ten", "API Logs"),
        ],
    )
    context.close()
