"""The person's last changes are undone in one call, newest first; what is not undone is told, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import EVERYTHING, World, WorldClient


def named(client: WorldClient, code: int) -> str:
    name: str = client.call_tool("get_account", AccountCode=code).result["Account"]["Name"]
    return name


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [row["Outcome"] for row in answer["Items"]]


def test_the_last_three_are_undone_and_then_the_three_before(manager: WorldClient) -> None:
    code = crm.account(manager, "A0")
    for name in ("A1", "A2", "A3", "A4", "A5"):
        manager.call_tool("update_account", AccountCode=code, Name=name)
    answer = manager.call_tool("undo_changes", Last=3).result
    assert (outcomes(answer), answer["Totals"]) == (["done"] * 3, {"asked": 3, "done": 3})
    assert [row["Version"] for row in answer["Items"]] == [6, 5, 4]
    assert named(manager, code) == "A2"
    again = manager.call_tool("undo_changes", Last=3).result
    assert [(row["Version"], row["How"]) for row in again["Items"]] == [
        (3, "changed back"),
        (2, "changed back"),
        (1, "deleted"),
    ]
    assert manager.call_tool("get_account", AccountCode=code).error["type"] == "not_found"
    assert manager.call_tool("undo_changes", Last=3).result["Items"] == []


def test_what_cannot_be_undone_is_told_and_the_rest_is_undone(manager: WorldClient, seller: WorldClient) -> None:
    one, two, jane = crm.account(manager, "One"), crm.account(manager, "Two"), crm.contact(manager, "Jane")
    manager.call_tool("update_account", AccountCode=one, Name="One!")
    manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=two)
    manager.call_tool("update_account", AccountCode=two, Name="Two!")
    seller.call_tool("update_account", AccountCode=one, Name="Somebody else")
    answer = manager.call_tool("undo_changes", Last=3).result
    assert outcomes(answer) == ["done", "refused", "refused"]
    link, name = (row["Error"] for row in answer["Items"][1:])
    assert (link["type"], name["type"]) == ("conflict", "conflict")
    assert "unlink_contact_from_account" in link["message"]
    assert "Name" in name["message"]
    assert (named(manager, one), named(manager, two)) == ("Somebody else", "Two")


def test_what_one_has_made_oneself_needs_no_delete_right(seller: WorldClient) -> None:
    made = seller.call_tool("create_notes", Items=[{"Body": "b", "AccountCode": crm.account(seller)}] * 3).result
    assert outcomes(made) == ["done"] * 3
    answer = seller.call_tool("undo_changes", Last=3).result
    assert [(row["Family"], row["How"]) for row in answer["Items"]] == [("notes", "deleted")] * 3
    assert seller.call_tool("delete_note", NoteCode=made["Items"][0]["NoteCode"]).error["type"] == "permission_denied"


def test_members_that_one_call_added_are_one_change(manager: WorldClient) -> None:
    codes = [crm.contact(manager, f"M{n}") for n in range(30)]
    listed = manager.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    manager.call_tool("add_contact_list_members", ContactListCode=listed, UserCodes=codes)
    assert outcomes(manager.call_tool("undo_changes", Last=1).result) == ["done"]
    found = manager.call_tool("get_contact_list", ContactListCode=listed).result["ContactList"]
    assert found["MemberCount"] == 0


def test_a_repeat_under_its_key_undoes_nothing_more(manager: WorldClient, world: World) -> None:
    code = crm.account(manager, "A0")
    for name in ("A1", "A2"):
        manager.call_tool("update_account", AccountCode=code, Name=name)
    first = manager.call_tool("undo_changes", Last=1, IdempotencyKey="k").result
    before = world.database.list_rows(world.settings.records_table)
    assert manager.call_tool("undo_changes", Last=1, IdempotencyKey="k").result["Items"] == first["Items"]
    assert world.database.list_rows(world.settings.records_table) == before
    assert named(manager, code) == "A1"


def test_a_dry_run_says_which_depend_on_others(manager: WorldClient) -> None:
    code = crm.account(manager, "A0")
    manager.call_tool("update_account", AccountCode=code, Name="A1")
    answer = manager.call_tool("undo_changes", Last=2, DryRun=True).result
    assert [(row["Outcome"], row.get("After")) for row in answer["Items"]] == [("possible", None), ("possible", 1)]
    assert named(manager, code) == "A1"


@pytest.mark.parametrize("last", [0, -1, 101, "x"])
def test_a_wrong_number_undoes_nothing(manager: WorldClient, last: Any) -> None:
    crm.account(manager, "A0")
    assert manager.call_tool("undo_changes", Last=last).error["details"]["argument"] == "Last"


def test_undos_that_delete_are_confirmed_once(world: World, handler: LambdaHandler) -> None:
    profile = world.profiles.create("confirming", EVERYTHING, 6000, confirm=True)
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Sam", "Manager", "Sales Managers")))
    for name in ("A", "B"):
        crm.account(client, name)
    assert client.call_tool("undo_changes", Last=2).error["type"] == "confirmation_required"
    assert outcomes(client.call_tool("undo_changes", Last=2, Confirm=True).result) == ["done", "done"]
