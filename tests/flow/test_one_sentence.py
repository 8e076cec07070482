"""What a person says in one sentence is one call: an account with its contact, a deal with its people, a change of company."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.merged_stock import undo
from tests.world import EVERYTHING, World, WorldClient

JANE: dict[str, Any] = {"Email": "jane@orbital.example", "FirstName": "Jane", "LastName": "Doe", "JobTitle": "CTO"}


def test_an_account_is_made_with_its_new_primary_contact(manager: WorldClient, world: World) -> None:
    made = manager.call_tool("create_account", Name="Orbital Labs", PrimaryContact=JANE).result["Account"]
    (shown,) = made["Contacts"]
    assert (shown["Name"], shown["Primary"], shown["JobTitle"]) == ("Jane Doe", True, "CTO")
    assert made["PrimaryContact"] == {"UserCode": shown["UserCode"], "Name": "Jane Doe"}
    contact = manager.call_tool("get_contact", Email="JANE@orbital.example").result["Contact"]
    assert [(link["AccountCode"], link["Primary"]) for link in contact["Accounts"]] == [(made["AccountCode"], True)]
    row = world.audit_rows()[-2]
    assert row["method"] == "create_account"
    assert {ref.partition("#")[0] for ref in row["records"]} == {"accounts", "contacts"}


def test_the_undo_of_an_account_takes_its_new_contact_back_too(manager: WorldClient) -> None:
    made = manager.call_tool("create_account", Name="Orbital Labs", PrimaryContact=JANE).result["Account"]
    jane = made["PrimaryContact"]["UserCode"]
    (change,) = manager.call_tool("list_my_changes").result["Items"]
    assert len(change["Records"]) == 2
    (one,) = manager.call_tool("undo_changes", Last=1).result["Items"]
    assert one["Outcome"] == "done"
    assert manager.call_tool("get_contact", UserCode=jane).error["type"] == "not_found"
    assert manager.call_tool("get_account", AccountCode=made["AccountCode"]).error["type"] == "not_found"
    assert undo(manager, "accounts", made["AccountCode"]).error["details"]["Attributes"] == ["PrimaryContactCode"]
    assert undo(manager, "contacts", jane).result["Undone"]["How"] == "restored"
    assert undo(manager, "accounts", made["AccountCode"]).result["Undone"]["How"] == "restored"
    account = manager.call_tool("get_account", AccountCode=made["AccountCode"]).result["Account"]
    assert (account["ContactCount"], account["PrimaryContact"]["UserCode"]) == (1, jane)


def test_a_contact_that_is_used_stays_when_its_account_is_taken_back(manager: WorldClient) -> None:
    made = manager.call_tool("create_account", Name="Orbital Labs", PrimaryContact=JANE).result["Account"]
    jane, code = made["PrimaryContact"]["UserCode"], made["AccountCode"]
    manager.call_tool("create_note", Body="Called", UserCode=jane).result  # noqa: B018
    told = undo(manager, "accounts", code).result["Warnings"]
    assert f"Contact {jane}, which was made with it, stays" in told[-1]["Message"]
    assert manager.call_tool("get_contact", UserCode=jane).result["Contact"]["Accounts"] == []
    assert undo(manager, "accounts", code).result["Undone"]["How"] == "restored"
    account = manager.call_tool("get_account", AccountCode=code).result["Account"]
    assert (account["ContactCount"], account["PrimaryContact"]["UserCode"]) == (1, jane)


@pytest.mark.parametrize("email", ["jane@orbital.example", "JANE@orbital.example", "second@o.example"])
def test_who_has_the_address_already_is_linked_and_not_changed(manager: WorldClient, email: str) -> None:
    code = crm.contact(manager, "Jane", SecondaryEmail="second@o.example")
    answer = manager.call_tool("create_account", Name="Orbital Labs", PrimaryContact={"email": email, "JobTitle": "X"})
    assert answer.result["Account"]["PrimaryContact"]["UserCode"] == code
    assert str(code) in next(w["Message"] for w in answer.result["Warnings"] if w["Argument"] == "PrimaryContact")
    assert manager.call_tool("get_contact", UserCode=code).result["Contact"]["JobTitle"] is None


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"PrimaryContact": {"Email": "a@o.example", "FirstName": "A"}}, "LastName is required"),
    "no e-mail": ({"PrimaryContact": {"FirstName": "A", "LastName": "B"}}, "Email is required"),
    "wrong": ({"PrimaryContact": {**JANE, "Email": "x"}}, "e-mail address"),
    "both": ({"PrimaryContact": JANE, "PrimaryContactCode": 1}, "either"),
    "account": ({"PrimaryContact": {**JANE, "AccountCode": 1}}, "AccountCode"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_contact_that_cannot_be_made_makes_no_account(manager: WorldClient, world: World, name: str) -> None:
    arguments, told = WRONG[name]
    before = world.database.list_rows(world.settings.records_table)
    error = manager.call_tool("create_account", Name="Orbital Labs", **arguments).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "PrimaryContact")
    assert told in error["message"]
    assert world.database.list_rows(world.settings.records_table) == before


def test_a_contact_is_not_made_through_accounts_alone(world: World, handler: LambdaHandler) -> None:
    profile = world.create_profile("accounts", {**EVERYTHING, "contacts": frozenset({Access.READ})})
    client = WorldClient(world, handler, world.log_in(profile, world.create_person("Una", "Other", "Sales Managers")))
    error = client.call_tool("create_account", Name="Orbital Labs", PrimaryContact=JANE).error
    assert (error["type"], error["details"]["argument"]) == ("tool_disabled", "PrimaryContact")


def test_an_opportunity_is_made_with_topics_and_contacts(manager: WorldClient) -> None:
    at, jane, john = crm.account(manager), crm.contact(manager, "Jane"), crm.contact(manager, "John")
    answer = manager.call_tool(
        "create_opportunity",
        AccountCode=at,
        Title="Upsell",
        Value="£40,000",
        PrimaryContactCode=jane,
        TopicNames=["platform expansion", "Platform Expandion"],
        ContactCodes=["John Doe"],
    ).result
    made = answer["Opportunity"]
    assert [topic["Name"] for topic in made["Topics"]] == ["Platform Expansion"]
    assert [(row["UserCode"], row["Primary"]) for row in made["Contacts"]] == [(jane, True), (john, False)]
    assert "Did you mean Platform Expansion?" in str(answer["Warnings"])
    error = manager.call_tool("create_opportunity", AccountCode=at, Title="Upsell", ContactCodes=[jane, 999]).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "ContactCodes")


def links(client: WorldClient, code: int) -> dict[int, tuple[bool, bool]]:
    """Primary and LeftCompany of a contact's links, by account."""
    found = client.call_tool("get_contact", UserCode=code).result["Contact"]["Accounts"]
    return {link["AccountCode"]: (link["Primary"], link["LeftCompany"]) for link in found}


