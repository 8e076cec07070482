"""Forums: who can see them, what they answer, and their moderators."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.capability import Access
from affino_mcp.instance.builtin.access.guards import MAX_GUARDS
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.tool_errors import Conflict
from tests.flow.community import Community, threads, warned
from tests.world import World

NEVER = 999


OPEN = ("Customer Support", "Ideas", "Archive", "News")
LISTED: dict[str, tuple[tuple[str, ...], set[str], set[str]]] = {
    "max": (OPEN, {"Customer Support", "Ideas"}, set()),
    "mina": (OPEN, {"Customer Support", "Ideas"}, set(OPEN)),
    "pat": ((*OPEN, "Publishers' Lounge"), {"Customer Support", "Ideas", "News", "Publishers' Lounge"}, set()),
}


@pytest.mark.parametrize("person", LISTED)
def test_each_person_finds_their_forums(community: Community, person: str) -> None:
    names, postable, moderated = LISTED[person]
    page = getattr(community, person).call_tool("list_forums").result
    assert page["TotalRecords"] == len(names)
    assert tuple(row["Name"] for row in page["Items"]) == names
    assert {row["Name"] for row in page["Items"] if row["CanPost"]} == postable
    assert {row["Name"] for row in page["Items"] if row["IsModerator"]} == moderated


@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param("cust supp", ["Customer Support"], id="beginnings of words"),
        pytest.param("IDEAS", ["Ideas"], id="case"),
        pytest.param("lounge", [], id="a forum one may not read"),
        pytest.param("nothing of the kind", [], id="nothing"),
    ],
)
def test_forums_are_searched_by_words(community: Community, search: str, found: list[str]) -> None:
    assert [row["Name"] for row in community.max.call_tool("list_forums", Search=search).result["Items"]] == found


ON_A_FORUM: dict[str, dict[str, Any]] = {
    "get_forum": {},
    "list_forum_threads": {},
    "list_forum_moderators": {},
    "create_forum_thread": {"Title": "Hello", "Body": "<p>Hello</p>"},
    "add_forum_moderator": {"UserCode": 1},
    "remove_forum_moderator": {"UserCode": 1},
}


@pytest.mark.parametrize("tool", ON_A_FORUM)
def test_a_forum_one_may_not_read_does_not_exist(community: Community, tool: str) -> None:
    hidden = community.cora.call_tool(tool, ForumItemCode=community.lounge, **ON_A_FORUM[tool]).error
    never = community.cora.call_tool(tool, ForumItemCode=NEVER, **ON_A_FORUM[tool]).error
    assert hidden == never
    assert (hidden["code"], hidden["details"]["argument"]) == (-120, "ForumItemCode")


INSIDE: dict[str, tuple[str, dict[str, Any]]] = {
    "get_forum_thread": ("ForumThreadCode", {}),
    "update_forum_thread": ("ForumThreadCode", {"Title": "Mine"}),
    "delete_forum_thread": ("ForumThreadCode", {}),
    "moderate_forum_thread": ("ForumThreadCode", {"Action": "lock"}),
    "list_forum_posts": ("ForumThreadCode", {}),
    "create_forum_post": ("ForumThreadCode", {"Body": "<p>Hello</p>"}),
    "get_forum_post": ("ForumPostCode", {}),
    "update_forum_post": ("ForumPostCode", {"Body": "<p>Mine</p>"}),
    "delete_forum_post": ("ForumPostCode", {}),
    "moderate_forum_post": ("ForumPostCode", {"Action": "hide"}),
}


@pytest.mark.parametrize("tool", INSIDE)
def test_nothing_in_it_exists_either(community: Community, tool: str) -> None:
    thread = community.thread(by=community.pat, forum=community.lounge)
    post = community.post(thread["ForumThreadCode"], by=community.pat)
    name, more = INSIDE[tool]
    code = thread[name] if name == "ForumThreadCode" else post[name]
    hidden = community.mina.call_tool(tool, **{name: code}, **more).error
    assert hidden == community.mina.call_tool(tool, **{name: NEVER}, **more).error
    assert (hidden["code"], hidden["details"]["argument"]) == (-120, name)


def test_a_forum_says_how_it_stands(community: Community) -> None:
    community.thread(by=community.max)
    forum = community.max.call_tool("get_forum", ForumItemCode=community.support).result["Forum"]
    stated = {name: forum[name] for name in ("Name", "Moderated", "Open", "ThreadCount", "CanPost", "IsModerator")}
    assert stated == {
        "Name": "Customer Support",
        "Moderated": False,
        "Open": True,
        "ThreadCount": 1,
        "CanPost": True,
        "IsModerator": False,
    }
    (mina,) = forum["Moderators"]
    assert (mina["UserCode"], mina["Name"]) == (community.codes["Mina"], "Mina Moderator")
    assert mina["AddedBy"]["Name"] == "Cora Community"
    assert not {"ReadGroups", "PostGroups"} & forum.keys()


def test_a_forum_changed_by_the_operator_is_changed_on_the_next_call(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    assert community.forum("Customer Support", read=("Publishers",)) == community.support
    assert community.max.call_tool("get_forum_thread", ForumThreadCode=thread).error["code"] == -120
    assert community.mina.call_tool("get_forum_thread", ForumThreadCode=thread).error["code"] == -120
    assert threads(community.max) == []
    community.forum("Customer Support")
    assert (
        community.max.call_tool("get_forum_thread", ForumThreadCode=thread).result["Thread"]["ForumThreadCode"]
        == thread
    )
    assert community.max.call_tool("get_forum", ForumItemCode=community.support).result["Forum"]["Moderators"]


def test_as_many_forums_as_one_instance_holds(community: Community) -> None:
    for number in range(MAX_GUARDS["forums"] - 5):
        community.forum(f"Forum {number}")
    with pytest.raises(Conflict):
        community.forum("One more")
    assert len(community.max.call_tool("list_forums").result["Items"]) == MAX_GUARDS["forums"] - 1
    community.thread()
    assert len(threads(community.max)) == 1


def _moderators(community: Community) -> list[str]:
    found = community.max.call_tool("list_forum_moderators", ForumItemCode=community.support).result["Moderators"]
    return [row["Name"] for row in found]


def test_moderators_come_and_go(world: World, community: Community) -> None:
    which = {"ForumItemCode": community.support, "UserCode": community.codes["Ann"]}
    thread = community.thread()["ForumThreadCode"]
    lock = {"ForumThreadCode": thread, "Action": "lock"}
    assert community.ann.call_tool("moderate_forum_thread", **lock).error["code"] == -110
    added = community.cora.call_tool("add_forum_moderator", **which).result
    assert (added["Moderator"]["Name"], added["Moderator"]["AddedBy"]["Name"]) == ("Ann Other", "Cora Community")
    assert world.audit_rows()[-1]["records"] == [f"forums#{community.support}"]
    again = community.cora.call_tool("add_forum_moderator", **which).result
    assert (again["Moderator"], warned(again)) == (added["Moderator"], ["NO_CHANGE"])
    assert _moderators(community) == ["Mina Moderator", "Ann Other"]
    assert (
        community.ann.call_tool("moderate_forum_thread", **lock).result["Thread"]["Moderation"]["By"]["Name"]
        == "Ann Other"
    )
    removed = community.cora.call_tool("remove_forum_moderator", **which).result
    assert (removed["Moderator"], removed["UserCode"]) == (False, community.codes["Ann"])
    assert warned(community.cora.call_tool("remove_forum_moderator", **which).result) == ["NO_CHANGE"]
    assert (
        community.ann.call_tool("moderate_forum_thread", ForumThreadCode=thread, Action="unlock").error["code"] == -110
    )
    assert _moderators(community) == ["Mina Moderator"]


def test_moderating_one_forum_is_not_moderating_another(community: Community) -> None:
    community.moderates("Ann", community.ideas)
    thread = community.thread()["ForumThreadCode"]
    error = community.ann.call_tool("moderate_forum_thread", ForumThreadCode=thread, Action="pin").error
    assert (error["code"], error["details"]["rule"]) == (-110, f"moderator of forum {community.support}")


@pytest.mark.parametrize("tool", ["add_forum_moderator", "remove_forum_moderator"])
def test_naming_moderators_needs_its_right(community: Community, tool: str) -> None:
    error = community.mina.call_tool(tool, ForumItemCode=community.support, UserCode=community.codes["Ann"]).error
    assert (error["code"], error["details"]["rule"]) == (-110, "forums.manage_moderators")


def test_a_moderator_is_a_person_who_can_log_in(community: Community) -> None:
    given = {"Email": "jane@orbital.example", "FirstName": "Jane", "LastName": "Doe"}
    seller = community.client("Sal", "Seller", "Sales")
    jane = seller.call_tool("create_contact", **given).result["Contact"]["UserCode"]
    add = {"ForumItemCode": community.support}
    assert community.cora.call_tool("add_forum_moderator", **add, UserCode=jane).error["code"] == -120
    assert community.cora.call_tool("add_forum_moderator", **add, UserCode=NEVER).error["code"] == -120
    removed = community.cora.call_tool("remove_forum_moderator", **add, UserCode=NEVER).result
    assert [warning["Code"] for warning in removed["Warnings"]] == ["NO_CHANGE"]


def test_forums_switched_off_or_read_only(world: World, community: Community, handler: LambdaHandler) -> None:
    thread = community.thread()["ForumThreadCode"]
    client = community.max
    client.headers = world.log_in(
        world.create_profile("reader", {"forums": frozenset([Access.READ])}), community.codes["Max"]
    )
    assert "create_forum_post" not in client.list_tool_names()
    assert "list_forum_posts" in client.list_tool_names()
    assert client.call_tool("create_forum_post", ForumThreadCode=thread, Body="<p>x</p>").error["code"] == -111
    client.headers = world.log_in(
        world.create_profile("crm", {"accounts": frozenset([Access.READ])}), community.codes["Max"]
    )
    assert not [name for name in client.list_tool_names() if "forum" in name]
    assert client.call_tool("list_forums").error["code"] == -111
