"""Opportunities: create, read, list, change, close."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import EVERYTHING, World, WorldClient


@pytest.fixture
def orbital(manager: WorldClient) -> int:
    return crm.account(manager)


def _get(client: WorldClient, code: int) -> dict[str, Any]:
    found: dict[str, Any] = client.call_tool("get_opportunity", OpportunityCode=code).result["Opportunity"]
    return found


def _update(client: WorldClient, code: int, **more: Any) -> dict[str, Any]:
    return client.call_tool("update_opportunity", OpportunityCode=code, **more).result


def test_what_is_given_is_kept_and_nothing_is_defaulted(manager: WorldClient, orbital: int) -> None:
    answer = manager.call_tool(
        "create_opportunity",
        AccountCode=orbital,
        Title="Renewal",
        Value=1234.5,
        Currency="eur",
        Stage="needs analysis",
        Probability=55,
        CloseDate="2026-12-24",
        OwnerCode=1,
        Description="Two years",
        Source="Fair",
    ).result
    made = answer["Opportunity"]
    assert answer["Warnings"] == []
    assert made["Stage"] == {"Code": 3, "Name": "Needs Analysis", "Open": True, "Won": False}
    shown = {name: made[name] for name in ("Value", "Currency", "Probability", "CloseDate", "Description", "Source")}
    assert list(shown.values()) == [1234.5, "EUR", 55, "2026-12-24", "Two years", "Fair"]
    assert _get(manager, made["OpportunityCode"]) == made


@pytest.mark.parametrize(
    ("wrong", "kind", "argument"),
    [
        pytest.param({"AccountCode": 99}, "not_found", "AccountCode", id="account"),
        pytest.param({"OwnerCode": 99}, "not_found", "OwnerCode", id="owner"),
        pytest.param({"PrimaryContactCode": 99}, "not_found", "PrimaryContactCode", id="contact"),
        pytest.param({"Stage": "Nearly"}, "validation_error", "Stage", id="stage"),
        pytest.param({"Stage": 5}, "validation_error", "Stage", id="stage code"),
        pytest.param({"Value": -1}, "validation_error", "Value", id="negative"),
        pytest.param({"Value": 1.005}, "validation_error", "Value", id="three decimals"),
        pytest.param({"Currency": "XXX"}, "validation_error", "Currency", id="currency"),
        pytest.param({"Probability": 101}, "validation_error", "Probability", id="probability"),
        pytest.param({"CloseDate": "soon"}, "validation_error", "CloseDate", id="date"),
        pytest.param({"Title": ""}, "validation_error", "Title", id="title"),
    ],
)
def test_what_is_wrong_is_named(
    manager: WorldClient, orbital: int, wrong: dict[str, Any], kind: str, argument: str
) -> None:
    asked = {"AccountCode": orbital, "Title": "Renewal", **wrong}
    error = manager.call_tool("create_opportunity", **asked).error
    assert (error["type"], error["details"]["argument"]) == (kind, argument)
    assert manager.call_tool("list_opportunities").result["Items"] == []


def test_the_owner_must_be_staff(manager: WorldClient, orbital: int) -> None:
    jane = crm.contact(manager, "Jane")
    error = manager.call_tool("create_opportunity", AccountCode=orbital, Title="Renewal", OwnerCode=jane).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "OwnerCode")


def test_probability_and_lost_reason_follow_the_stage(manager: WorldClient, orbital: int) -> None:
    code = crm.opportunity(manager, orbital, Stage="Qualification")
    assert _update(manager, code, Stage="Negotiation / Review")["Opportunity"]["Probability"] == 80
    assert _update(manager, code, Probability=60)["Opportunity"]["Probability"] == 60
    assert _update(manager, code, Stage="On Hold")["Opportunity"]["Probability"] == 60
    ignored = _update(manager, code, LostReason="Too dear")
    assert crm.codes(ignored["Warnings"]) == ["IGNORED", "NO_CHANGE"]
    lost = _update(manager, code, Stage="Closed", LostReason="Too dear")["Opportunity"]
    assert (lost["Probability"], lost["LostReason"]) == (0, "Too dear")
    won = _update(manager, code, Stage="Closed Won")["Opportunity"]
    assert (won["Probability"], won["LostReason"], won["Stage"]["Won"]) == (100, None, True)


def test_null_clears_what_may_be_cleared(manager: WorldClient, orbital: int) -> None:
    code = crm.opportunity(
        manager, orbital, Value=5, CloseDate="2026-12-24", PrimaryContactCode=crm.contact(manager, "Jane")
    )
    cleared = _update(manager, code, Value=None, CloseDate=None, PrimaryContactCode=None)["Opportunity"]
    assert [cleared[name] for name in ("Value", "CloseDate", "PrimaryContact")] == [None, None, None]
    for kept in ("Stage", "Currency", "OwnerCode", "Title"):
        error = manager.call_tool("update_opportunity", **{"OpportunityCode": code, kept: None}).error
        assert (error["type"], error["details"]["argument"]) == ("validation_error", kept)


def test_the_account_and_the_topics_are_not_changed_by_an_update(manager: WorldClient, orbital: int) -> None:
    code = crm.opportunity(manager, orbital)
    answer = _update(manager, code, AccountCode=7, TopicCodes=[1], Title="New")
    assert crm.codes(answer["Warnings"]) == ["READ_ONLY", "READ_ONLY"]
    assert answer["Opportunity"]["Account"]["AccountCode"] == orbital


def test_a_stale_update_is_refused(manager: WorldClient, orbital: int) -> None:
    code = crm.opportunity(manager, orbital)
    seen = _get(manager, code)["UpdatedDate"]
    _update(manager, code, Title="New", IfUpdated=seen)
    error = manager.call_tool("update_opportunity", OpportunityCode=code, Title="Newer", IfUpdated=seen).error
    assert (error["type"], _get(manager, code)["Title"]) == ("conflict", "New")


def test_stages(manager: WorldClient) -> None:
    stages = manager.call_tool("list_opportunity_stages").result["Stages"]
    assert [stage["StageCode"] for stage in stages] == [1, 2, 3, 4, 7, 8, 9, 10, 11]
    assert [stage["StageCode"] for stage in stages if not stage["Open"]] == [1, 9, 10, 11]
    assert [stage["StageCode"] for stage in stages if stage["Won"]] == [9]


def test_a_deleted_one_is_gone_everywhere(manager: WorldClient, orbital: int) -> None:
    jane = crm.contact(manager, "Jane")
    code = crm.opportunity(manager, orbital, PrimaryContactCode=jane)
    assert manager.call_tool("delete_opportunity", OpportunityCode=code).result == {
        "OpportunityCode": code,
        "Deleted": True,
        "Hanging": {},
        "Warnings": [],
    }
    assert manager.call_tool("get_opportunity", OpportunityCode=code).error["type"] == "not_found"
    for filters in ({}, {"Search": "platform"}, {"AccountCode": orbital}, {"UserCode": jane}):
        assert manager.call_tool("list_opportunities", **filters).result["Items"] == []
    assert manager.call_tool("get_account", AccountCode=orbital).result["Account"]["Opportunities"] == []
    assert manager.call_tool("create_note", Body="x", OpportunityCode=code).error["type"] == "not_found"


@pytest.mark.parametrize(("stage", "refused"), [(1, True), (2, True), (11, True), (9, False), (10, False)])
def test_an_account_with_undecided_opportunities_stays(
    manager: WorldClient, orbital: int, stage: int, refused: bool
) -> None:
    code = crm.opportunity(manager, orbital, Stage=stage)
    answer = manager.call_tool("delete_account", AccountCode=orbital)
    if refused:
        assert "undecided" in answer.error["message"]
        manager.call_tool("delete_opportunity", OpportunityCode=code)
        answer = manager.call_tool("delete_account", AccountCode=orbital)
    assert answer.result["Deleted"] is True


def test_tasks_and_notes_on_an_opportunity(manager: WorldClient, orbital: int) -> None:
    code = crm.opportunity(manager, orbital)
    scope = {"Type": "opportunity", "Code": code, "Name": "Platform expansion"}
    assert manager.call_tool("create_task", Title="Call", OpportunityCode=code).result["Task"]["Scope"] == scope
    assert manager.call_tool("create_note", Body="Called", OpportunityCode=code).result["Note"]["Scope"] == scope
    assert len(manager.call_tool("list_tasks", OpportunityCode=code).result["Items"]) == 1
    assert len(manager.call_tool("list_notes", OpportunityCode=code).result["Items"]) == 1


def test_accounts_and_contacts_show_the_newest_twenty(manager: WorldClient, orbital: int) -> None:
    jane = crm.contact(manager, "Jane")
    made = [crm.opportunity(manager, orbital, f"Sale {place}", PrimaryContactCode=jane) for place in range(22)]
    for found in (
        manager.call_tool("get_account", AccountCode=orbital).result["Account"],
        manager.call_tool("get_contact", UserCode=jane).result["Contact"],
    ):
        assert [row["OpportunityCode"] for row in found["Opportunities"]] == made[:1:-1]


@pytest.mark.parametrize("hidden", ["profile", "person"])
def test_summaries_and_names_only_where_they_may_be_read(world: World, handler: LambdaHandler, hidden: str) -> None:
    families = ["accounts", "opportunities"]
    rights = {f"{family}.read": None for family in families} | {"control.access": None}
    plain = world.create_person("Rea", "Der")
    world.people.change(plain, rights=rights if hidden == "person" else {**rights, "contacts.read": None})
    manager = WorldClient(
        world, handler, world.log_in(world.create_profile(), world.create_person("Sam", "Manager", "Sales Managers"))
    )
    orbital, jane = crm.account(manager), crm.contact(manager, "Jane")
    code = crm.opportunity(manager, orbital, PrimaryContactCode=jane)
    narrow = world.create_profile("narrow", {f: EVERYTHING[f] for f in families} if hidden == "profile" else EVERYTHING)
    reader = WorldClient(world, handler, world.log_in(narrow, plain))
    seen = _get(reader, code)
    assert seen["Contacts"] == [{"UserCode": jane, "Role": None, "Primary": True}]
    assert seen["PrimaryContact"] == {"UserCode": jane}
    assert seen["Account"] == {"AccountCode": orbital, "Name": "Orbital Labs"}
    accounts_only = world.create_profile("accounts", {"accounts": EVERYTHING["accounts"]})
    answer = (
        WorldClient(world, handler, world.log_in(accounts_only, plain))
        .call_tool("get_account", AccountCode=orbital)
        .result
    )
    assert "Opportunities" not in answer["Account"]
    assert {"Contacts", "Opportunities"} <= {found["Argument"] for found in answer["Warnings"]}


@pytest.mark.parametrize("tool", ["get_opportunity", "list_opportunities", "create_opportunity", "update_opportunity"])
def test_calls_of_the_store_do_not_grow(world: World, manager: WorldClient, orbital: int, tool: str) -> None:
    def calls() -> list[tuple[str, str]]:
        world.watched.calls.clear()
        asked = {"OpportunityCode": 1} if tool in ("get_opportunity", "update_opportunity") else {"PageSize": 5}
        asked = {"AccountCode": orbital} if tool == "create_opportunity" else asked
        manager.call_tool(
            tool, **asked, **({} if tool.startswith(("get", "list")) else {"Title": f"T{len(world.audit_rows())}"})
        )
        return [name for name in world.watched.calls if "gate" not in name[1]]

    crm.opportunity(manager, orbital)
    few = calls()
    for place in range(40):
        crm.opportunity(manager, orbital, f"Sale {place}")
    many = calls()
    if tool == "list_opportunities":  # totals of more than one page: one query and one batch read for a hundred records
        kept, totals, logged = many[:3], many[3:5], many[5:]
        assert totals == [(read, world.settings.records_table) for read in ("query", "get_many")]
        many = [*kept, *logged]
    assert many == few
    assert len([name for name, _ in few if name == "transact"]) == (0 if tool.startswith(("get", "list")) else 1)
