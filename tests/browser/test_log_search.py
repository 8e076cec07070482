"""The API Logs in a real browser: rows first at any width, one line finds them, a row narrows, durations stay whole."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.control_service import Operator, Service

pytestmark = pytest.mark.slow

CALLS = "section .stack tbody tr"


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_rows_come_first_and_one_line_finds_them(chromium: Browser, whole: Service, width: int, height: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(10_000)
    page = context.new_page()
    operator = Operator(page, whole, None)
    operator.signs_in()
    operator.goes("/logs")
    box = page.locator(CALLS).first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height, "the first row is below the window"
    operator.looks("control-logs", "API Logs")
    for cell in page.locator(".stack td.number").all()[:10]:
        assert cell.evaluate("each => getComputedStyle(each).whiteSpace") == "nowrap"

    page.get_by_label("Search all calls").fill("what did Sam's agent do to Orbital Labs today or yesterday")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Record: account 1 (Orbital Labs)", exact=False)).to_be_visible()
    page.get_by_role("link", name="7 days").click()
    page.get_by_role("row", name="get_account").first.get_by_title("Only calls of this method").click()
    expect(page.get_by_role("row", name="create_account")).to_have_count(0)
    box = page.locator(CALLS).first.bounding_box()
    assert box is not None
    assert box["y"] < height, "a filter that a row has set pushes the rows below the window"
    page.get_by_role("link", name="Take away Method: get_account").click()
    expect(page.get_by_role("row", name="create_account").first).to_be_visible()
    page.get_by_label("Search all calls").fill("sqqm refused")
    page.keyboard.press("Enter")
    expect(page.get_by_text("has 'sqqm' in the name.")).to_be_visible()
    operator.looks("control-logs", "API Logs")
    assert operator.complaints == []
    context.close()
