"""Moderation: what waits for a decision, what moderators decide, and that other readers see no sign of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, count_threads, threads, warned
from tests.world import World

ACTIONS: dict[str, tuple[str, str, bool | str]] = {
    "pin": ("unpin", "Pinned", True),
    "lock": ("unlock", "Locked", True),
    "hide": ("unhide", "Hidden", True),
    "reject": ("approve", "Status", "rejected"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_decision_is_taken_repeated_and_undone(world: World, community: Community, action: str) -> None:
    thread = community.thread()["ForumThreadCode"]
    undo, name, value = ACTIONS[action]
    before = community.mina.call_tool("get_forum_thread", ForumThreadCode=thread).result["Thread"]["Moderation"]
    decided = community.moderate(thread, action, Reason="see the rules")["Moderation"]
    assert decided[name] == value
    assert (decided["By"]["Name"], decided["Reason"]) == ("Mina Moderator", "see the rules")
    assert decided["At"] is not None
    again = community.mina.call_tool("moderate_forum_thread", ForumThreadCode=thread, Action=action).result
    assert (again["Thread"]["Moderation"], warned(again)) == (decided, ["NO_CHANGE"])
    assert community.moderate(thread, undo)["Moderation"][name] == before[name]
    assert count_threads(community, community.support) == 1


@pytest.mark.parametrize(("action", "counted"), [("hide", 0), ("reject", 0), ("pin", 1), ("lock", 1)])
def test_a_forum_counts_what_everybody_sees(community: Community, action: str, counted: int) -> None:
    thread = community.thread()["ForumThreadCode"]
    community.moderate(thread, action)
    assert count_threads(community, community.support) == counted


@pytest.mark.parametrize(
    ("arguments", "code", "argument"),
    [
        pytest.param({"Action": "explode"}, -10, "Action", id="no such action"),
        pytest.param({}, -10, "Action", id="no action"),
        pytest.param({"Action": "move"}, -10, "TargetForumItemCode", id="move to nowhere"),
        pytest.param({"Action": "move", "TargetForumItemCode": 999}, -120, "TargetForumItemCode", id="to no forum"),
        pytest.param(
            {"Action": "move", "TargetForumItemCode": "lounge"}, -120, "TargetForumItemCode", id="to one unseen"
        ),
        pytest.param({"Action": "move", "TargetForumItemCode": "other"}, -110, None, id="to one not moderated"),
    ],
)
def test_a_decision_is_refused(
    community: Community, arguments: dict[str, Any], code: int, argument: str | None
) -> None:
    thread = community.thread()["ForumThreadCode"]
    places = {"lounge": community.lounge, "other": community.forum("Another")}
    given = {name: places.get(value, value) for name, value in arguments.items()}
    error = community.mina.call_tool("moderate_forum_thread", ForumThreadCode=thread, **given).error
    assert (error["code"], error["details"].get("argument")) == (code, argument)
    assert community.moderate(thread, "pin")["ForumItemCode"] == community.support


def test_a_target_is_for_moving_only(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    given = {"ForumThreadCode": thread, "Action": "pin", "TargetForumItemCode": community.ideas}
    answer = community.mina.call_tool("moderate_forum_thread", **given).result
    assert (warned(answer), answer["Thread"]["ForumItemCode"]) == (["IGNORED"], community.support)


def test_a_thread_moves_with_all_that_is_in_it(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    post = community.post(thread)["ForumPostCode"]
    moved = community.moderate(thread, "move", TargetForumItemCode=community.news)
    assert (moved["ForumItemCode"], moved["PostCount"]) == (community.news, 2)
    assert (count_threads(community, community.support), count_threads(community, community.news)) == (0, 1)
    assert threads(community.max, ForumItemCode=community.support) == []
    assert threads(community.max, ForumItemCode=community.news, Search="login") == [thread]
    assert community.max.call_tool("get_forum_post", ForumPostCode=post).result["Post"]["Number"] == 2
    again = {"ForumThreadCode": thread, "Action": "move", "TargetForumItemCode": community.news}
    assert warned(community.mina.call_tool("moderate_forum_thread", **again).result) == ["NO_CHANGE"]


def test_a_thread_that_moves_out_of_sight_is_gone(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    community.moderates("Pat", community.support)
    community.moderates("Pat", community.lounge, by=community.pat)
    move = {"Action": "move", "TargetForumItemCode": community.lounge}
    community.pat.call_tool("moderate_forum_thread", ForumThreadCode=thread, **move).result  # noqa: B018
    assert community.max.call_tool("get_forum_thread", ForumThreadCode=thread).error["code"] == -120
    assert threads(community.max) == threads(community.max, Search="login") == []
    assert threads(community.pat) == [thread]


def test_the_opening_post_is_moderated_with_its_thread(community: Community) -> None:
    post = community.thread()["FirstPost"]["ForumPostCode"]
    error = community.mina.call_tool("moderate_forum_post", ForumPostCode=post, Action="hide").error
    assert (error["code"], error["type"]) == (-130, "conflict")
    assert "moderate_forum_thread" in error["message"]


def test_a_moderator_is_refused_once_the_duty_has_ended(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    community.moderate(thread, "lock")
    which = {"ForumItemCode": community.support, "UserCode": community.codes["Mina"]}
    community.cora.call_tool("remove_forum_moderator", **which).result  # noqa: B018
    for tool, more in (
        ("moderate_forum_thread", {"Action": "unlock"}),
        ("update_forum_thread", {"Title": "x"}),
        ("delete_forum_thread", {}),
    ):
        assert community.mina.call_tool(tool, ForumThreadCode=thread, **more).error["code"] == -110


def test_history_tells_what_was_decided_and_nothing_of_hidden_replies(world: World, community: Community) -> None:
    thread = community.thread(by=community.mina, forum=community.ideas)["ForumThreadCode"]
    community.post(thread)
    community.moderate(thread, "pin")
    history = [
        row
        for row in world.database.list_rows(world.settings.records_table)
        if row["pk"] == f"forum_threads#{thread}" and row["sk"].startswith("H#")
    ]
    assert [row["method"] for row in history] == ["create_forum_thread", "moderate_forum_thread"]
    assert '"Pinned": true' in history[-1]["entry"]
