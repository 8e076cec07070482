"""Posts: numbering, replies, long texts, changes, and the thread's counters of its posts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, numbers, read_thread, warned
from tests.world import WorldClient


def test_posts_are_numbered_in_their_thread(community: Community, thread: int) -> None:
    other = community.thread()["ForumThreadCode"]
    made = [community.post(place)["Number"] for place in (thread, other, thread, thread, other)]
    assert made == [2, 2, 3, 4, 3]
    assert numbers(community.max, thread) == [1, 2, 3, 4]
    assert numbers(community.max, thread, SortOrder="desc") == [4, 3, 2, 1]
    seen = read_thread(community.max, thread)
    assert (seen["PostCount"], seen["LastPost"]["Number"]) == (4, 4)
    assert seen["LastPost"]["Author"]["Name"] == "Ann Other"


def test_a_post_answers_in_full(community: Community, thread: int) -> None:
    first = community.post(thread)
    post = community.post(thread, by=community.max, ReplyToPostCode=first["ForumPostCode"])
    assert (post["ForumThreadCode"], post["Number"], post["ReplyToPostCode"]) == (thread, 3, first["ForumPostCode"])
    assert post["Author"] == post["CreatedBy"] == {"UserCode": community.codes["Max"], "Name": "Max Member"}
    assert post["Moderation"] == {"Hidden": False, "Status": "approved", "By": None, "At": None, "Reason": None}
    assert community.ann.call_tool("get_forum_post", ForumPostCode=post["ForumPostCode"]).result["Post"] == post
    listed = community.ann.call_tool("list_forum_posts", ForumThreadCode=thread).result
    assert listed["Items"][-1] == post
    assert (listed["TotalRecords"], listed["LastRecordCode"]) == (3, post["ForumPostCode"])


def test_posts_are_read_page_by_page(community: Community, thread: int) -> None:
    for _ in range(6):
        community.post(thread)
    for order in ("asc", "desc"):
        found, more = list[int](), dict[str, str]()
        while True:
            which = {"ForumThreadCode": thread, "PageSize": 3, "SortOrder": order} | more
            page = community.max.call_tool("list_forum_posts", **which).result
            found += [row["Number"] for row in page["Items"]]
            if page["NextCursor"] is None:
                break
            more = {"Cursor": page["NextCursor"]}
        assert found == numbers(community.max, thread, SortOrder=order)
    assert len(found) == 7


REPLIES: dict[str, int] = {"another thread": -120, "nothing": -120, "a hidden post": -120, "a deleted post": -120}


@pytest.mark.parametrize("case", REPLIES)
def test_only_a_post_that_is_seen_in_the_thread_is_answered(community: Community, thread: int, case: str) -> None:
    post = community.post(thread)["ForumPostCode"]
    code = {"another thread": community.thread()["FirstPost"]["ForumPostCode"], "nothing": 999}.get(case, post)
    if case == "a hidden post":
        community.decide(post, "hide")
    if case == "a deleted post":
        community.mina.call_tool("delete_forum_post", ForumPostCode=post).result  # noqa: B018
    given = {"ForumThreadCode": thread, "Body": "<p>No</p>", "ReplyToPostCode": code}
    error = community.max.call_tool("create_forum_post", **given).error
    assert (error["code"], error["details"]["argument"]) == (REPLIES[case], "ReplyToPostCode")


def test_an_answered_post_is_named_only_while_it_is_seen(community: Community, thread: int) -> None:
    first = community.post(thread)["ForumPostCode"]
    answer = community.post(thread, by=community.max, ReplyToPostCode=first)["ForumPostCode"]
    community.decide(first, "hide")

    def named(client: WorldClient) -> list[Any]:
        single = client.call_tool("get_forum_post", ForumPostCode=answer).result["Post"]
        rows = client.call_tool("list_forum_posts", ForumThreadCode=thread).result["Items"]
        return [single["ReplyToPostCode"], rows[-1]["ReplyToPostCode"]]

    assert named(community.max) == [None, None]
    assert named(community.mina) == [first, first]
    community.decide(first, "unhide")
    assert named(community.max) == [first, first]


STATES: dict[str, tuple[str, ...]] = {"locked": ("lock",), "hidden": ("hide",), "rejected": ("reject",)}


@pytest.mark.parametrize("state", STATES)
def test_a_thread_takes_replies_while_it_is_open(community: Community, thread: int, state: str) -> None:
    for action in STATES[state]:
        community.moderate(thread, action)
    error = community.mina.call_tool("create_forum_post", ForumThreadCode=thread, Body="<p>No</p>").error
    assert (error["code"], error["type"]) == (-131, "invalid_state")


def test_a_closed_forum_takes_no_replies(community: Community, thread: int) -> None:
    community.forum("Customer Support", is_open=False)
    assert community.max.call_tool("create_forum_post", ForumThreadCode=thread, Body="<p>No</p>").error["code"] == -131


def test_a_forum_to_read_only_takes_no_replies(community: Community) -> None:
    thread = community.thread(by=community.pat, forum=community.news)["ForumThreadCode"]
    error = community.max.call_tool("create_forum_post", ForumThreadCode=thread, Body="<p>No</p>").error
    assert (error["code"], error["details"]["rule"]) == (-110, "forums.post")
    assert numbers(community.max, thread) == [1]


def test_a_post_is_rewritten_with_who_when_and_why(community: Community, thread: int) -> None:
    post = community.post(thread)["ForumPostCode"]
    update = {"ForumPostCode": post, "Body": "<p>In 9.0.12</p>"}
    changed = community.ann.call_tool("update_forum_post", **update, Reason="version").result["Post"]
    assert (changed["Body"], changed["EditReason"]) == ("<p>In 9.0.12</p>", "version")
    assert changed["EditedBy"] == {"UserCode": community.codes["Ann"], "Name": "Ann Other"}
    assert changed["EditedDate"] is not None
    again = community.ann.call_tool("update_forum_post", **update).result
    assert (warned(again), again["Post"]) == (["NO_CHANGE"], changed)
    by_moderator = community.mina.call_tool("update_forum_post", **update | {"Body": "<p>[link removed]</p>"}).result[
        "Post"
    ]
    assert (by_moderator["EditedBy"]["Name"], by_moderator["EditReason"]) == ("Mina Moderator", None)
    assert by_moderator["Author"]["Name"] == "Ann Other"


WHO_MAY: dict[str, dict[str, tuple[int, int]]] = {
    "update_forum_post": {"ann": (0, -131), "mina": (0, 0), "max": (-110, -110), "cora": (-110, -110)},
    "delete_forum_post": {"ann": (0, -131), "mina": (0, 0), "max": (-110, -110), "cora": (-110, -110)},
}
CASES = [(tool, person, *codes) for tool, people in WHO_MAY.items() for person, codes in people.items()]


@pytest.mark.parametrize(("tool", "person", "open_", "locked"), CASES)
@pytest.mark.parametrize("state", ["open", "locked"])
def test_a_post_is_its_authors_or_a_moderators(
    community: Community, thread: int, tool: str, person: str, open_: int, locked: int, state: str
) -> None:
    post = community.post(thread)["ForumPostCode"]
    if state == "locked":
        community.moderate(thread, "lock")
    arguments = {"ForumPostCode": post} | ({"Body": "<p>Changed</p>"} if tool.startswith("update") else {})
    result = getattr(community, person).call_tool(tool, **arguments).document["result"]
    code = result["structuredContent"]["error"]["code"] if result.get("isError") else 0
    assert code == (locked if state == "locked" else open_)


@pytest.mark.parametrize("person", ["max", "mina"])
def test_the_opening_post_goes_with_its_thread(community: Community, thread: int, person: str) -> None:
    opening = read_thread(community.max, thread)["FirstPost"]["ForumPostCode"]
    error = getattr(community, person).call_tool("delete_forum_post", ForumPostCode=opening).error
    assert (error["code"], error["type"]) == (-130, "conflict")
    assert "delete_forum_thread" in error["message"]


def test_the_thread_follows_what_happens_to_its_last_posts(community: Community, thread: int) -> None:
    codes = [community.post(thread)["ForumPostCode"] for _ in range(4)]
    opening = read_thread(community.max, thread)["FirstPost"]["ForumPostCode"]

    def last() -> tuple[int, int]:
        seen = read_thread(community.max, thread)
        return seen["PostCount"], seen["LastPost"]["ForumPostCode"]

    assert last() == (5, codes[3])
    community.decide(codes[3], "hide")
    assert last() == (4, codes[2])
    community.ann.call_tool("delete_forum_post", ForumPostCode=codes[1]).result  # noqa: B018
    assert last() == (3, codes[2])
    community.decide(codes[2], "reject")
    assert last() == (2, codes[0])
    community.decide(codes[3], "unhide")
    assert last() == (3, codes[3])
    community.decide(codes[2], "approve")
    assert last() == (4, codes[3])
    for code in (codes[0], codes[2], codes[3]):
        community.mina.call_tool("delete_forum_post", ForumPostCode=code).result  # noqa: B018
    assert last() == (1, opening)
    assert community.post(thread)["Number"] == 6
