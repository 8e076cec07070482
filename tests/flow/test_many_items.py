"""Calls of many items: each done or refused by itself, with its own history and rows; one receipt; repeats change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import EVERYTHING, World, WorldClient


def people(count: int) -> list[dict[str, Any]]:
    """The arguments of so many contacts."""
    return [{"Email": f"p{n}@o.example", "FirstName": f"P{n}", "LastName": "Doe"} for n in range(1, count + 1)]


def statuses(answer: dict[str, Any]) -> list[str]:
    return [row["Outcome"] for row in answer["Items"]]


def rows_of(world: World, tool: str) -> list[dict[str, Any]]:
    return [row for row in world.audit_rows() if row["method"] == tool]


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "wrong": ({"Email": "x", "FirstName": "A", "LastName": "B"}, "validation_error", "Email"),
    "missing": ({"Email": "x@o.example", "FirstName": "A"}, "validation_error", "LastName"),
    "taken": ({"Email": "p1@o.example", "FirstName": "A", "LastName": "B"}, "conflict", "Email"),
    "reference": (
        {"Email": "x@o.example", "FirstName": "A", "LastName": "B", "AccountCode": 99},
        "not_found",
        "AccountCode",
    ),
}


def test_the_seventh_of_a_hundred_is_refused_and_the_others_are_done(manager: WorldClient, world: World) -> None:
    arguments = people(100)
    arguments[6] = WRONG["wrong"][0]
    answer = manager.call_tool("create_contacts", Items=arguments, IdempotencyKey="k").result
    assert answer["Totals"] == {"asked": 100, "done": 99, "refused": 1}
    assert [row["Item"] for row in answer["Items"]] == list(range(1, 101))
    assert len({row["UserCode"] for row in answer["Items"] if row["Outcome"] == "done"}) == 99
    rows = rows_of(world, "create_contacts")
    (receipt,) = [row for row in rows if not row["share"]]
    assert receipt["result"] == "99 of 100 items done, 1 refused"
    own = [row for row in rows if row["share"]]
    assert sorted(row["record"] for row in own) == sorted({row["record"] for row in own})
    (ninth,) = [row for row in own if row["share"] == "item 9 of 100"]
    assert (len(own), ninth["arguments"]["FirstName"]) == (99, "P9")
    before = world.database.list_rows(world.settings.records_table)
    again = manager.call_tool("create_contacts", Items=arguments, IdempotencyKey="k").result
    assert (again["Items"], again["Totals"]) == (answer["Items"], answer["Totals"])
    assert world.database.list_rows(world.settings.records_table) == before


@pytest.mark.parametrize("name", WRONG)
def test_an_item_is_refused_as_a_call_of_its_own_is(manager: WorldClient, name: str) -> None:
    arguments, kind, argument = WRONG[name]
    answer = manager.call_tool("create_contacts", Items=[people(1)[0], arguments, people(3)[2]]).result
    assert statuses(answer) == ["done", "refused", "done"]
    assert answer["Items"][0]["Name"] == "P1 Doe"
    found = answer["Items"][1]["Error"]
    assert (found["type"], found["argument"]) == (kind, argument)
    alone = manager.call_tool("create_contact", **arguments).error
    assert (alone["type"], alone["code"], alone["message"]) == (found["type"], found["code"], found["message"])
    assert found.get("UserCode") == alone["details"].get("UserCode")


REFUSED_WHOLE: dict[str, tuple[str, dict[str, Any], str]] = {
    "no items": ("create_notes", {"Items": []}, "Items"),
    "too many": ("create_notes", {"Items": [{"Body": "b"}] * 101}, "Items"),
    "no object": ("create_notes", {"Items": [{"Body": "b"}, "b"]}, "Items"),
    "whole call's": ("create_notes", {"Items": [{"Body": "b", "dry_run": True}]}, "DryRun"),
    "neither": ("update_tasks", {}, "Items"),
    "both": ("update_tasks", {"Items": [{"AppUserTaskCode": 1}], "Filters": {"Mine": True}}, "Filters"),
    "no changes": ("update_tasks", {"Filters": {"Mine": True}}, "Changes"),
    "empty changes": ("update_tasks", {"Filters": {"Mine": True}, "Changes": {}}, "Changes"),
    "a code": ("update_tasks", {"Filters": {"Mine": True}, "Changes": {"appUserTaskCode": 3}}, "Changes"),
    "everything": ("update_tasks", {"Filters": {}, "Changes": {"Priority": "low"}}, "Filters"),
    "a page": ("update_tasks", {"Filters": {"Mine": True, "SortBy": "Due"}, "Changes": {"Priority": "low"}}, "Filters"),
    "no filter": ("update_tasks", {"Filters": {"Owner": "Sam"}, "Changes": {"Priority": "low"}}, "Owner"),
}


@pytest.mark.parametrize("name", REFUSED_WHOLE)
def test_a_call_that_cannot_be_read_changes_nothing(manager: WorldClient, world: World, name: str) -> None:
    tool, arguments, argument = REFUSED_WHOLE[name]
    before = world.database.list_rows(world.settings.records_table)
    error = manager.call_tool(tool, **arguments).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", argument)
    assert world.database.list_rows(world.settings.records_table) == before


def test_json_as_text_and_one_object_are_taken(manager: WorldClient) -> None:
    one = manager.call_tool("create_contacts", Items=json.dumps(people(2))).result
    assert statuses(one) == ["done", "done"]
    code = one["Items"][0]["UserCode"]
    changed = manager.call_tool("update_contacts", Items={"user_code": code, "JobTitle": "CTO"}).result
    assert statuses(changed) == ["done"]
    assert manager.call_tool("get_contact", UserCode=code).result["Contact"]["JobTitle"] == "CTO"


def test_the_open_deals_of_one_owner_go_to_another_in_one_call(manager: WorldClient, world: World) -> None:
    at, una = crm.account(manager), world.create_person("Una", "Other", "Sales")
    mine = [crm.opportunity(manager, at, f"Deal {n}", Stage="Qualification") for n in range(3)]
    won = crm.opportunity(manager, at, "Won", Stage="Closed Won")
    asked = {"Filters": {"OwnerCode": "Sam Manager", "OpenOnly": True}, "Changes": {"OwnerCode": una}}
    tried = manager.call_tool("update_opportunities", **asked, DryRun=True).result
    assert (statuses(tried), tried["DryRun"]) == (["possible"] * 3, True)
    done = manager.call_tool("update_opportunities", **asked, IdempotencyKey="hand").result
    assert [(row["OpportunityCode"], row["Outcome"]) for row in done["Items"]] == [(code, "done") for code in mine]
    listed = manager.call_tool("list_opportunities", OwnerCode=una).result["Items"]
    assert [row["OpportunityCode"] for row in listed] == mine
    assert manager.call_tool("get_opportunity", OpportunityCode=won).result["Opportunity"]["Owner"]["UserCode"] != una
    later = crm.opportunity(manager, at, "Later", Stage="Qualification")
    again = manager.call_tool("update_opportunities", **asked, IdempotencyKey="hand").result
    assert again["Items"] == done["Items"]
    owner = manager.call_tool("get_opportunity", OpportunityCode=later).result["Opportunity"]["Owner"]
    assert owner["UserCode"] != una
    history = manager.call_tool("list_record_history", Family="opportunities", Code=mine[0]).result["Items"]
    undone = manager.call_tool("undo_change", Family="opportunities", Code=mine[0], Version=history[0]["Version"])
    assert undone.result["Opportunity"]["Owner"]["UserCode"] != una


def test_more_than_a_hundred_are_taken_in_parts(manager: WorldClient) -> None:
    for start in (0, 60):
        items = [{"Title": f"Call {start + n}"} for n in range(60)]
        manager.call_tool("create_tasks", Items=items)
    asked = {"Filters": {"Mine": True}, "Changes": {"Priority": "high"}}
    first = manager.call_tool("update_tasks", **asked, DryRun=True).result
    assert first["Totals"] == {"asked": 100, "possible": 100}
    last = first["Items"][-1]["AppUserTaskCode"]
    (told,) = [w["Message"] for w in first["Warnings"] if w["Argument"] == "Filters"]
    assert f"StartCode {last}" in told
    rest = {**asked, "Filters": {"Mine": True, "StartCode": last}}
    assert manager.call_tool("update_tasks", **rest, DryRun=True).result["Totals"] == {"asked": 20, "possible": 20}


def test_a_dry_run_of_all_writes_nothing_and_sees_what_the_items_would_share(
    manager: WorldClient, world: World
) -> None:
    before = world.database.list_rows(world.settings.records_table)
    answer = manager.call_tool("create_contacts", Items=[*people(3), people(2)[1]], DryRun=True).result
    assert answer["Totals"] == {"asked": 4, "possible": 3, "refused": 1}
    assert "UserCode" not in answer["Items"][0]
    assert answer["Items"][3]["Error"]["message"] == "Item 2 of this call has the same Email."
    assert world.database.list_rows(world.settings.records_table) == before
    (row,) = rows_of(world, "create_contacts")
    assert (row["outcome"], row["dry_run"], row["result"]) == ("ok", True, "dry run: nothing was written")


def test_a_key_is_for_one_call(manager: WorldClient) -> None:
    manager.call_tool("create_contacts", Items=people(2), IdempotencyKey="k")
    for items in (people(3), people(1)):
        error = manager.call_tool("create_contacts", Items=items, IdempotencyKey="k").error
        assert (error["type"], error["details"]["argument"]) == ("conflict", "IdempotencyKey")


def test_an_item_that_crosses_to_a_closed_family_is_refused_alone(world: World, handler: LambdaHandler) -> None:
    families = {**EVERYTHING, "accounts": frozenset[Access]()}
    profile = world.create_profile("contacts", families)
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Una", "Sales", "Sales")))
    items = [{**people(1)[0], "AccountCode": 1}, people(2)[1]]
    answer = client.call_tool("create_contacts", Items=items).result
    assert statuses(answer) == ["refused", "done"]
    assert answer["Items"][0]["Error"]["type"] == "tool_disabled"


def test_warnings_that_items_share_are_told_once(manager: WorldClient) -> None:
    at = crm.account(manager)
    items = [{"AccountCode": at, "Title": f"Deal {n}", "Amount": 7} for n in range(5)]
    told = manager.call_tool("create_opportunities", Items=items).result["Warnings"]
    (unknown,) = [warning for warning in told if warning["Argument"] == "Amount"]
    assert unknown["Items"] == [1, 2, 3, 4, 5]
    assert "Value" in unknown["Message"]


def test_each_item_counts_for_the_limit(world: World, handler: LambdaHandler) -> None:
    profile = world.profiles.create("slow", EVERYTHING, 60, burst=10)
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Sal", "Seller", "Sales")))
    assert client.call_tool("create_contacts", Items=people(40)).result["Totals"] == {"asked": 40, "done": 40}
    refused = client.call_tool("list_topics")
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) == 31
    world.clock.move(seconds=31)
    assert client.call_tool("list_topics").status == 200
