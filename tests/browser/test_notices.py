"""The page of notices in a real browser: read and followed by keyboard, without a fault that axe finds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from affino_mcp.notices.notice import NoticeKind, make_notice, store_notice
from tests.browser.control_service import Operator, Service, apart

pytestmark = pytest.mark.slow


def _note_guessing(whole: Service) -> None:
    world = whole.world
    (manager,) = [person for person in world.people.list_people() if "Sales Managers" in person.groups]
    facts = {"person": manager.user_code, "by": manager.name, "source": "203.0.113.66", "failures": 11}
    made = make_notice(NoticeKind.LOGINS_HELD, str(manager.user_code), world.clock(), facts)
    assert store_notice(world.database, world.settings.audit_table, made)


def test_a_notice_leads_to_the_page_of_its_next_step(operator: Operator, whole: Service) -> None:
    apart(lambda: _note_guessing(whole))
    operator.goes("/notices")
    operator.looks("control-notices", "Notices")
    row = operator.page.get_by_role("row", name="Logins are held back")
    expect(row).to_contain_text("11 wrong passwords from 203.0.113.66")
    row.get_by_role("link").focus()
    operator.page.keyboard.press("Enter")
    expect(operator.page).to_have_url(f"{whole.origin}{row_page(whole)}")
    assert operator.complaints == []


def row_page(whole: Service) -> str:
    (manager,) = [person for person in whole.world.people.list_people() if "Sales Managers" in person.groups]
    return f"/control/people/{manager.user_code}"
