"""Lists of threads: exactly what is asked for, and only what the person may see."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, threads
from tests.world import World, WorldClient


@pytest.fixture
def lists(community: Community) -> dict[str, int]:
    """Threads of several kinds; those in the ideas forum wait for approval."""
    made = {"plain": community.thread()["ForumThreadCode"]}
    made["pinned"] = community.thread(Title="Welcome")["ForumThreadCode"]
    made["locked"] = community.thread(by=community.ann, Title="Old login issues")["ForumThreadCode"]
    made["hidden"] = community.thread(Title="Advertising")["ForumThreadCode"]
    made["idea"] = community.thread(forum=community.ideas, Title="Dark mode")["ForumThreadCode"]
    made["anns"] = community.thread(forum=community.ideas, by=community.ann, Title="Login by passkey")[
        "ForumThreadCode"
    ]
    for action, name in (("pin", "pinned"), ("lock", "locked"), ("hide", "hidden")):
        community.moderate(made[name], action)
    return made


ASKED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "all that a member sees": ("max", {}, ["plain", "pinned", "locked", "idea"]),
    "all that an author sees": ("ann", {}, ["plain", "pinned", "locked", "anns"]),
    "all that a moderator sees": ("mina", {}, ["plain", "pinned", "locked", "hidden", "idea", "anns"]),
    "one forum": ("max", {"ForumItemCode": "support"}, ["plain", "pinned", "locked"]),
    "a moderated forum": ("ann", {"ForumItemCode": "ideas"}, ["anns"]),
    "pinned": ("max", {"Pinned": True}, ["pinned"]),
    "not pinned": ("max", {"Pinned": False}, ["plain", "locked", "idea"]),
    "locked": ("max", {"Locked": True}, ["locked"]),
    "not locked, one forum": ("max", {"Locked": False, "ForumItemCode": "support"}, ["plain", "pinned"]),
    "by author": ("max", {"AuthorCode": "Ann"}, ["locked"]),
    "by author in a forum": ("mina", {"AuthorCode": "Ann", "ForumItemCode": "ideas"}, ["anns"]),
    "approved": ("max", {"Status": "approved"}, ["plain", "pinned", "locked"]),
    "approved, for a moderator": ("mina", {"Status": "approved"}, ["plain", "pinned", "locked"]),
    "pending": ("mina", {"Status": "pending"}, ["idea", "anns"]),
    "pending in a forum": ("mina", {"Status": "pending", "ForumItemCode": "support"}, []),
    "hidden": ("mina", {"Status": "hidden"}, ["hidden"]),
    "all, for a moderator": (
        "mina",
        {"Status": "all"},
        ["plain", "pinned", "locked", "hidden", "idea", "anns"],
    ),
    "search": ("max", {"Search": "log iss"}, ["plain", "locked"]),
    "search over forums, for an author": ("ann", {"Search": "login"}, ["plain", "locked", "anns"]),
    "search in a forum": ("ann", {"Search": "login", "ForumItemCode": "support"}, ["plain", "locked"]),
    "search for what is hidden": ("max", {"Search": "advertising"}, []),
    "search for what is hidden, as a moderator": ("mina", {"Search": "advertising"}, ["hidden"]),
    "by title": (
        "mina",
        {"SortBy": "Title", "SortOrder": "desc"},
        ["pinned", "locked", "plain", "anns", "idea", "hidden"],
    ),
    "newest first": ("max", {"SortBy": "Created", "SortOrder": "desc"}, ["idea", "locked", "pinned", "plain"]),
}


@pytest.mark.parametrize("case", ASKED)
def test_threads_are_listed(community: Community, lists: dict[str, int], case: str) -> None:
    person, filters, expected = ASKED[case]
    known = {"AuthorCode": community.codes, "ForumItemCode": vars(community)}
    filters = {name: known[name][value] if name in known else value for name, value in filters.items()}
    found = getattr(community, person).call_tool("list_forum_threads", **filters).result
    names = {code: name for name, code in lists.items()}
    assert [names[row["ForumThreadCode"]] for row in found["Items"]] == expected
    assert (found["TotalRecords"], found["NextCursor"]) == (len(expected), None)


@pytest.mark.parametrize("status", ["pending", "hidden"])
@pytest.mark.parametrize("where", [{}, {"ForumItemCode": "ideas"}], ids=["everywhere", "in a forum"])
def test_what_waits_or_is_hidden_is_for_moderators(community: Community, status: str, where: dict[str, str]) -> None:
    filters = {name: getattr(community, value) for name, value in where.items()}
    error = community.max.call_tool("list_forum_threads", Status=status, **filters).error
    assert error["code"] == -110
    assert error["details"]["rule"].startswith("moderator of")


@pytest.mark.parametrize("person", ["max", "ann", "mina"])
@pytest.mark.parametrize("where", [{}, {"ForumItemCode": "support"}], ids=["everywhere", "in a forum"])
@pytest.mark.parametrize("order", [{}, {"SortBy": "Updated", "SortOrder": "desc"}], ids=["by code", "by update"])
def test_pages_hold_everything_once(
    community: Community, lists: dict[str, int], person: str, where: dict[str, str], order: dict[str, str]
) -> None:
    client: WorldClient = getattr(community, person)
    filters = {name: getattr(community, value) for name, value in where.items()} | order
    found, more = list[int](), dict[str, str]()
    while True:
        page = client.call_tool("list_forum_threads", PageSize=2, **filters, **more).result
        found += [row["ForumThreadCode"] for row in page["Items"]]
        if page["NextCursor"] is None:
            break
        more = {"Cursor": page["NextCursor"]}
    assert found == threads(client, **filters)
    assert len(found) == len(set(found))


def test_a_cursor_is_one_persons(community: Community, lists: dict[str, int]) -> None:
    cursor = community.mina.call_tool("list_forum_threads", PageSize=1).result["NextCursor"]
    assert community.max.call_tool("list_forum_threads", PageSize=1, Cursor=cursor).error["code"] == -10


def test_a_date_filter_finds_threads_with_new_replies(world: World, community: Community) -> None:
    first, _ = community.thread()["ForumThreadCode"], community.thread()
    world.clock.move(minutes=5)
    since = world.clock().isoformat()
    world.clock.move(minutes=5)
    community.post(first)
    assert threads(community.max, DateFilter=since) == [first]
    assert threads(community.max, SortBy="Updated", SortOrder="desc")[0] == first


def test_what_a_person_may_not_see_leaves_no_trace_in_pages(community: Community) -> None:
    """A forum full of held threads costs its readers neither pages nor reads."""
    for number in range(30):
        community.thread(by=community.ann, forum=community.ideas, Title=f"Idea {number}")
    first = community.max.call_tool("list_forum_threads", ForumItemCode=community.archive).result
    reads = list[int]()
    for forum in (community.ideas, community.archive):
        community.world.watched.calls.clear()
        page = community.max.call_tool("list_forum_threads", ForumItemCode=forum).result
        assert (
            (page["Items"], page["TotalRecords"], page["NextCursor"])
            == ([], 0, None)
            == tuple(first[name] for name in ("Items", "TotalRecords", "NextCursor"))
        )
        reads.append(len(community.world.watched.calls))
    assert reads[0] == reads[1]
