"""Lists that operators change: a change is obeyed on the next call, and records keep what they carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from affino_mcp.catalogue.families.lists import DEFAULT_ENTRIES
from affino_mcp.instance.builtin.references.list_keeper import ListKeeper
from affino_mcp.instance.port import NoCallLog
from affino_mcp.tool_errors import InvalidArgument
from tests.world import World, WorldClient

Fields = dict[str, Any]
STAGE: Fields = {"Name": "Verbal Yes", "Probability": 90}
STATEMENT: Fields = {"Name": "Post", "Statement": "I agree to be written to."}


@dataclass
class Shop:
    """A client of everybody's rights, and what an operator does to the lists."""

    world: World
    client: WorldClient

    def __post_init__(self) -> None:
        self.keeper = ListKeeper(self.world.records)
        self.account: int = self.ask("create_account", Name="Orbital")["Account"]["AccountCode"]

    def add(self, kind: str, **values: Any) -> int:
        return self.keeper.save(kind, None, values, self.world.clock(), NoCallLog()).code

    def change(self, kind: str, code: int, **values: Any) -> None:
        self.keeper.save(kind, code, values, self.world.clock(), NoCallLog())

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        self.world.clock.move(seconds=1)
        return self.client.call_tool(tool, **arguments).result

    def deal(self, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.ask("create_opportunity", AccountCode=self.account, Title="Expansion", **more)
        return dict(made["Opportunity"])


@pytest.fixture
def shop(world: World, manager: WorldClient) -> Shop:
    return Shop(world, manager)


@dataclass(frozen=True)
class Choice:
    """How the entries of a list are offered, chosen, shown again, and looked up by a name."""

    offered: Callable[[Shop], dict[int, str]]
    choose: Callable[[Shop, int], Any]
    shown: Callable[[Shop, Any], str]
    values: Fields = field(default_factory=dict)
    by_name: Callable[[Shop, str], Any] | None = None


def _account(shop: Shop, **arguments: Any) -> int:
    shop.ask("update_account", AccountCode=shop.account, **arguments)
    return shop.account


def _shown_account(attribute: str) -> Callable[[Shop, Any], str]:
    return lambda shop, code: str(shop.ask("get_account", AccountCode=code)["Account"][attribute]["Name"])


def _by_code(rows: list[dict[str, Any]], code: str) -> dict[int, str]:
    return {row[code]: row["Name"] for row in rows}


CHOICES = {
    "topics": Choice(
        lambda shop: _by_code(shop.ask("list_topics", PageSize=100)["Items"], "TopicCode"),
        lambda shop, code: shop.ask("create_contact_list", Title=f"T{code}", TopicCodes=[code])["ContactList"],
        lambda shop, made: str(
            shop.ask("get_contact_list", ContactListCode=made["ContactListCode"])["ContactList"]["Topics"][0]["Name"]
        ),
        {"Name": "Podcasts"},
    ),
    "industries": Choice(
        lambda shop: _by_code(shop.ask("list_account_lookups")["Industries"], "Code"),
        lambda shop, code: _account(shop, IndustryCode=code),
        _shown_account("Industry"),
        {"Name": "Space Travel"},
        lambda shop, name: _account(shop, IndustryCode=name),
    ),
    "account_types": Choice(
        lambda shop: _by_code(shop.ask("list_account_lookups")["AccountTypes"], "Code"),
        lambda shop, code: _account(shop, AccountTypeCode=code),
        _shown_account("AccountType"),
        {"Name": "Landlord"},
        lambda shop, name: _account(shop, AccountTypeCode=name),
    ),
    "stages": Choice(
        lambda shop: _by_code(shop.ask("list_opportunity_stages")["Stages"], "StageCode"),
        lambda shop, code: shop.deal(Stage=code)["OpportunityCode"],
        lambda shop, code: str(shop.ask("get_opportunity", OpportunityCode=code)["Opportunity"]["Stage"]["Name"]),
        STAGE,
        lambda shop, name: shop.deal(Stage=name),
    ),
}


@pytest.mark.parametrize("kind", CHOICES)
def test_an_entry_is_offered_chosen_renamed_and_switched_off(shop: Shop, kind: str) -> None:
    chosen = CHOICES[kind]
    code = shop.add(kind, **chosen.values)
    assert code == max(DEFAULT_ENTRIES[kind]) + 1
    assert chosen.offered(shop)[code] == chosen.values["Name"]
    carrier = chosen.choose(shop, code)
    assert chosen.shown(shop, carrier) == chosen.values["Name"]
    shop.change(kind, code, Name="Renamed")
    assert chosen.shown(shop, carrier) == chosen.offered(shop)[code] == "Renamed"
    if chosen.by_name:
        assert chosen.by_name(shop, "renamed")
        assert shop.client.call_tool("list_accounts").status == 200
    shop.keeper.remove(kind, code, shop.world.clock(), NoCallLog())
    assert code not in chosen.offered(shop)
    assert chosen.shown(shop, carrier) == "Renamed"


@pytest.mark.parametrize("name", ["IndustryCode", "AccountTypeCode"])
def test_what_is_switched_off_is_not_chosen_anew_but_stays_where_it_is(shop: Shop, name: str) -> None:
    kind = {"IndustryCode": "industries", "AccountTypeCode": "account_types"}[name]
    _account(shop, **{name: 2})
    shop.change(kind, 2, Active=False)
    assert shop.ask("update_account", AccountCode=shop.account, **{name: 2}, City="Leeds")["Account"]["City"] == "Leeds"
    for wanted in (2, DEFAULT_ENTRIES[kind][2]["Name"]):
        refused = shop.client.call_tool("create_account", Name="Other", **{name: wanted}).error
        assert (refused["type"], refused["details"]["argument"]) == ("validation_error", name)
        assert DEFAULT_ENTRIES[kind][2]["Name"] not in refused["message"].partition(": ")[2].rstrip(".").split(", ")
    found = shop.ask("list_accounts", **{name: 2})
    assert [row["AccountCode"] for row in found["Items"]] == [shop.account]


def test_a_topic_that_is_switched_off_is_left_out_of_what_is_new(shop: Shop) -> None:
    kept = shop.ask("create_contact_list", Title="Kept", TopicCodes=[3])["ContactList"]["ContactListCode"]
    shop.change("topics", 3, Active=False)
    new = shop.ask("create_contact_list", Title="New", TopicCodes=[3, 4])
    assert [topic["TopicCode"] for topic in new["ContactList"]["Topics"]] == [4]
    assert [w["Code"] for w in new["Warnings"]] == ["UNKNOWN_REFERENCE"]
    changed = shop.ask("update_contact_list", ContactListCode=kept, TopicCodes=[3, 5])
    assert [topic["TopicCode"] for topic in changed["ContactList"]["Topics"]] == [3, 5]


def test_a_topic_has_its_parent(shop: Shop) -> None:
    code = shop.add("topics", Name="Small Events", ParentCode=3)
    (found,) = shop.ask("list_topics", Search="small")["Items"]
    assert found == {"TopicCode": code, "Name": "Small Events", "ParentCode": 3}
    with pytest.raises(InvalidArgument):
        shop.change("topics", 3, ParentCode=code)
    with pytest.raises(InvalidArgument):
        shop.change("topics", code, ParentCode=code)


def test_a_permission_is_offered_granted_and_kept_under_its_name(shop: Shop) -> None:
    jane = shop.ask("create_contact", Email="jane@o.example", FirstName="Jane", LastName="Doe")["Contact"]["UserCode"]
    code = shop.add("permissions", **STATEMENT)
    assert shop.ask("list_permissions", Search="post")["Permissions"][0]["Statement"] == STATEMENT["Statement"]
    shop.ask("grant_contact_permission", UserCode=jane, PermissionCode=code)
    shop.change("permissions", code, Name="Letters", Active=False)
    assert code not in _by_code(shop.ask("list_permissions")["Permissions"], "PermissionCode")
    shown = shop.ask("list_contact_permissions", UserCode=jane)["Permissions"]
    assert [(row["PermissionCode"], row["Name"]) for row in shown] == [(code, "Post")]
    other = shop.ask("create_contact", Email="joe@o.example", FirstName="Joe", LastName="Doe")["Contact"]["UserCode"]
    refused = shop.client.call_tool("grant_contact_permission", UserCode=other, PermissionCode=code).error
    assert (refused["type"], refused["details"]["argument"]) == ("not_found", "PermissionCode")


FLAGS = {
    "open": ({"Open": True}, True, True),
    "on ice": ({"Open": False}, False, True),
    "won": ({"Open": False, "Won": True, "Closed": True}, False, False),
    "lost": ({"Open": False, "Closed": True}, False, False),
}


@pytest.mark.parametrize(("flags", "is_open", "holds"), FLAGS.values(), ids=FLAGS)
def test_a_new_stage_counts_by_its_own_flags(shop: Shop, flags: Fields, *, is_open: bool, holds: bool) -> None:
    """An open one is listed under OpenOnly, and one that is not closed keeps its account from being deleted."""
    code = shop.add("stages", **STAGE, **flags)
    deal = shop.deal(Stage=2)["OpportunityCode"]
    moved = shop.ask("update_opportunity", OpportunityCode=deal, Stage="verbal yes", LostReason="Price")
    assert moved["Opportunity"]["Stage"]["Code"] == code
    is_lost = bool(flags.get("Closed")) and not flags.get("Won")
    assert moved["Opportunity"]["LostReason"] == ("Price" if is_lost else None)
    assert bool(shop.ask("list_opportunities", OpenOnly=True)["Items"]) is is_open
    shop.change("stages", code, Active=False)
    assert bool(shop.ask("list_opportunities", Stage=code)["Items"])
    shop.ask("update_opportunity", OpportunityCode=deal, Title="Other")
    refused = (
        "error"
        in shop.client.call_tool("delete_account", AccountCode=shop.account).document["result"]["structuredContent"]
    )
    assert refused is holds


def test_an_undo_brings_back_a_stage_of_ones_own(shop: Shop) -> None:
    code = shop.add("stages", **STAGE)
    deal = shop.deal(Stage=code)["OpportunityCode"]
    shop.ask("update_opportunity", OpportunityCode=deal, Stage=9)
    version = shop.ask("list_record_history", Family="opportunities", Code=deal)["Items"][0]["Version"]
    shop.ask("undo_change", Family="opportunities", Code=deal, Version=version)
    assert shop.ask("get_opportunity", OpportunityCode=deal)["Opportunity"]["Stage"]["Code"] == code
    assert [row["OpportunityCode"] for row in shop.ask("list_opportunities", OpenOnly=True)["Items"]] == [deal]


def test_a_new_opportunity_gets_the_first_stage_when_the_usual_one_is_off(shop: Shop) -> None:
    shop.change("stages", 1, Active=False)
    made = shop.deal()
    assert (made["Stage"]["Name"], made["Probability"]) == ("Qualification", 20)


def test_the_stages_come_in_their_order(shop: Shop) -> None:
    shop.change("stages", 11, Order=1)
    stages = shop.ask("list_opportunity_stages")["Stages"]
    assert [(row["StageCode"], row["SortOrder"]) for row in stages[:2]] == [(11, 1), (1, 2)]


def test_uses_are_counted(shop: Shop) -> None:
    _account(shop, IndustryCode=2)
    plan = shop.keeper.plan_save("industries", 2, {"Name": "Press", "Active": False})
    assert (plan.before, plan.after) == (
        {"Name": "Media and Publishing", "Active": True},
        {"Name": "Press", "Active": False},
    )
    text = " ".join(plan.consequences)
    assert "It stays, with its name, on 1 account." in text
    assert "Its name changes for 1 account." in text
    assert shop.keeper.plan_remove("industries", 3).consequences == ["It cannot be chosen any more."]
