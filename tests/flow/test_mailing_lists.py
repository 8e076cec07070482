"""Mailing lists, and contacts filtered by the list that they are on."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import EVERYTHING, World, WorldClient


def _list(client: WorldClient, kind: str = "segment", title: str = "Spring 2026") -> int:
    made = client.call_tool("create_contact_list", Title=title, Type=kind).result["ContactList"]
    assert made["Type"] == kind
    code: int = made["ContactListCode"]
    return code


def _add(client: WorldClient, code: int, *members: int) -> dict[str, Any]:
    return client.call_tool("add_contact_list_members", ContactListCode=code, UserCodes=list(members)).result


def test_a_mailing_list_names_those_without_marketing_permission(world: World, manager: WorldClient) -> None:
    jane, john, jill = (crm.contact(manager, name) for name in ("Jane", "John", "Jill"))
    for member, permission in ((jane, 1), (john, 1), (jill, 2)):
        manager.call_tool("grant_contact_permission", UserCode=member, PermissionCode=permission)
    manager.call_tool("revoke_contact_permission", UserCode=john, PermissionCode=1)
    answer = _add(manager, _list(manager, "mailing_list"), jane, john, jill)
    (found,) = answer["Warnings"]
    assert found["Code"] == "NO_PERMISSION_ON_FILE"
    assert "John Doe, Jill Doe" in found["Message"]
    assert found["Members"] == [{"UserCode": john, "Name": "John Doe"}, {"UserCode": jill, "Name": "Jill Doe"}]
    assert [row["MarketingPermission"] for row in answer["Added"]] == [True, False, False]
    assert crm.codes(world.audit_rows()[-1]["warnings"]) == ["NO_PERMISSION_ON_FILE"]


def test_a_segment_asks_for_no_permission(manager: WorldClient) -> None:
    assert _add(manager, _list(manager), crm.contact(manager, "Jane"))["Warnings"] == []


def test_the_type_is_chosen_once(manager: WorldClient) -> None:
    code = _list(manager)
    answer = manager.call_tool("update_contact_list", ContactListCode=code, Type="mailing_list").result
    assert (answer["ContactList"]["Type"], answer["Warnings"][0]["Code"]) == ("segment", "READ_ONLY")


@pytest.fixture
def spring(manager: WorldClient) -> int:
    """A list of Jane, Jack (at Orbital Labs) and John; Jim (at Orbital Labs too) is not on it."""
    orbital, code = crm.account(manager), _list(manager)
    jane, jack = crm.contact(manager, "Jane"), crm.contact(manager, "Jack", AccountCode=orbital)
    crm.contact(manager, "Jim", AccountCode=orbital)
    _add(manager, code, jane, jack, crm.contact(manager, "John"))
    return code


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        pytest.param({}, ["Jane", "Jack", "John"], id="everybody"),
        pytest.param({"AccountCode": 1}, ["Jack"], id="of an account"),
        pytest.param({"Search": "j"}, ["Jane", "Jack", "John"], id="searched"),
        pytest.param({"Search": "doe", "AccountCode": 1}, ["Jack"], id="searched at an account"),
        pytest.param({"SortBy": "Name"}, ["Jack", "Jane", "John"], id="sorted"),
        pytest.param({"SortOrder": "desc"}, ["John", "Jack", "Jane"], id="backwards"),
        pytest.param({"StartCode": 2, "PageSize": 1}, ["Jack"], id="from a code on"),
        pytest.param({"Email": "jane@orbital.example"}, ["Jane"], id="by e-mail"),
        pytest.param({"Email": "jim@orbital.example"}, [], id="by the e-mail of somebody else"),
        pytest.param({"StaffOnly": True}, [], id="staff"),
        pytest.param({"DateFilter": "2026-11-24T00:00:00Z"}, [], id="changed since"),
    ],
)
def test_contacts_of_a_list(manager: WorldClient, spring: int, filters: dict[str, Any], names: list[str]) -> None:
    listed = manager.call_tool("list_contacts", ContactListCode=spring, **filters).result
    assert [row["FirstName"] for row in listed["Items"]] == names


def test_a_list_that_may_not_be_seen_is_not_found(
    world: World, handler: LambdaHandler, manager: WorldClient, spring: int
) -> None:
    contacts_only = world.create_profile("contacts only", {"contacts": EVERYTHING["contacts"]})
    blind = WorldClient(world, handler, world.log_in(contacts_only, 1))
    for client, code in ((blind, spring), (manager, 99)):
        error = client.call_tool("list_contacts", ContactListCode=code).error
        assert (error["type"], error["details"]["argument"]) == ("not_found", "ContactListCode")


def test_adding_needs_sight_of_contacts(world: World, handler: LambdaHandler) -> None:
    code = world.create_person("Lis", "Ter")
    world.people.change(code, rights={"contact_lists.write": None, "control.access": None})
    lister = WorldClient(world, handler, world.log_in(world.create_profile(), code))
    error = lister.call_tool("add_contact_list_members", ContactListCode=_list(lister), UserCodes=[code]).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "contacts.read")