@pytest.mark.parametrize("primary", [True, False])
def test_a_contact_changes_company_in_one_call(manager: WorldClient, primary: bool) -> None:
    old, new, jane = crm.account(manager, "Old"), crm.account(manager, "New"), crm.contact(manager, "Jane")
    manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=old, Primary=True)
    deal = crm.opportunity(manager, old, PrimaryContactCode=jane)
    asked = {"UserCode": jane, "AccountCode": "Old", "ToAccountCode": "New", "JobTitle": "CEO", "Primary": primary}
    link = manager.call_tool("update_contact_account_link", **asked).result["Link"]
    assert (link["AccountCode"], link["JobTitle"], link["LeftCompany"]) == (new, "CEO", False)
    assert links(manager, jane) == {old: (False, True), new: (primary, False)}
    left = manager.call_tool("get_account", AccountCode=old).result["Account"]
    assert left["PrimaryContact"] is None
    came = manager.call_tool("get_account", AccountCode=new).result["Account"]
    assert (came["PrimaryContact"] or {}).get("UserCode") == (jane if primary else None)
    led = manager.call_tool("get_opportunity", OpportunityCode=deal).result["Opportunity"]
    assert led["PrimaryContact"] is None
    again = manager.call_tool("update_contact_account_link", **asked).error
    assert (again["type"], again["details"]["argument"]) == ("conflict", "ToAccountCode")
    gone = manager.call_tool("update_contact_account_link", **{**asked, "ToAccountCode": 999}).error
    assert (gone["type"], gone["details"]["argument"]) == ("not_found", "ToAccountCode")


@pytest.mark.parametrize("primary", [True, False])
def test_a_change_of_company_is_undone_as_one(manager: WorldClient, primary: bool) -> None:
    old, new, jane, joe = (
        *(crm.account(manager, name) for name in ("Old", "New")),
        *(crm.contact(manager, name) for name in ("Jane", "Joe")),
    )
    for who, at in ((jane, old), (joe, new)):
        manager.call_tool("link_contact_to_account", UserCode=who, AccountCode=at, Primary=True).result  # noqa: B018
    deal = crm.opportunity(manager, old, PrimaryContactCode=jane)

    def state() -> list[Any]:
        accounts = [manager.call_tool("get_account", AccountCode=code).result["Account"] for code in (old, new)]
        led = manager.call_tool("get_opportunity", OpportunityCode=deal).result["Opportunity"]["PrimaryContact"]
        return [[row["PrimaryContact"] for row in accounts], links(manager, jane), links(manager, joe), led]

    before = state()
    asked = {"UserCode": jane, "AccountCode": old, "ToAccountCode": new, "Primary": primary}
    manager.call_tool("update_contact_account_link", **asked).result  # noqa: B018
    assert state() != before
    assert undo(manager, "contacts", jane).result["Undone"]["How"] == "changed back"
    assert state() == before
    assert undo(manager, "contacts", jane).error["type"] == "conflict"


