"""Threads that are split: replies move into a thread of their own, and an undo brings them back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, count_threads, numbers, read_thread, threads
from tests.world import World, WorldClient


@pytest.fixture
def replies(community: Community, thread: int) -> list[int]:
    """Four replies of two people in the thread."""
    return [int(community.post(thread, by)["ForumPostCode"]) for by in (community.ann, community.max) * 2]


def splitting(thread: int, posts: list[int], **more: Any) -> dict[str, Any]:
    return {"ForumThreadCode": thread, "ForumPostCodes": posts, "Title": "Dark mode"} | more


def split(by: WorldClient, thread: int, posts: list[int], **more: Any) -> dict[str, Any]:
    return by.call_tool("split_forum_thread", **splitting(thread, posts, **more)).result


def undo(by: WorldClient, thread: int) -> Any:
    return by.call_tool("undo_change", Family="forum_threads", Code=thread, Version=1)


def test_the_replies_are_a_thread_of_their_own(
    world: World, community: Community, thread: int, replies: list[int]
) -> None:
    before = len(world.audit_rows())
    made = split(community.mina, thread, [replies[3], replies[1]])
    new = made["Thread"]["ForumThreadCode"]
    assert len(world.audit_rows()) == before + 1
    assert (made["Thread"]["Title"], made["Thread"]["Author"]["Name"]) == ("Dark mode", "Max Member")
    assert (made["Thread"]["PostCount"], made["Thread"]["FirstPost"]["ForumPostCode"]) == (2, replies[1])
    assert made["Thread"]["Moderation"]["By"]["Name"] == "Mina Moderator"
    assert numbers(community.ann, new) == [1, 2]
    assert numbers(community.ann, thread) == [1, 2, 4]
    old = read_thread(community.ann, thread)
    assert (old["PostCount"], old["LastPost"]["ForumPostCode"]) == (3, replies[2])
    assert count_threads(community, community.support) == 2
    assert community.post(new)["Number"] == 3
    assert community.post(thread)["Number"] == 6


def test_undo_moves_everything_back(community: Community, thread: int, replies: list[int]) -> None:
    was = read_thread(community.mina, thread)
    new = split(community.mina, thread, replies[2:])["Thread"]["ForumThreadCode"]
    assert undo(community.mina, new).result["Undone"]["How"] == "deleted"
    now = read_thread(community.mina, thread)
    assert {name: now[name] for name in ("PostCount", "LastPost")} == {
        name: was[name] for name in ("PostCount", "LastPost")
    }
    assert numbers(community.ann, thread) == [1, 2, 3, 4, 5]
    assert community.mina.call_tool("get_forum_thread", ForumThreadCode=new).error["type"] == "not_found"
    assert count_threads(community, community.support) == 1
    again = community.mina.call_tool("undo_change", Family="forum_threads", Code=new, Version=2).error
    assert again["type"] == "conflict"


def test_a_thread_that_was_written_in_is_not_joined(community: Community, thread: int, replies: list[int]) -> None:
    new = split(community.mina, thread, replies[2:])["Thread"]["ForumThreadCode"]
    community.post(new)
    assert undo(community.mina, new).error["type"] == "conflict"
    assert numbers(community.ann, new) == [1, 2, 3]


@pytest.mark.parametrize("who", ["max", "cora"])
def test_moderators_of_the_forum_alone_split(community: Community, thread: int, replies: list[int], who: str) -> None:
    asked = splitting(thread, replies[:1])
    refused = getattr(community, who).call_tool("split_forum_thread", **asked).error
    assert refused["type"] == "permission_denied"
    assert numbers(community.ann, thread) == [1, 2, 3, 4, 5]


def test_what_cannot_be_moved_is_named_and_nothing_is(community: Community, thread: int, replies: list[int]) -> None:
    opening = read_thread(community.mina, thread)["FirstPost"]["ForumPostCode"]
    foreign = community.post(community.thread()["ForumThreadCode"])["ForumPostCode"]
    wrong, unknown = "validation_error", "not_found"
    for posts, kind in (([opening], wrong), ([foreign], unknown), ([999], unknown), ([], wrong)):
        refused = community.mina.call_tool("split_forum_thread", **splitting(thread, posts)).error
        assert (refused["type"], refused["details"]["argument"]) == (kind, "ForumPostCodes")
    community.decide(replies[0], "hide")
    refused = community.mina.call_tool("split_forum_thread", **splitting(thread, replies[:2])).error
    assert (refused["type"], refused["details"]["argument"]) == ("validation_error", "ForumPostCodes")
    assert threads(community.ann, Search="dark") == []


def test_what_waits_and_what_is_hidden_moves_as_it_is(community: Community) -> None:
    shown = int(community.thread(community.mina, forum=community.ideas)["ForumThreadCode"])
    first = int(community.post(shown, community.mina)["ForumPostCode"])
    held, hidden = (int(community.post(shown)["ForumPostCode"]) for _ in range(2))
    community.decide(hidden, "hide")
    thread = split(community.mina, shown, [first, held, hidden])["Thread"]
    assert (thread["PostCount"], thread["PendingPostCount"]) == (1, 1)
    old = read_thread(community.mina, shown)
    assert (old["PostCount"], old["PendingPostCount"], old["LastPost"]["Number"]) == (1, 0, 1)
    community.decide(held, "approve")
    assert read_thread(community.ann, thread["ForumThreadCode"])["PostCount"] == 2


def test_an_answer_to_what_is_in_another_thread_names_it_no_more(
    community: Community, thread: int, replies: list[int]
) -> None:
    answer = community.post(thread, ReplyToPostCode=replies[0])["ForumPostCode"]
    split(community.mina, thread, [answer])
    post = community.ann.call_tool("get_forum_post", ForumPostCode=answer).result["Post"]
    assert post["ReplyToPostCode"] is None


def test_rehearsal_and_repeat(community: Community, thread: int, replies: list[int]) -> None:
    tried = split(community.mina, thread, replies[:2], DryRun=True)
    assert tried["Thread"]["ForumThreadCode"] is None
    assert numbers(community.ann, thread) == [1, 2, 3, 4, 5]
    first = split(community.mina, thread, replies[:2], IdempotencyKey="k")
    again = split(community.mina, thread, replies[:2], IdempotencyKey="k")
    assert again["Thread"] == first["Thread"]
    assert count_threads(community, community.support) == 2
