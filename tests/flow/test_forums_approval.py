"""Approval: what is held in a moderated forum, and that other readers see no sign of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, count_threads, numbers, read_thread, threads, warned
from tests.world import World


def test_in_a_moderated_forum_a_thread_waits(world: World, community: Community) -> None:
    given = {"ForumItemCode": community.ideas, "Title": "Dark mode", "Body": "<p>Please</p>"}
    answer = community.max.call_tool("create_forum_thread", **given).result
    thread = answer["Thread"]["ForumThreadCode"]
    assert (warned(answer), answer["Thread"]["Moderation"]["Status"]) == (["PENDING_MODERATION"], "pending")
    assert answer["Thread"]["FirstPost"]["Moderation"]["Status"] == "pending"
    assert [warning["Code"] for warning in world.audit_rows()[-1]["warnings"]] == ["PENDING_MODERATION"]
    assert (threads(community.max), threads(community.mina)) == ([thread], [thread])
    assert threads(community.ann) == threads(community.ann, Search="dark mode") == []
    assert community.ann.call_tool("get_forum_thread", ForumThreadCode=thread).error["code"] == -120
    assert community.max.call_tool("create_forum_post", ForumThreadCode=thread, Body="<p>x</p>").error["code"] == -131
    assert count_threads(community, community.ideas) == 0
    approved = community.moderate(thread, "approve")
    assert approved["FirstPost"]["Moderation"]["By"]["Name"] == "Mina Moderator"
    assert (threads(community.ann), count_threads(community, community.ideas)) == ([thread], 1)


def test_a_moderators_own_words_do_not_wait(community: Community) -> None:
    thread = community.thread(by=community.mina, forum=community.ideas)
    assert thread["Moderation"]["Status"] == "approved"
    assert community.post(thread["ForumThreadCode"], by=community.mina)["Moderation"]["Status"] == "approved"


@pytest.fixture
def idea(community: Community) -> int:
    """An approved thread in the moderated forum."""
    return int(community.thread(by=community.mina, forum=community.ideas)["ForumThreadCode"])


def test_a_reply_waits_and_leaves_no_trace(community: Community, idea: int) -> None:
    before = read_thread(community.max, idea)
    answer = community.ann.call_tool("create_forum_post", ForumThreadCode=idea, Body="<p>Yes</p>").result
    post = answer["Post"]
    assert (warned(answer), post["Moderation"]["Status"], post["Number"]) == (["PENDING_MODERATION"], "pending", 2)
    assert read_thread(community.max, idea) == before
    assert read_thread(community.ann, idea) == before
    assert (numbers(community.max, idea), numbers(community.ann, idea), numbers(community.mina, idea)) == (
        [1],
        [1, 2],
        [1, 2],
    )
    assert community.max.call_tool("get_forum_post", ForumPostCode=post["ForumPostCode"]).error["code"] == -120
    assert (read_thread(community.mina, idea)["PendingPostCount"], before["PendingPostCount"]) == (1, None)
    assert threads(community.mina, Status="pending") == [idea]
    approved = community.decide(post["ForumPostCode"], "approve")
    assert approved["Moderation"]["Status"] == "approved"
    after = read_thread(community.max, idea)
    assert (after["PostCount"], after["LastPost"]["ForumPostCode"]) == (2, post["ForumPostCode"])
    assert (numbers(community.max, idea), threads(community.mina, Status="pending")) == ([1, 2], [])


def test_an_older_reply_that_is_approved_is_not_the_last(community: Community, idea: int) -> None:
    waiting = community.post(idea)["ForumPostCode"]
    last = community.post(idea, by=community.mina)["ForumPostCode"]
    community.decide(waiting, "approve")
    seen = read_thread(community.max, idea)
    assert (seen["PostCount"], seen["LastPost"]["ForumPostCode"]) == (3, last)


def test_what_is_rejected_stays_with_its_author_and_can_be_improved(community: Community, idea: int) -> None:
    post = community.post(idea)["ForumPostCode"]
    community.decide(post, "reject", Reason="please say why")
    mine = community.ann.call_tool("get_forum_post", ForumPostCode=post).result["Post"]["Moderation"]
    assert (mine["Status"], mine["Reason"]) == ("rejected", "please say why")
    assert read_thread(community.mina, idea)["PendingPostCount"] == 0
    again = community.ann.call_tool("update_forum_post", ForumPostCode=post, Body="<p>Because</p>").result
    assert (warned(again), again["Post"]["Moderation"]["Status"]) == (["PENDING_MODERATION"], "pending")
    assert (again["Post"]["Moderation"]["By"], read_thread(community.mina, idea)["PendingPostCount"]) == (None, 1)


def test_what_is_hidden_is_the_moderators_alone(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    post = community.post(thread)["ForumPostCode"]
    community.decide(post, "hide")
    assert community.ann.call_tool("get_forum_post", ForumPostCode=post).error["code"] == -120
    assert (numbers(community.ann, thread), numbers(community.mina, thread)) == ([1], [1, 2])
    community.moderate(thread, "hide")
    assert community.max.call_tool("get_forum_thread", ForumThreadCode=thread).error["code"] == -120
    assert (threads(community.max), threads(community.mina)) == ([], [thread])


EDITS: dict[str, dict[str, Any]] = {
    "a reply": {"Body": "<p>Buy this</p>"},
    "the opening post": {"Body": "<p>Buy this</p>"},
    "the title": {"Title": "Buy this"},
}


@pytest.mark.parametrize("what", EDITS)
@pytest.mark.parametrize("person", ["max", "mina"])
def test_what_was_approved_waits_again_when_its_author_changes_it(community: Community, what: str, person: str) -> None:
    thread = community.thread(forum=community.ideas)["ForumThreadCode"]
    community.moderate(thread, "approve")
    reply = community.post(thread, by=community.max)["ForumPostCode"]
    community.decide(reply, "approve")
    codes = {"a reply": reply, "the opening post": read_thread(community.max, thread)["FirstPost"]["ForumPostCode"]}
    tool = "update_forum_post" if what in codes else "update_forum_thread"
    which = {"ForumPostCode": codes[what]} if what in codes else {"ForumThreadCode": thread}
    answer = getattr(community, person).call_tool(tool, **which, **EDITS[what]).result
    record = answer.get("Post") or answer["Thread"]
    held = person == "max"
    assert record["Moderation"]["Status"] == ("pending" if held else "approved")
    assert warned(answer) == (["PENDING_MODERATION"] if held else [])
    seen = threads(community.ann, Search="login issues" if what != "the title" else "buy")
    assert seen == ([] if held and what != "a reply" else [thread])
    assert count_threads(community, community.ideas) == len(seen)
    if what == "a reply":
        assert read_thread(community.ann, thread)["PostCount"] == (1 if held else 2)
