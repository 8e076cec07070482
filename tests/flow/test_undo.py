"""Undo as agents see it: what is restored, what prevents an undo, and who may undo a change."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.gate.profiles.profile import Profile
from tests.flow.crm import account, codes, contact
from tests.world import World, WorldClient


def test_every_tool_that_a_refusal_names_exists() -> None:
    named = {kind: record.undo_with for kind, record in RECORDS.items() if record.undo_with}
    assert {tool for tools in named.values() for names in tools.values() for tool in names} <= set(METHODS)
    assert set(named) <= set(HISTORY_FAMILIES)


def test_undo_is_logged_and_attributed_like_any_write(world: World, manager: WorldClient) -> None:
    code = account(manager, City="London")
    assert manager.call_tool("update_account", AccountCode=code, City="Paris").result
    answer = manager.call_tool("undo_change", Family="accounts", Code=code, Version=2).result
    assert (answer["Undone"]["How"], answer["Account"]["City"]) == ("changed back", "London")
    row = world.audit_rows()[-1]
    assert (row["method"], row["record"], row["access"]) == ("undo_change", f"R#accounts#{code}", "write")
    assert manager.call_tool("list_my_changes").result["Items"][0]["Tool"] == "undo_change"


def test_only_what_has_changed_since_stands_in_the_way(manager: WorldClient) -> None:
    code = account(manager)
    assert manager.call_tool("update_account", AccountCode=code, City="Paris", PostCode="1").result
    assert manager.call_tool("update_account", AccountCode=code, PostCode="2", Website="orbital.example").result
    error = manager.call_tool("undo_change", Family="accounts", Code=code, Version=2).error
    assert (error["type"], error["details"]["Attributes"]) == ("conflict", ["PostCode"])
    assert manager.call_tool("undo_change", Family="accounts", Code=code, Version=3).result
    seen = manager.call_tool("undo_change", Family="accounts", Code=code, Version=2).result["Account"]
    assert (seen["City"], seen["PostCode"], seen["Website"]) == (None, None, None)


def test_a_deleted_record_comes_back_with_its_number_its_lists_and_its_place(manager: WorldClient) -> None:
    code = account(manager, "Orbital", ExternalID="X-1")
    assert manager.call_tool("delete_account", AccountCode=code).result
    assert manager.call_tool("list_accounts", Search="orbital").result["Items"] == []
    assert (
        manager.call_tool("undo_change", Family="accounts", Code=code, Version=2).result["Undone"]["How"] == "restored"
    )
    assert [row["AccountCode"] for row in manager.call_tool("list_accounts", Search="orbital").result["Items"]] == [
        code
    ]
    assert manager.call_tool("create_account", Name="Other", ExternalID="X-1").error["type"] == "conflict"


def test_a_number_that_is_taken_meanwhile_keeps_the_record_deleted(manager: WorldClient) -> None:
    code = account(manager, "Orbital", ExternalID="X-1")
    assert manager.call_tool("delete_account", AccountCode=code).result
    account(manager, "Other", ExternalID="X-1")
    assert (
        manager.call_tool("undo_change", Family="accounts", Code=code, Version=2).error["details"]["argument"]
        == "ExternalID"
    )
    assert manager.call_tool("get_account", AccountCode=code).error["type"] == "not_found"


def test_what_it_points_to_must_be_there_again(manager: WorldClient) -> None:
    code = account(manager)
    note = manager.call_tool("create_note", AccountCode=code, Body="x").result["Note"]["NoteCode"]
    assert manager.call_tool("delete_note", NoteCode=note).result
    assert manager.call_tool("delete_account", AccountCode=code).result
    assert manager.call_tool("undo_change", Family="notes", Code=note, Version=2).error["details"]["Attributes"] == [
        "Scope"
    ]
    assert manager.call_tool("undo_change", Family="accounts", Code=code, Version=2).result
    assert manager.call_tool("undo_change", Family="notes", Code=note, Version=2).result["Undone"]["How"] == "restored"


def test_relations_name_their_own_tools(manager: WorldClient) -> None:
    jane, code = contact(manager, "Jane"), account(manager)
    assert manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=code).result
    error = manager.call_tool("undo_change", Family="contacts", Code=jane, Version=2).error
    assert "unlink_contact_from_account" in error["details"]["tools"]


def test_changes_of_others_need_the_right(manager: WorldClient, seller: WorldClient) -> None:
    code = account(manager)
    assert manager.call_tool("update_account", AccountCode=code, City="Paris").result
    error = seller.call_tool("undo_change", Family="accounts", Code=code, Version=2).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "accounts.all")
    assert seller.call_tool("update_account", AccountCode=code, City="Rome").result
    assert (
        manager.call_tool("undo_change", Family="accounts", Code=code, Version=3).result["Account"]["City"] == "Paris"
    )


MADE: dict[str, tuple[str, dict[str, Any], str]] = {
    "accounts": ("create_account", {"Name": "Orbital"}, "AccountCode"),
    "contacts": ("create_contact", {"Email": "a@o.example", "FirstName": "A", "LastName": "B"}, "UserCode"),
    "notes": ("create_note", {"Body": "Short", "AccountCode": 1}, "NoteCode"),
    "tasks": ("create_task", {"Title": "Call", "AccountCode": 1}, "AppUserTaskCode"),
    "opportunities": ("create_opportunity", {"Title": "Sale", "AccountCode": 1}, "OpportunityCode"),
    "contact_lists": ("create_contact_list", {"Title": "Spring"}, "ContactListCode"),
}


def _make(client: WorldClient, family: str) -> dict[str, Any]:
    """Makes a record; gives the arguments of its undo."""
    account(client, "First")
    tool, asked, key = MADE[family]
    made = next(part for part in client.call_tool(tool, **asked).result.values() if isinstance(part, dict))
    return {"Family": family, "Code": made[key], "Version": 1}


@pytest.mark.parametrize("family", MADE)
def test_what_one_has_just_made_is_taken_back_without_the_right_to_delete(
    world: World, seller: WorldClient, family: str
) -> None:
    asked = _make(seller, family)
    assert seller.call_tool("undo_change", **asked, DryRun=True).result["DryRun"] is True
    assert seller.call_tool("undo_change", **asked).result["Undone"]["How"] == "deleted"
    row = world.audit_rows()[-1]
    assert (row["method"], row["status"]) == ("undo_change", 200)
    assert seller.call_tool("undo_change", **asked).error["type"] == "conflict"


@pytest.mark.parametrize("family", MADE)
def test_after_a_day_or_a_change_the_right_to_delete_is_needed(
    world: World, seller: WorldClient, profile: Profile, family: str
) -> None:
    asked, me = _make(seller, family), seller.call_tool("get_current_user").result["UserCode"]
    world.clock.move(days=1, seconds=1)
    later = WorldClient(world, seller.handler, world.log_in(profile, me))
    error = later.call_tool("undo_change", **asked).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", f"{family}.delete")


def test_what_something_hangs_on_is_not_taken_back_without_the_right(seller: WorldClient) -> None:
    code = account(seller)
    note = seller.call_tool("create_note", Body="x", AccountCode=code).result["Note"]["NoteCode"]
    asked = {"Family": "accounts", "Code": code, "Version": 1}
    assert seller.call_tool("undo_change", **asked).error["details"]["rule"] == "accounts.delete"
    assert seller.call_tool("undo_change", Family="notes", Code=note, Version=1).result
    assert seller.call_tool("undo_change", **asked).result["Undone"]["How"] == "deleted"


def test_what_others_made_is_not_taken_back(manager: WorldClient, seller: WorldClient) -> None:
    code = account(manager)
    assert seller.call_tool("undo_change", Family="accounts", Code=code, Version=1).error["type"] == "permission_denied"


@pytest.mark.parametrize("count", [1, 28, 29, 157])
def test_the_members_of_one_call_are_taken_off_in_one_call(manager: WorldClient, count: int) -> None:
    def on() -> int:
        found: int = manager.call_tool("get_contact_list", ContactListCode=made).result["ContactList"]["MemberCount"]
        return found

    def undo(version: int) -> dict[str, Any]:
        return manager.call_tool("undo_change", Family="contact_lists", Code=made, Version=version).result

    people = [contact(manager, f"P{n}") for n in range(count + 1)]
    made = manager.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    manager.call_tool("add_contact_list_members", ContactListCode=made, UserCodes=people[-1:])
    manager.call_tool("add_contact_list_members", ContactListCode=made, UserCodes=people)
    shares = -(-count // 28)
    version = 2 + shares // 2 + 1
    gone = undo(version)
    assert (gone["Undone"]["Version"], len(gone["Removed"]), on()) == (version, count, 1)
    history = manager.call_tool("list_record_history", Family="contact_lists", Code=made).result["Items"]
    assert {entry["Tool"] for entry in history[:shares]} == {"undo_change"}
    back = undo(history[0]["Version"])
    assert (len(back["Added"]), on()) == (count, count + 1)


def test_members_undone_twice_or_in_part_are_said(manager: WorldClient) -> None:
    people = [contact(manager, f"P{n}") for n in range(3)]
    made = manager.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    manager.call_tool("add_contact_list_members", ContactListCode=made, UserCodes=people)
    manager.call_tool("remove_contact_list_members", ContactListCode=made, UserCodes=people[:1])
    asked = {"Family": "contact_lists", "Code": made, "Version": 2}
    rehearsed = manager.call_tool("undo_change", **asked, DryRun=True).result
    assert ([row["UserCode"] for row in rehearsed["Removed"]], rehearsed["DryRun"]) == (people[1:], True)
    answer = manager.call_tool("undo_change", **asked, IdempotencyKey="k").result
    assert [row["UserCode"] for row in answer["Removed"]] == people[1:]
    assert codes(answer["Warnings"]) == ["NO_CHANGE"]
    again = manager.call_tool("undo_change", **asked, IdempotencyKey="k").result
    assert (again["Removed"], codes(again["Warnings"])) == (answer["Removed"], ["REPLAYED"])


def test_undo_means_the_right_of_what_it_does(seller: WorldClient) -> None:
    code = account(seller)
    assert seller.call_tool("update_account", AccountCode=code, City="Paris").result
    error = seller.call_tool("undo_change", Family="accounts", Code=code, Version=1).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "accounts.delete")


def test_a_rehearsed_undo_changes_nothing_and_a_key_undoes_once(manager: WorldClient) -> None:
    code = account(manager, City="London")
    assert manager.call_tool("update_account", AccountCode=code, City="Paris").result
    asked = {"Family": "accounts", "Code": code, "Version": 2}
    rehearsed = manager.call_tool("undo_change", **asked, DryRun=True).result
    assert (rehearsed["Account"]["City"], rehearsed["DryRun"]) == ("London", True)
    assert manager.call_tool("get_account", AccountCode=code).result["Account"]["City"] == "Paris"
    first = manager.call_tool("undo_change", **asked, IdempotencyKey="k").result
    second = manager.call_tool("undo_change", **asked, IdempotencyKey="k").result
    assert second["Account"] == first["Account"]
    assert codes(second["Warnings"]) == ["REPLAYED"]
