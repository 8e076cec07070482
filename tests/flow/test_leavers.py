"""Leavers: contacts who have left the company of an account are marked, are primary of nothing, and can come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from tests.flow import crm
from tests.world import World, WorldClient


@dataclass
class Firm:
    """An account with a primary contact, who is also that of an undecided and of a won opportunity, and a colleague."""

    client: WorldClient

    def __post_init__(self) -> None:
        self.jane, self.joe = crm.contact(self.client, "Jane", JobTitle="CTO"), crm.contact(self.client, "Joe")
        self.at = crm.account(self.client, PrimaryContactCode=self.jane)
        self.client.call_tool("link_contact_to_account", UserCode=self.joe, AccountCode=self.at)
        self.sale = crm.opportunity(self.client, self.at, PrimaryContactCode=self.jane)
        self.won = crm.opportunity(self.client, self.at, "Won", PrimaryContactCode=self.jane, Stage="Closed Won")

    def leave(self, **more: Any) -> dict[str, Any]:
        asked = {"UserCode": self.jane, "AccountCode": self.at, "LeftCompany": True, **more}
        return self.client.call_tool("update_contact_account_link", **asked).result

    def primary_of(self, sale: int) -> Any:
        seen = self.client.call_tool("get_opportunity", OpportunityCode=sale).result["Opportunity"]
        return (seen["PrimaryContact"] or {}).get("UserCode")

    def account(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.call_tool("get_account", AccountCode=self.at).result["Account"]
        return found

    def listed(self, **more: Any) -> dict[int, bool]:
        items = self.client.call_tool("list_contacts", AccountCode=self.at, **more).result["Items"]
        return {row["UserCode"]: row["LeftCompany"] for row in items}


@pytest.fixture
def firm(manager: WorldClient) -> Firm:
    return Firm(manager)


def test_a_leaver_is_primary_of_nothing_undecided(world: World, firm: Firm) -> None:
    answer = firm.leave()
    assert (answer["Link"]["LeftCompany"], answer["Link"]["Primary"]) == (True, False)
    assert [(told["Code"], told["Argument"]) for told in answer["Warnings"]] == [
        ("ALSO_CHANGED", "Primary"),
        ("ALSO_CHANGED", "PrimaryContactCode"),
    ]
    assert firm.account()["PrimaryContact"] is None
    assert (firm.primary_of(firm.sale), firm.primary_of(firm.won)) == (None, firm.jane)
    row = next(row for row in world.audit_rows() if row["method"] == "update_contact_account_link")
    assert set(row["records"]) == {f"contacts#{firm.jane}", f"accounts#{firm.at}", f"opportunities#{firm.sale}"}
    assert row["warnings"] == answer["Warnings"]


def test_a_leaver_is_marked_wherever_listed_and_left_out_of_the_accounts_contacts(firm: Firm) -> None:
    assert firm.listed() == {firm.jane: False, firm.joe: False}
    firm.leave()
    assert firm.listed() == {firm.joe: False}
    assert firm.listed(IncludeLeavers=True) == {firm.jane: True, firm.joe: False}
    assert firm.listed(Search="jane") == firm.listed(Email="jane@orbital.example") == {}
    assert firm.listed(Search="doe", SortBy="Name", IncludeLeavers=True) == {firm.jane: True, firm.joe: False}
    assert {row["UserCode"]: row["LeftCompany"] for row in firm.account()["Contacts"]} == {
        firm.jane: True,
        firm.joe: False,
    }
    (link,) = firm.client.call_tool("get_contact", UserCode=firm.jane).result["Contact"]["Accounts"]
    assert (link["LeftCompany"], link["JobTitle"]) == (True, "CTO")
    people = firm.client.call_tool("list_opportunity_contacts", OpportunityCode=firm.sale).result["Contacts"]
    assert [(row["UserCode"], row.get("LeftCompany")) for row in people] == [(firm.jane, True)]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_of_an_account_with_many_leavers_are_full(manager: WorldClient, size: int) -> None:
    at = crm.account(manager)
    people = [crm.contact(manager, f"P{n}", AccountCode=at) for n in range(9)]
    for code in people[1::2]:
        manager.call_tool("update_contact_account_link", UserCode=code, AccountCode=at, LeftCompany=True)
    found, cursor = list[int](), None
    while True:
        page = manager.call_tool("list_contacts", AccountCode=at, PageSize=size, Cursor=cursor).result
        found += [row["UserCode"] for row in page["Items"]]
        cursor = page["NextCursor"]
        assert len(page["Items"]) == size or cursor is None
        if cursor is None:
            break
    assert found == people[::2]


NAMED = {
    "an account's": ("update_account", "PrimaryContactCode", "at"),
    "the link": ("update_contact_account_link", "Primary", "at"),
    "a new opportunity's": ("create_opportunity", "PrimaryContactCode", "at"),
    "an opportunity's": ("update_opportunity", "PrimaryContactCode", "sale"),
    "by its contacts": ("add_opportunity_contact", "Primary", "sale"),
}


@pytest.mark.parametrize(("tool", "argument", "on"), NAMED.values(), ids=NAMED)
def test_naming_a_leaver_as_primary_is_refused(world: World, firm: Firm, tool: str, argument: str, on: str) -> None:
    firm.leave()
    where = {"AccountCode": firm.at} if on == "at" else {"OpportunityCode": firm.sale}
    who = {"PrimaryContactCode": firm.jane} if argument != "Primary" else {"UserCode": firm.jane, "Primary": True}
    title = {"Title": "Next"} if tool == "create_opportunity" else {}
    error = firm.client.call_tool(tool, **where, **who, **title).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", argument)
    assert "LeftCompany" in error["message"]
    assert world.audit_rows()[-1]["status"] == 409
    assert firm.account()["PrimaryContact"] is None


def test_leaving_and_being_primary_exclude_each_other(firm: Firm) -> None:
    asked = {"UserCode": firm.joe, "AccountCode": firm.at, "LeftCompany": True, "Primary": True}
    error = firm.client.call_tool("update_contact_account_link", **asked).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "Primary")
    assert firm.account()["PrimaryContact"]["UserCode"] == firm.jane
    firm.leave()
    back = firm.leave(LeftCompany=False, Primary=True)["Link"]
    assert (back["LeftCompany"], back["Primary"]) == (False, True)


def test_undo_puts_everything_right(firm: Firm) -> None:
    before = [firm.account(), firm.primary_of(firm.sale), firm.listed()]
    firm.leave()
    last = firm.client.call_tool("list_my_changes").result["Items"][0]["Records"]
    version = next(row["Version"] for row in last if row["Family"] == "contacts")
    asked = {"Family": "contacts", "Code": firm.jane, "Version": version}
    rehearsed = firm.client.call_tool("undo_change", **asked, DryRun=True).result
    assert (rehearsed["Link"]["Primary"], firm.account()["PrimaryContact"]) == (True, None)
    undone = firm.client.call_tool("undo_change", **asked).result
    assert undone["Undone"]["How"] == "changed back"
    after = [firm.account(), firm.primary_of(firm.sale), firm.listed()]
    stamps = ("UpdatedDate", "UpdatedBy")
    assert [
        {k: v for k, v in each.items() if k not in stamps} if isinstance(each, dict) else each for each in after
    ] == [{k: v for k, v in each.items() if k not in stamps} if isinstance(each, dict) else each for each in before]


def test_undo_does_not_push_a_new_primary_contact_aside(firm: Firm) -> None:
    firm.leave()
    firm.client.call_tool("update_account", AccountCode=firm.at, PrimaryContactCode=firm.joe)
    history = firm.client.call_tool("list_record_history", Family="contacts", Code=firm.jane).result["Items"]
    asked = {"Family": "contacts", "Code": firm.jane, "Version": history[0]["Version"]}
    assert firm.client.call_tool("undo_change", **asked).error["type"] == "conflict"
    assert firm.account()["PrimaryContact"]["UserCode"] == firm.joe


def test_opportunities_that_may_not_be_written_are_named(world: World, firm: Firm) -> None:
    families = {family: frozenset(Access) for family in SWITCHED_FAMILIES} | {"opportunities": frozenset({Access.READ})}
    client = WorldClient(world, firm.client.handler, world.log_in(world.create_profile("read", families), 1))
    asked = {"UserCode": firm.jane, "AccountCode": firm.at, "LeftCompany": True}
    told = client.call_tool("update_contact_account_link", **asked).result["Warnings"]
    assert any(f"still the primary contact of these opportunities: {firm.sale}." in each["Message"] for each in told)
    assert firm.primary_of(firm.sale) == firm.jane


def test_marking_a_primary_contact_needs_the_accounts_write(world: World, firm: Firm) -> None:
    families = {family: frozenset(Access) for family in SWITCHED_FAMILIES} | {"accounts": frozenset({Access.READ})}
    client = WorldClient(world, firm.client.handler, world.log_in(world.create_profile("read", families), 1))
    asked = {"UserCode": firm.jane, "AccountCode": firm.at, "LeftCompany": True}
    assert client.call_tool("update_contact_account_link", **asked).error["type"] == "tool_disabled"
    assert client.call_tool("update_contact_account_link", **{**asked, "UserCode": firm.joe}).result


def test_the_job_title_falls_back_to_the_contacts_own(firm: Firm) -> None:
    def title() -> Any:
        return next(row["JobTitle"] for row in firm.account()["Contacts"] if row["UserCode"] == firm.jane)

    assert title() == "CTO"
    firm.client.call_tool("update_contact", UserCode=firm.jane, JobTitle="CEO")
    assert title() == "CEO"
    firm.leave(LeftCompany=False, JobTitle="Advisor")
    assert title() == "Advisor"
    firm.leave(LeftCompany=False, JobTitle=None)
    assert title() == "CEO"
