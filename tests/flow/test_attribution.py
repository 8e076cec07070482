"""A change carries the name of the token's person, whatever arguments, headers or _meta claim."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.world import World, WorldClient

CLAIMS: dict[str, Any] = {
    "CreatedBy": {"UserCode": 1, "Name": "Somebody Else"},
    "created_by": 1,
    "UpdatedBy": 1,
    "CreatedDate": "2000-01-01T00:00:00Z",
    "UpdatedDate": "2000-01-01T00:00:00Z",
    "Author": 1,
    "AuthorCode": 1,
    "Actor": 1,
    "actor": {"user_code": 1},
    "OnBehalfOf": 1,
    "RunAs": "root",
    "user": "root",
    "user_id": 1,
    "By": 1,
    "CreatorCode": 1,
    "version": 99,
    "deleted": True,
    "Channel": "control",
    "__proto__": {"UserCode": 1},
    "_meta": {"UserCode": 1},
}
META = {"userCode": 1, "user": {"code": 1}, "actor": 1, "onBehalfOf": 1}
HEADERS = {
    "X-User": "1",
    "X-User-Code": "1",
    "X-On-Behalf-Of": "1",
    "X-Forwarded-User": "root",
    "Cookie": "session=of-somebody-else",
    "From": "sam.manager@affino.example",
}


def claimed(client: WorldClient, tool: str, **arguments: Any) -> dict[str, Any]:
    """A call that claims another person's identity in every possible place."""
    params = {"name": tool, "arguments": {**CLAIMS, **arguments}, "_meta": META}
    answer = client.send({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}, extra=HEADERS.items())
    (record,) = [part for name, part in answer.result.items() if name not in ("Warnings", "Changed")]
    found: dict[str, Any] = record
    return found


def test_creates_and_updates_are_the_persons_own(world: World, manager: WorldClient, seller: WorldClient) -> None:
    at = crm.account(manager)
    me = {"UserCode": seller.call_tool("get_current_user").result["UserCode"], "Name": "Sal Seller"}
    made = {
        "create_account": claimed(seller, "create_account", Name="Orbital"),
        "create_contact": claimed(seller, "create_contact", Email="j@o.example", FirstName="J", LastName="D"),
        "create_task": claimed(seller, "create_task", Title="Call"),
        "create_note": claimed(seller, "create_note", Body="Called", AccountCode=at),
    }
    for tool, record in made.items():
        assert (record["CreatedBy"], record["UpdatedBy"]) == (me, me), tool
        assert record["CreatedDate"] == record["UpdatedDate"] == "2026-11-23T09:00:00.000000Z", tool
    assert made["create_note"]["Author"] == me
    changed = claimed(seller, "update_account", AccountCode=at, City="Leeds")
    assert (changed["CreatedBy"]["Name"], changed["UpdatedBy"]) == ("Sam Manager", me)
    assert {row["person_name"] for row in world.audit_rows()[2:]} == {"Sal Seller"}
    assert {row["channel"] for row in world.audit_rows()} == {"mcp"}


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("create_account", {"Name": "x"}, "AccountCode"),
        ("create_contact", {"Email": "j@o.example", "FirstName": "J", "LastName": "D"}, "UserCode"),
        ("create_task", {"Title": "x"}, "AppUserTaskCode"),
        ("create_note", {"Body": "x"}, "NoteCode"),
    ],
)
def test_nobody_chooses_a_code(manager: WorldClient, tool: str, arguments: dict[str, Any], code: str) -> None:
    at = crm.account(manager, "Elsewhere")
    scope = {"AccountCode": at} if tool == "create_note" else {}
    asked = {code: 4711} if code != "UserCode" else {"UIDString": "mine", "user_code": 4711}
    answer = manager.call_tool(tool, **arguments, **scope, **asked).result
    (record,) = [part for name, part in answer.items() if name not in ("Warnings", "Changed")]
    assert record[code] < 100
    assert {w["Code"] for w in answer["Warnings"]} >= {"READ_ONLY"}


def test_consent_staff_and_state_cannot_be_assigned(manager: WorldClient) -> None:
    code = crm.contact(manager, "Jane")
    claims = {
        "Permissions": [{"PermissionCode": 1, "Status": "granted"}],
        "Staff": True,
        "Disabled": True,
        "Accounts": [1],
    }
    answer = manager.call_tool("update_contact", UserCode=code, JobTitle="CTO", **claims).result
    assert [w["Argument"] for w in answer["Warnings"]] == list(claims)
    assert {w["Code"] for w in answer["Warnings"]} == {"READ_ONLY"}
    found = manager.call_tool("get_contact", UserCode=code).result["Contact"]
    assert (found["JobTitle"], found["Permissions"], found["Staff"], found["Disabled"], found["Accounts"]) == (
        "CTO", [], False, False, [],
    )  # fmt: skip


def test_a_task_is_ones_own_unless_it_is_given_to_a_member_of_staff(
    world: World, manager: WorldClient, seller: WorldClient
) -> None:
    me = seller.call_tool("get_current_user").result["UserCode"]
    own = seller.call_tool("create_task", Title="Call Jane").result
    assert own["Task"]["Owner"] == {"UserCode": me, "Name": "Sal Seller"}
    assert [w["Code"] for w in own["Warnings"]] == ["DEFAULTED"]
    given = manager.call_tool("create_task", Title="Call Jane", OwnerCode=me).result
    assert (given["Task"]["Owner"]["Name"], given["Task"]["CreatedBy"]["Name"]) == ("Sal Seller", "Sam Manager")
    assert given["Warnings"] == []
    jane = crm.contact(manager, "Jane")
    assert manager.call_tool("create_task", Title="x", OwnerCode=jane).error["details"]["argument"] == "OwnerCode"
    assert manager.call_tool("create_task", Title="x", OwnerCode=4711).error["type"] == "not_found"
