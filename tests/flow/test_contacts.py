"""Contacts: keys, duplicates, consent, deletion, and which attributes of other families appear."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from tests.flow import crm
from tests.world import World, WorldClient

READ_WRITE = frozenset(Access)


@pytest.mark.parametrize(
    ("keys", "argument"),
    [
        ({}, "UserCode"),
        ({"UserCode": 1, "Email": "jane@orbital.example"}, "Email"),
        ({"Email": "jane@orbital.example", "ExternalID": "x"}, "ExternalID"),
        ({"UserCode": None, "Email": None}, "UserCode"),
    ],
    ids=["none", "code and e-mail", "e-mail and id", "nulls"],
)
def test_a_contact_is_read_by_exactly_one_key(manager: WorldClient, keys: dict[str, Any], argument: str) -> None:
    error = manager.call_tool("get_contact", **keys).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", argument)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"Email": "Jane@Orbital.example"}, True),
        ({"Email": "JANE@ORBITAL.EXAMPLE"}, True),
        ({"Email": "jané@orbital.example"}, False),
        ({"Email": "jane@orbital.example.test"}, False),
        ({"ExternalID": "sf-1"}, True),
        ({"ExternalID": "SF-2"}, False),
    ],
    ids=lambda value: str(next(iter(value.values()))) if isinstance(value, dict) else None,
)
def test_keys_are_found_whatever_their_case(manager: WorldClient, asked: dict[str, Any], found: bool) -> None:
    jane = crm.contact(manager, "Jane", ExternalID="SF-1")
    answer = manager.call_tool("get_contact", **asked)
    assert (answer.result["Contact"]["UserCode"] == jane) if found else (answer.error["type"] == "not_found")
    if "Email" in asked:
        listed = manager.call_tool("list_contacts", **asked).result
        assert ([row["UserCode"] for row in listed["Items"]], listed["TotalRecords"]) == ([jane] * found, int(found))


@pytest.mark.parametrize("tool", ["create_contact", "update_contact"])
@pytest.mark.parametrize(("name", "value"), [("Email", "JANE@orbital.example"), ("ExternalID", "sf-1")])
def test_a_duplicate_names_the_contact_that_is_there(manager: WorldClient, tool: str, name: str, value: str) -> None:
    jane = crm.contact(manager, "Jane", ExternalID="SF-1")
    other = {"Email": "joe@orbital.example", "FirstName": "Joe", "LastName": "Doe"}
    at = {"UserCode": crm.contact(manager, "Jim")} if tool == "update_contact" else other
    error = manager.call_tool(tool, **{**at, name: value}).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", name)
    assert error["details"]["existing"] == {"UserCode": jane}


def test_an_email_is_free_again_when_its_contact_is_gone_or_has_another(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    assert manager.call_tool("update_contact", UserCode=jane, Email="other@orbital.example").result
    second = crm.contact(manager, "Jane")
    assert manager.call_tool("delete_contact", UserCode=second).result == {
        "UserCode": second,
        "Deleted": True,
        "Hanging": {},
        "Warnings": [],
    }
    assert crm.contact(manager, "Jane") == second + 1
    assert manager.call_tool("get_contact", Email="jane@orbital.example").result["Contact"]["UserCode"] == second + 1


def test_who_cannot_be_deleted(manager: WorldClient) -> None:
    me = manager.call_tool("get_current_user").result["UserCode"]
    assert manager.call_tool("delete_contact", UserCode=me).error["type"] == "conflict"
    jane = crm.contact(manager, "Jane")
    at = crm.account(manager, PrimaryContactCode=jane)
    assert manager.call_tool("delete_contact", UserCode=jane).error["type"] == "conflict"
    assert manager.call_tool("update_account", AccountCode=at, PrimaryContactCode=None).result
    assert manager.call_tool("delete_contact", UserCode=jane).result["Deleted"] is True
    assert manager.call_tool("delete_contact", UserCode=jane).error["type"] == "not_found"


def test_the_primary_contact_of_a_deleted_account_can_be_deleted(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    at = crm.account(manager, PrimaryContactCode=jane)
    assert manager.call_tool("delete_account", AccountCode=at).result
    assert manager.call_tool("get_contact", UserCode=jane).result["Contact"]["Accounts"] == []
    assert manager.call_tool("delete_contact", UserCode=jane).result["Deleted"] is True


def test_a_contact_at_an_account_from_the_start(manager: WorldClient) -> None:
    at = crm.account(manager)
    jane = manager.call_tool(
        "create_contact", Email="j@o.example", FirstName="Jane", LastName="Doe", AccountCode=at, JobTitle="CTO"
    ).result["Contact"]
    (link,) = jane["Accounts"]
    assert (link["AccountCode"], link["Name"], link["JobTitle"], link["Primary"]) == (at, "Orbital Labs", "CTO", False)
    found = manager.call_tool("get_account", AccountCode=at).result["Account"]
    assert found["Contacts"] == [
        {"UserCode": jane["UserCode"], "Name": "Jane Doe", "JobTitle": "CTO", "Primary": False, "LeftCompany": False}
    ]
    error = manager.call_tool("create_contact", Email="x@o.example", FirstName="X", LastName="Y", AccountCode=99).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "AccountCode")


def test_consent_is_granted_and_revoked_and_remembered(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    asked = {"UserCode": jane, "PermissionCode": 1}
    granted = manager.call_tool("grant_contact_permission", **asked, Source="phone", EvidenceNote="said yes").result
    assert (granted["Permission"]["Status"], granted["Permission"]["Source"]) == ("granted", "phone")
    assert granted["Permission"]["By"]["Name"] == "Sam Manager"
    again = manager.call_tool("grant_contact_permission", **asked).result
    assert (again["Permission"], crm.codes(again["Warnings"])) == (granted["Permission"], ["NO_CHANGE"])
    assert [row["UserCode"] for row in manager.call_tool("list_contacts", PermissionCode=1).result["Items"]] == [jane]
    revoked = manager.call_tool("revoke_contact_permission", **asked, Reason="unsubscribed").result["Permission"]
    assert (revoked["Status"], revoked["GrantedAt"]) == ("revoked", granted["Permission"]["GrantedAt"])
    assert crm.codes(manager.call_tool("revoke_contact_permission", **asked).result["Warnings"]) == ["NO_CHANGE"]
    assert manager.call_tool("list_contacts", PermissionCode=1).result["Items"] == []
    assert manager.call_tool("list_contact_permissions", UserCode=jane).result["Permissions"] == []
    kept = manager.call_tool("list_contact_permissions", UserCode=jane, IncludeRevoked=True).result["Permissions"]
    assert [grant["Status"] for grant in kept] == ["revoked"]
    assert manager.call_tool("grant_contact_permission", **asked).result["Permission"]["Status"] == "granted"


def test_consent_needs_its_own_right_and_a_real_permission(manager: WorldClient, seller: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    for tool in ("grant_contact_permission", "revoke_contact_permission"):
        refused = seller.call_tool(tool, UserCode=jane, PermissionCode=1).error
        assert (refused["type"], refused["details"]["rule"]) == ("permission_denied", "contacts.consent")
        missing = manager.call_tool(tool, UserCode=4711, PermissionCode=1).error
        assert (missing["type"], missing["details"]["argument"]) == ("not_found", "UserCode")
        unknown = manager.call_tool(tool, UserCode=jane, PermissionCode=99).error
        assert (unknown["type"], unknown["details"]["argument"]) == ("not_found", "PermissionCode")
    statements = manager.call_tool("list_permissions").result["Permissions"]
    assert statements[0].keys() == {"PermissionCode", "Name", "Statement", "Active"}
    assert len(manager.call_tool("list_permissions", Search="MARKETING").result["Permissions"]) == 1


HIDDEN: list[tuple[str, str, str, set[str]]] = [
    # the family that is switched off, the call, the record, and the attributes that are left out
    ("contacts", "get_account", "Account", {"Contacts", "ContactCount"}),
    ("opportunities", "get_account", "Account", {"Opportunities"}),
    ("accounts", "get_contact", "Contact", {"Accounts"}),
    ("opportunities", "get_contact", "Contact", {"Opportunities"}),
]


@pytest.mark.parametrize("by", ["profile", "person"])
@pytest.mark.parametrize(("off", "tool", "record", "hidden"), HIDDEN, ids=[f"{h[1]} without {h[0]}" for h in HIDDEN])
def test_a_family_that_may_not_be_read_is_left_out(
    world: World, manager: WorldClient, by: str, off: str, tool: str, record: str, hidden: set[str]
) -> None:
    jane = crm.contact(manager, "Jane")
    at = crm.account(manager, PrimaryContactCode=jane)
    families = ("accounts", "contacts", "opportunities")
    rest = {family: READ_WRITE for family in families if family != off or by == "person"}
    rights = {f"{family}.read": None for family in families if family != off or by == "profile"}
    person = world.people.create(77, "Len Limited", "len@affino.example", rights=rights)
    limited = WorldClient(world, manager.handler, world.log_in(world.create_profile("limited", rest), person.user_code))
    asked = {"AccountCode": at} if tool == "get_account" else {"UserCode": jane}
    everything, shown = manager.call_tool(tool, **asked).result, limited.call_tool(tool, **asked).result
    assert everything[record].keys() - shown[record].keys() == hidden
    assert crm.codes(shown["Warnings"]) == ["NOT_SHOWN"]
    assert off in shown["Warnings"][0]["Message"]
    if record == "Account":
        name = {"Name": "Jane Doe"} if off != "contacts" else {}
        assert shown["Account"]["PrimaryContact"] == {"UserCode": jane, **name}
