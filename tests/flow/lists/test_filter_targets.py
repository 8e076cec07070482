"""Filters of lists by a code: one that is not there, or not for this person, is `not_found`, with the tool to look it up."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.identity.permissions import SECURITY_GROUPS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.world import World, WorldClient

# list: its filters by a code, with the tool that a refusal names
FILTERS: dict[str, dict[str, str]] = {
    "list_accounts": {
        "AccountManagerCode": "list_contacts with StaffOnly",
        "ParentCode": "list_accounts",
        "TopicCodes": "list_topics",
    },
    "list_contacts": {
        "AccountCode": "list_accounts",
        "PermissionCode": "list_permissions",
        "TopicCodes": "list_topics",
        "ContactListCode": "",
        "WithoutContactListCode": "",
        "WithoutPermissionCode": "list_permissions",
    },
    "list_opportunities": {
        "AccountCode": "list_accounts",
        "UserCode": "list_contacts",
        "OwnerCode": "list_contacts with StaffOnly",
        "OwnerCodes": "list_contacts with StaffOnly",
        "TopicCodes": "list_topics",
    },
    "list_tasks": {
        "OwnerCode": "list_contacts with StaffOnly",
        "OwnerCodes": "list_contacts with StaffOnly",
        "AccountCode": "list_accounts",
        "UserCode": "list_contacts",
        "OpportunityCode": "list_opportunities",
    },
    "list_notes": {
        "AuthorCode": "list_contacts with StaffOnly",
        "AccountCode": "list_accounts",
        "UserCode": "list_contacts",
        "OpportunityCode": "list_opportunities",
    },
    "list_account_lists": {"AccountCode": "list_accounts"},
    "list_contact_lists": {"UserCode": "list_contacts"},
    "list_articles": {
        "standardSectionCode": "list_sections",
        "ArticleTypeCode": "list_article_types",
        "CategoryCode": "list_article_categories",
        "AuthorCode": "list_contacts with StaffOnly",
        "TopicCodes": "list_topics",
        "MediaFileItemCode": "list_media_items",
    },
    "list_sections": {"ChannelCode": "list_sections"},
    "list_media_items": {"CategoryCode": "list_media_categories", "TopicCodes": "list_topics"},
    "list_forum_threads": {"AuthorCode": "list_contacts with StaffOnly", "ForumItemCode": ""},
}
CASES = [(tool, name, lookup) for tool, filters in FILTERS.items() for name, lookup in filters.items()]
IDS = [f"{tool} {name}" for tool, name, _ in CASES]
BY_OTHER_MEANS = {"StartCode", "AccountTypeCode", "IndustryCode", "Stage"}
"""Places of pages, and entries of lists that a refusal lists by name."""


@pytest.fixture
def manager(world: World, handler: LambdaHandler, profile: Profile) -> WorldClient:
    """A person who has every right."""
    code = world.create_person("Una", "Mighty", *SECURITY_GROUPS)
    return WorldClient(world, handler, world.log_in(profile, code))


def test_every_filter_by_a_code_is_in_the_table() -> None:
    lists = {
        m.name: m for m in METHODS.values() if m.effect is Effect.READ and "PageSize" in {f.name for f in m.arguments}
    }
    del lists["list_activity"]  # its codes name the record whose activity is listed
    coded = {
        name: {f.name for f in method.arguments if f.name.endswith(("Code", "Codes")) and not f.required}
        for name, method in lists.items()
    }
    assert {name: found - BY_OTHER_MEANS for name, found in coded.items() if found - BY_OTHER_MEANS} == {
        name: set(filters) for name, filters in FILTERS.items() if name != "list_sections"
    }


def _given(name: str, code: int) -> dict[str, Any]:
    return {name: [code] if name.endswith("Codes") else code}


@pytest.mark.parametrize(("tool", "name", "lookup"), CASES, ids=IDS)
@pytest.mark.parametrize("more", [{}, {"Search": "orbital"}], ids=["plain", "searched"])
def test_a_code_that_is_not_there(
    world: World, manager: WorldClient, tool: str, name: str, lookup: str, more: dict[str, str]
) -> None:
    crm.account(manager)
    error = manager.call_tool(tool, **_given(name, 987654), **more).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", name)
    assert lookup in error["message"]
    row = world.audit_rows()[-1]
    assert (row["method"], row["status"]) == (tool, 404)


@pytest.mark.parametrize(
    ("tool", "name"), [(tool, name) for tool, name, lookup in CASES if "StaffOnly" in lookup], ids=lambda part: part
)
def test_a_person_who_is_no_staff(manager: WorldClient, tool: str, name: str) -> None:
    error = manager.call_tool(tool, **_given(name, crm.contact(manager, "Jane"))).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", name)


CROSSING = [
    ("list_contacts", "AccountCode", "accounts"),
    ("list_opportunities", "AccountCode", "accounts"),
    ("list_opportunities", "UserCode", "contacts"),
    ("list_tasks", "AccountCode", "accounts"),
    ("list_tasks", "UserCode", "contacts"),
    ("list_notes", "OpportunityCode", "opportunities"),
    ("list_contact_lists", "UserCode", "contacts"),
    ("list_account_lists", "AccountCode", "accounts"),
    ("list_contacts", "WithoutContactListCode", "contact_lists"),
]


@pytest.mark.parametrize(("tool", "name", "family"), CROSSING, ids=[f"{t} {n}" for t, n, _ in CROSSING])
def test_a_code_of_a_closed_family_is_like_one_that_is_not_there(
    world: World, manager: WorldClient, tool: str, name: str, family: str
) -> None:
    at, jane = crm.account(manager), crm.contact(manager, "Jane")
    crm.opportunity(manager, at, PrimaryContactCode=jane)
    manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=at)
    manager.call_tool("create_contact_list", Title="Spring")
    profile = world.create_profile("without", {f: frozenset(Access) for f in SWITCHED_FAMILIES if f != family})
    client = WorldClient(world, manager.handler, world.log_in(profile, 1))
    there = {"AccountCode": at, "UserCode": jane, "OpportunityCode": 1}.get(name, 1)
    answers = [client.call_tool(tool, **{name: code}).error for code in (there, 987654)]
    assert answers[0] == answers[1]
    assert answers[0]["type"] == "not_found"


def test_what_is_about_a_deleted_record_is_still_found_by_it(world: World, manager: WorldClient) -> None:
    at = crm.account(manager)
    manager.call_tool("create_task", Title="Call", AccountCode=at)
    manager.call_tool("delete_account", AccountCode=at)
    (row,) = manager.call_tool("list_tasks", AccountCode=at).result["Items"]
    assert row["Scope"] == {"Type": "account", "Code": at, "Name": "Orbital Labs", "Deleted": True}
    assert manager.call_tool("list_notes", AccountCode=at).error["type"] == "not_found"
    assert manager.call_tool("list_contacts", AccountCode=at).error["type"] == "not_found"


def test_a_filter_that_is_there_costs_no_request(world: World, manager: WorldClient) -> None:
    at = crm.account(manager)
    crm.opportunity(manager, at)
    costs = []
    for asked in ({}, {"AccountCode": at, "OwnerCode": 1}):
        world.watched.calls.clear()
        assert len(manager.call_tool("list_opportunities", **asked).result["Items"]) == 1
        costs.append(len(world.watched.calls))
    assert costs[0] == costs[1]
