"""Names where codes are asked: taken where exactly one record fits that the person may see, at a bounded cost."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow import crm
from tests.flow.community import Community
from tests.flow.website import Website
from tests.world import World, WorldClient


@pytest.fixture
def website(world: World, handler: LambdaHandler, profile: Profile) -> Website:
    return Website(world, handler, profile)


def test_names_of_accounts_people_and_lists(world: World, manager: WorldClient) -> None:
    at, jane = crm.account(manager), crm.contact(manager, "Jane")
    made = manager.call_tool("create_contact_list", Title="Spring 2026 Campaign").result["ContactList"]
    linked = manager.call_tool("link_contact_to_account", UserCode="jane doe", AccountCode="Orbital Labs").result
    assert (linked["Link"]["UserCode"], linked["Link"]["AccountCode"]) == (jane, at)
    assert {(w["Code"], w["Argument"]) for w in linked["Warnings"]} == {
        ("STORED_DIFFERENTLY", "UserCode"),
        ("STORED_DIFFERENTLY", "AccountCode"),
    }
    added = manager.call_tool(
        "add_contact_list_members", ContactListCode="Spring 2026 Campaign", UserCodes=["jane@orbital.example"]
    ).result
    assert [w["Code"] for w in added["Warnings"]] == ["STORED_DIFFERENTLY"] * 2
    listed = manager.call_tool("list_contacts", ContactListCode="spring 2026 campaign").result
    assert [row["UserCode"] for row in listed["Items"]] == [jane]
    row = world.audit_rows()[-1]
    assert (row["outcome"], row["arguments"]["ContactListCode"]) == ("ok", "spring 2026 campaign")
    assert (
        row["warnings"][0]["Message"]
        == f"ContactListCode was taken as {made['ContactListCode']}, Spring 2026 Campaign."
    )


def test_owners_are_staff(manager: WorldClient, seller: WorldClient) -> None:
    crm.contact(manager, "Sal", LastName="Seller")
    me = seller.call_tool("get_current_user").result["UserCode"]
    made = manager.call_tool("create_task", Title="Call", OwnerCode="Sal Seller").result
    assert made["Task"]["Owner"]["UserCode"] == me
    error = manager.call_tool("list_contacts", AccountCode="Sal Seller").error
    assert error["message"].startswith("AccountCode is no code, and no account that you may see has this name.")
    assert "list_accounts" in error["message"]
    two = manager.call_tool("create_note", Body="Called", UserCode="Sal Seller").error
    assert two["message"].startswith("UserCode fits several: ")
    assert f"{me} Sal Seller" in two["message"]


def test_topics_and_permissions_by_name(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    granted = manager.call_tool("grant_contact_permission", UserCode=jane, PermissionCode="marketing e-mail").result
    assert granted["Permission"]["PermissionCode"] == 1
    at = crm.account(manager, TopicCodes=["Renewal", 3])
    topics = manager.call_tool("get_account", AccountCode=at).result["Account"]["Topics"]
    assert [topic["TopicCode"] for topic in topics] == [2, 3]
    error = manager.call_tool("create_account", Name="Other", TopicCodes="Renewals").error
    assert error["details"]["argument"] == "TopicCodes"
    assert all(word in error["message"] for word in ("2 Renewal", "list_topics"))


def test_a_deletion_takes_the_code_alone(world: World, manager: WorldClient) -> None:
    at = crm.account(manager)
    error = manager.call_tool("delete_account", AccountCode="Orbital Labs").error
    assert (error["code"], error["message"]) == (-10, "AccountCode must be a whole number.")
    assert manager.call_tool("get_account", AccountCode=at).result["Account"]["Name"] == "Orbital Labs"


def test_a_repeat_by_name_is_the_same_call_though_the_name_is_gone(manager: WorldClient) -> None:
    at = crm.account(manager)
    sent = {"AccountCode": "Orbital Labs", "Name": "Orbital", "IdempotencyKey": "rename-1"}
    first = manager.call_tool("update_account", **sent).result
    again = manager.call_tool("update_account", **sent).result
    assert first["Account"]["AccountCode"] == again["Account"]["AccountCode"] == at
    assert "REPLAYED" in crm.codes(again["Warnings"])
    assert manager.call_tool("update_account", **(sent | {"Name": "Orbit"})).error["type"] == "conflict"


def test_who_may_not_list_them_learns_no_names(world: World, manager: WorldClient) -> None:
    crm.account(manager)
    rights = {"tasks.read": None, "tasks.write": None}
    len_ = world.people.create(77, "Len Limited", "len@affino.example", rights=rights).user_code
    limited = WorldClient(world, manager.handler, world.log_in(world.create_profile("everything"), len_))
    told = [limited.call_tool("list_tasks", OwnerCode=name).error["message"] for name in ("Sam Manager", "Nobody")]
    assert told[0] == told[1]
    both = {family: frozenset(Access) for family in ("tasks",)}
    sam = manager.call_tool("get_current_user").result["UserCode"]
    profile = WorldClient(world, manager.handler, world.log_in(world.create_profile("tasks only", both), sam))
    assert profile.call_tool("create_task", Title="x", OwnerCode="Sam Manager").error["code"] == -10


def test_forums_by_name_are_those_that_the_person_sees(community: Community) -> None:
    made = community.max.call_tool(
        "create_forum_thread", ForumItemCode="customer support", Title="Hello", Body="<p>Hi</p>"
    ).result
    assert made["Thread"]["ForumItemCode"] == community.support
    hidden = community.max.call_tool("list_forum_threads", ForumItemCode="Publishers' Lounge").error
    unknown = community.max.call_tool("list_forum_threads", ForumItemCode="Publishers' Loungf").error
    assert "Lounge" not in hidden["message"] + unknown["message"]
    assert hidden["message"] == unknown["message"]


def test_sections_types_and_categories_by_name(website: Website) -> None:
    sent = {"Title": "Spring", "standardSectionCode": "marketing", "ArticleTypeCode": "how-to"}
    made = website.editor.call_tool("create_article", **sent).result["Article"]
    assert (made["Section"]["Name"], made["ArticleType"]["Name"]) == ("Marketing", "How-to")
    article = made["StandardItemCode"]
    added = website.editor.call_tool("add_article_categories", StandardItemCode=article, CategoryCodes="Guides").result
    assert [category["CategoryCode"] for category in added["Categories"]] == [website.guides]
    listed = website.editor.call_tool(
        "list_articles", standardSectionCode="Website/Marketing", CategoryCode="guides"
    ).result
    assert [row["StandardItemCode"] for row in listed["Items"]] == [article]
    error = website.editor.call_tool("create_article", Title="x", standardSectionCode="Board").error
    assert "Board" not in error["message"]
    assert f"There are: {website.marketing} Marketing." in error["message"]


@pytest.mark.parametrize("size", [3, 300])
def test_a_name_costs_the_same_at_any_size(world: World, manager: WorldClient, size: int) -> None:
    for number in range(size):
        crm.account(manager, f"Company {number:04}")
    plain, by_name, unknown = (_reads(world, manager, named) for named in (2, "Company 0001", "Company 00x1"))
    assert by_name - plain == 2
    assert unknown <= 4


def _reads(world: World, client: WorldClient, account: Any) -> int:
    """How many reads of records a list of an account's contacts takes."""
    world.watched.calls.clear()
    client.call_tool("list_contacts", AccountCode=account)
    table = world.settings.records_table
    return len([method for method, where in world.watched.calls if where == table and method != "transact"])


def test_a_call_names_at_most_ten_records(manager: WorldClient) -> None:
    made = manager.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    names = [f"Jane {number}" for number in range(11)]
    error = manager.call_tool("add_contact_list_members", ContactListCode=made, UserCodes=names).error
    assert error["message"] == "UserCodes must hold codes: a call may name at most 10 records."


def test_signs_between_words_do_not_matter_where_no_record_has_them(community: Community) -> None:
    for name in ("customer-support", "Customer_Support", "customersupport"):
        read = community.max.call_tool("get_forum", ForumItemCode=name).result["Forum"]
        assert read["ForumItemCode"] == community.support
    signed = community.forum("Customer-Support")
    assert (
        community.max.call_tool("get_forum", ForumItemCode="customer-support").result["Forum"]["ForumItemCode"]
        == signed
    )
    assert community.max.call_tool("get_forum", ForumItemCode="customer_support").error["type"] == "validation_error"
    assert community.max.call_tool("get_forum", ForumItemCode="support").error["type"] == "validation_error"