def test_a_list_is_filled_by_criteria_in_one_call(manager: WorldClient, world: World) -> None:
    at = crm.account(manager)
    items = [{**JANE, "Email": f"p{n}@o.example", "AccountCode": at} for n in range(100)]
    for start in (0, 30):
        manager.call_tool(
            "create_contacts", Items=[{**each, "Email": f"{start}{each['Email']}"} for each in items[:30]]
        )
    crm.contact(manager, "Elsewhere")
    listed = manager.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    asked = {"ContactListCode": "Spring", "Filters": {"AccountCode": "Orbital Labs"}}
    tried = manager.call_tool("add_contact_list_members", **asked, DryRun=True).result
    assert (tried["Totals"]["Added"], tried["DryRun"]) == (60, True)
    done = manager.call_tool("add_contact_list_members", **asked, IdempotencyKey="k").result
    assert (done["Totals"], len(done["Added"])) == ({"Added": 60, "AlreadyMembers": 0, "NotFound": 0}, 20)
    crm.contact(manager, "Later", AccountCode=at)
    again = manager.call_tool("add_contact_list_members", **asked, IdempotencyKey="k").result
    assert again["Totals"] == done["Totals"]
    found = manager.call_tool("get_contact_list", ContactListCode=listed).result["ContactList"]
    assert found["MemberCount"] == 60
    assert manager.call_tool("undo_changes", Last=3).result["Totals"]["asked"] == 3


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "neither": ({}, "UserCodes"),
    "both": ({"UserCodes": [1], "Filters": {"Mine": True}}, "UserCodes"),
    "everybody": ({"Filters": {}}, "Filters"),
    "unknown": ({"Filters": {"City": "Leeds"}}, "City"),
    "no object": ({"Filters": "x"}, "Filters"),
    "nobody": ({"Filters": {"Search": "Nobody"}}, "Filters"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_members_that_cannot_be_told_are_not_added(manager: WorldClient, name: str) -> None:
    arguments, argument = REFUSED[name]
    code = manager.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    error = manager.call_tool("add_contact_list_members", ContactListCode=code, **arguments).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", argument)


@pytest.mark.parametrize("kind", ["note", "task"])
def test_a_note_or_a_task_moves_and_comes_back(manager: WorldClient, kind: str) -> None:
    at, jane = crm.account(manager), crm.contact(manager, "Jane")
    name = {"note": "NoteCode", "task": "AppUserTaskCode"}[kind]
    given = {"Body": "b"} if kind == "note" else {"Title": "t"}
    code = manager.call_tool(f"create_{kind}", **given, AccountCode=at).result[kind.title()][name]
    moved = manager.call_tool(f"update_{kind}", **{name: code}, Scope={"user_code": str(jane)}).result
    assert (moved[kind.title()]["Scope"]["Code"], moved["Changed"]) == (jane, ["Scope"])
    listed = [
        manager.call_tool(f"list_{kind}s", **w).result["Items"] for w in ({"AccountCode": at}, {"UserCode": jane})
    ]
    assert [[row[name] for row in rows] for rows in listed] == [[], [code]]
    history = manager.call_tool("list_record_history", Family=f"{kind}s", Code=code).result["Items"][0]
    change = {"Attribute": "Scope", "Before": {"AccountCode": at}, "After": {"UserCode": jane}}
    assert history["Changes"] == [change]
    undone = manager.call_tool("undo_change", Family=f"{kind}s", Code=code, Version=history["Version"]).result
    assert undone[kind.title()]["Scope"]["Code"] == at
    same = manager.call_tool(f"update_{kind}", **{name: code}, Scope={"AccountCode": at}).result
    assert crm.codes(same["Warnings"]) == ["NO_CHANGE"]


WRONG_MOVES: dict[str, tuple[Any, str, str]] = {
    "nothing": ({}, "validation_error", "Scope"),
    "two": ({"AccountCode": 1, "UserCode": 1}, "validation_error", "Scope"),
    "another": ({"OwnerCode": 1}, "validation_error", "Scope"),
    "no code": ({"AccountCode": "x"}, "validation_error", "Scope"),
    "gone": ({"AccountCode": 999}, "not_found", "AccountCode"),
    "none": (None, "validation_error", "Scope"),
}


@pytest.mark.parametrize("name", WRONG_MOVES)
def test_a_note_does_not_move_to_nothing(manager: WorldClient, name: str) -> None:
    scope, kind, argument = WRONG_MOVES[name]
    code = manager.call_tool("create_note", Body="b", AccountCode=crm.account(manager)).result["Note"]["NoteCode"]
    error = manager.call_tool("update_note", NoteCode=code, Scope=scope).error
    assert (error["type"], error["details"]["argument"]) == (kind, argument)


def test_a_task_is_made_from_a_note(manager: WorldClient) -> None:
    at = crm.account(manager)
    code = manager.call_tool("create_note", Body="Wants prices", AccountCode=at).result["Note"]["NoteCode"]
    task = manager.call_tool("create_task", Title="Send prices", NoteCode=code).result["Task"]
    assert (task["Memo"], task["Scope"]["Code"]) == ("Wants prices", at)
    own = manager.call_tool("create_task", Title="Call", Memo="mine", NoteCode=code).result["Task"]
    assert own["Memo"] == "mine"
    assert manager.call_tool("create_task", Title="Call", NoteCode=999).error["details"]["argument"] == "NoteCode"
