"""How a page looks: its heading, whether it fits into the window, and what axe finds."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def check_looks(page: Page, heading: str) -> None:
    """Waits for the page whose first heading has this text, and checks that it fits and that axe finds no fault.

    A click returns when the next page begins, before it has an element that could be measured: the heading is waited for
    first. Faults are those of WCAG 2.2 AA and of good practice.
    """
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state()
    faults = Axe().run(page).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in faults] == [], heading
    assert page.evaluate(_TOO_WIDE) <= 0, f"the page {heading!r} is wider than the window"
