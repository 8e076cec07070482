"""An operator makes the structure in a real browser: by keyboard, on a narrow window, nothing at one click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.control_service import Operator

pytestmark = pytest.mark.slow


def test_a_section_is_made_changed_and_moved(operator: Operator) -> None:
    page = operator.page
    page.set_viewport_size({"width": 390, "height": 844})
    operator.goes("/structure")
    expect(page.get_by_role("heading", name="Structure")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Add a section").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Stories")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Made.")
    page.get_by_role("link", name="Stories", exact=True).click()
    page.get_by_role("group", name="Write groups").get_by_label("Editors").uncheck()
    operator.presses("Save")
    expect(page.get_by_role("status")).to_contain_text("Can no longer write in it: Editors.")
    operator.presses("Save all the same")
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_role("button", name="Up Stories").click()
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    page.get_by_role("link", name="Remove Stories").click()
    operator.presses("Remove")
    expect(page.get_by_role("status")).to_contain_text("Removed.")
    assert operator.complaints == []
