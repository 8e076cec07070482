"""An operator restores a deleted record in a real browser, by keyboard and without a fault that axe finds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.control_service import Operator, Service, apart
from tests.world import WorldClient

pytestmark = pytest.mark.slow


def _delete_account(whole: Service) -> None:
    """A sales manager's agent makes an account and deletes it."""
    world = whole.world
    handler = world.new_handler()
    (manager,) = [person for person in world.people.list_people() if "Sales Managers" in person.groups]
    client = WorldClient(world, handler, world.log_in(world.create_profile("Restoring"), manager.user_code))
    code = client.call_tool("create_account", Name="Halcyon & <Sons>").result["Account"]["AccountCode"]
    assert client.call_tool("delete_account", AccountCode=code).result
    handler.close()


def test_a_deleted_account_comes_back(operator: Operator, whole: Service) -> None:
    apart(lambda: _delete_account(whole))
    page = operator.page
    operator.goes("/deleted")
    operator.looks("control-deleted", "Deleted records")
    row = page.get_by_role("row", name="Halcyon & <Sons>")
    row.get_by_role("link").focus()
    page.keyboard.press("Enter")
    operator.looks("control-restore", "Halcyon & <Sons>")
    page.get_by_role("button", name="Restore it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is restored. Its history names you.")
    operator.looks("control-restored", "Halcyon & <Sons>")
    operator.goes("/deleted")
    expect(page.get_by_role("row", name="Halcyon & <Sons>")).not_to_be_visible()
    assert operator.complaints == []
