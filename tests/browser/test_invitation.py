"""An invitation in a real browser: the operator invites, the person sets the password, signs in and changes it again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.control_service import Operator, Service

pytestmark = pytest.mark.slow

NEW, NEXT = "seven quiet lanterns", "eleven loud trumpets"
JANE = "jane@orbital.example"


def invites_jane(operator: Operator) -> str:
    page = operator.page
    operator.goes("/people")
    page.get_by_role("link", name="Add a person").click()
    expect(page.get_by_label("First and last name")).to_be_focused()
    operator.looks("control-person-new", "Add a person")
    page.keyboard.type("Jane Doe")
    page.keyboard.press("Tab")
    page.keyboard.type(JANE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No group is chosen")
    operator.looks("control-person-groups", "Add a person")
    page.get_by_label("Editors").check()
    operator.presses("Make the link")
    operator.looks("control-person-link", "the link for the password")
    return page.locator("#password-link").inner_text()


def opens(page: Page, link: str, *, scripts: bool) -> None:
    """Opens the link; without scripts it is pasted."""
    page.goto(link)
    if not scripts:
        page.get_by_label("Your link").fill(link)
        page.get_by_role("button", name="Go on").click()


def sets_password(page: Page, password: str) -> None:
    expect(page.get_by_label("E-mail address")).to_have_value(JANE)
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password)
    page.get_by_role("button", name="Set password").click()


def logs_in(page: Page, origin: str, password: str) -> None:
    page.goto(f"{origin}/hub/login")
    page.get_by_label("E-mail address").fill(JANE)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_invitation_to_the_hub(operator: Operator, chromium: Browser, whole: Service, scripts: bool) -> None:
    link = invites_jane(operator)
    theirs = chromium.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 800})
    jane = theirs.new_page()
    asked: list[str] = []
    jane.on("request", lambda request: asked.append(request.url))
    opens(jane, link, scripts=scripts)
    sets_password(jane, "password1234")
    expect(jane.get_by_role("alert")).to_contain_text("easy to guess")
    sets_password(jane, NEW)
    expect(jane.get_by_role("heading", level=1)).to_have_text("Your password is set")
    if scripts:
        assert "#" not in jane.url
    token = link.rpartition(".")[2]
    assert not [url for url in asked if token in url.partition("#")[0]]

    logs_in(jane, whole.origin, NEW)
    expect(jane.get_by_role("heading", level=1)).to_have_text("Your AccessToken")
    opens(jane, link, scripts=scripts)
    expect(jane.get_by_role("alert")).to_contain_text("used already")

    jane.goto(f"{whole.origin}/hub/sessions")
    jane.get_by_role("link", name="Change my password").click()
    jane.get_by_label("Old password").fill(NEW)
    jane.get_by_label("New password", exact=True).fill(NEXT)
    jane.get_by_label("New password again").fill(NEXT)
    jane.get_by_role("button", name="Change password").click()
    expect(jane.get_by_role("heading", level=1)).to_have_text("Your password is changed")
    logs_in(jane, whole.origin, NEXT)
    expect(jane.get_by_role("heading", level=1)).to_have_text("Your AccessToken")
    theirs.close()
    assert operator.complaints in (
        [],
        ["Failed to load resource: the server responded with a status of 400 (Bad Request)"],
    )


def test_the_pages_around_a_person(operator: Operator, whole: Service) -> None:
    page = operator.page
    operator.goes("/people")
    page.get_by_role("link", name="Edith Moreau").click()
    page.get_by_role("link", name="Change name or e-mail").click()
    operator.looks("control-person-account", "Name and e-mail")
    page.get_by_label("First and last name").fill("Edith Roe")
    operator.presses("Save")
    expect(page.get_by_role("status")).to_contain_text("in the person's contact")
    page.get_by_role("link", name="Reset password").click()
    operator.looks("control-person-reset", "A new link for Edith Roe")
    page.get_by_label(re.compile("End all sessions")).check()
    operator.presses("Make the link")
    expect(page.locator("#password-link")).to_contain_text("/hub/link#")
    page.get_by_role("link", name="To Edith Roe").click()
    page.get_by_role("link", name="Disable").click()
    operator.looks("control-person-disable", "Disable Edith Roe?")
    operator.presses("Disable")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Disabled")
    operator.presses("Enable")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Active")


def test_the_hubs_pages_of_passwords_are_accessible(operator: Operator, whole: Service) -> None:
    page = operator.page
    page.goto(f"{whole.origin}/hub/link")
    operator.looks("hub-link", "Set your password")
    page.get_by_label("Your link").fill("nonsense")
    operator.presses("Go on")
    operator.looks("hub-link-unknown", "Set your password")
    page.goto(invites_jane(operator))
    operator.looks("hub-link-password", "Set your password")
    sets_password(page, NEW)
    operator.looks("hub-password-set", "Your password is set")
    logs_in(page, whole.origin, NEW)
    page.goto(f"{whole.origin}/hub/password")
    operator.looks("hub-password", "Change your password")
