"""Threads: creating, finding, changing and deleting them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.community import Community, threads, warned
from tests.world import World, WorldClient

UNTOUCHED = {"Pinned": False, "Locked": False, "Hidden": False, "Status": "approved"} | dict.fromkeys(
    ("By", "At", "Reason")
)


def test_a_thread_answers_in_full(world: World, community: Community) -> None:
    made = community.thread(TopicCodes=[1, 9])
    post = made["FirstPost"]
    assert (made["Title"], made["ForumItemCode"], made["PostCount"]) == ("Login issues", community.support, 1)
    assert [topic["TopicCode"] for topic in made["Topics"]] == [1, 9]
    assert made["Author"] == {"UserCode": community.codes["Max"], "Name": "Max Member"}
    assert made["Moderation"] == UNTOUCHED
    assert (post["Number"], post["Body"], post["ReplyToPostCode"]) == (1, "<p>Since v9.0.11</p>", None)
    assert (post["EditedDate"], post["EditedBy"]) == (None, None)
    assert made["LastPost"] == {
        "ForumPostCode": post["ForumPostCode"],
        "Number": 1,
        "Author": made["Author"],
        "Date": made["CreatedDate"],
    }
    seen = community.ann.call_tool("get_forum_thread", ForumThreadCode=made["ForumThreadCode"]).result["Thread"]
    assert seen == made
    assert world.audit_rows()[-2]["records"] == [
        f"forum_threads#{made['ForumThreadCode']}",
        f"forum_posts#{post['ForumPostCode']}",
    ]


REFUSED: dict[str, tuple[dict[str, Any], int, str | None]] = {
    "no title": ({"Title": ""}, -10, "Title"),
    "no body": ({"Body": " "}, -10, "Body"),
    "nothing left of the body": ({"Body": "<script>alert(1)</script>"}, -10, "Body"),
    "a closed forum": ({"ForumItemCode": "archive"}, -131, None),
    "a forum to read only": ({"ForumItemCode": "news"}, -110, None),
    "a forum that is not there": ({"ForumItemCode": 999}, -120, "ForumItemCode"),
    "no forum": ({"ForumItemCode": None}, -10, "ForumItemCode"),
    "a title over its length": ({"Title": "x" * 256}, -10, "Title"),
    "a body over its length": ({"Body": "x" * 50_001}, -10, "Body"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_thread_is_refused(community: Community, case: str) -> None:
    changed, code, argument = REFUSED[case]
    given = {"ForumItemCode": community.support, "Title": "Hello", "Body": "<p>Hello</p>"} | changed
    if isinstance(given["ForumItemCode"], str):
        given["ForumItemCode"] = getattr(community, given["ForumItemCode"])
    given = {name: value for name, value in given.items() if value is not None}
    error = community.max.call_tool("create_forum_thread", **given).error
    assert (error["code"], error["details"].get("argument")) == (code, argument)
    assert threads(community.mina) == []


def test_posting_needs_the_right_besides_the_forum(world: World, community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    open_to_all = community.forum("Open", post=("Everybody",))
    guest = community.client("Gus", "Guest", "Sales")
    assert guest.call_tool("list_forums").error["details"]["rule"] == "forums.read"
    error = guest.call_tool("create_forum_thread", ForumItemCode=open_to_all, Title="Hi", Body="<p>Hi</p>").error
    assert (error["code"], error["details"]["rule"]) == (-110, "forums.post")
    assert guest.call_tool("create_forum_post", ForumThreadCode=thread, Body="<p>Hi</p>").error["code"] == -110


def test_html_is_cleaned_with_a_warning(world: World, community: Community) -> None:
    body = '<p onclick="x()">Hi <a href="javascript:x()">here</a></p><script>x()</script>'
    answer = community.max.call_tool(
        "create_forum_thread", ForumItemCode=community.support, Title="Hi", Body=body
    ).result
    assert warned(answer) == ["HTML_SANITISED"]
    assert answer["Thread"]["FirstPost"]["Body"] == '<p>Hi <a rel="noopener noreferrer nofollow">here</a></p>'
    assert [warning["Code"] for warning in world.audit_rows()[-1]["warnings"]] == ["HTML_SANITISED"]


def test_a_topic_that_is_not_there_is_left_out(community: Community) -> None:
    given = {"ForumItemCode": community.support, "Title": "Hi", "Body": "<p>Hi</p>", "TopicCodes": [1, 777]}
    answer = community.max.call_tool("create_forum_thread", **given).result
    assert warned(answer) == ["UNKNOWN_REFERENCE"]
    assert [topic["TopicCode"] for topic in answer["Thread"]["Topics"]] == [1]


def test_a_rehearsal_writes_nothing(community: Community) -> None:
    given = {"ForumItemCode": community.support, "Title": "Hi", "Body": "<p>Hi</p>", "DryRun": True}
    answer = community.max.call_tool("create_forum_thread", **given).result
    thread = answer["Thread"]
    assert (warned(answer), answer["DryRun"], thread["ForumThreadCode"]) == (["DRY_RUN"], True, None)
    assert thread["FirstPost"]["ForumPostCode"] is None
    assert threads(community.max) == []
    assert community.thread()["ForumThreadCode"] == 1


def test_the_same_key_opens_one_thread(community: Community) -> None:
    given = {"ForumItemCode": community.support, "Title": "Hi", "Body": "<p>Hi</p>", "IdempotencyKey": "once"}
    first = community.max.call_tool("create_forum_thread", **given).result
    again = community.max.call_tool("create_forum_thread", **given).result
    assert (again["Thread"], warned(again)) == (first["Thread"], ["REPLAYED"])
    assert len(threads(community.max)) == 1


WHO_MAY: dict[str, dict[str, int]] = {
    "update_forum_thread": {"max": 0, "mina": 0, "ann": -110, "cora": -110},
    "delete_forum_thread": {"max": 0, "mina": 0, "ann": -110, "cora": -110},
}
CASES = [(tool, person, code) for tool, people in WHO_MAY.items() for person, code in people.items()]


def _code(client: WorldClient, tool: str, **arguments: Any) -> int:
    result = client.call_tool(tool, **arguments).document["result"]
    return int(result["structuredContent"]["error"]["code"]) if result.get("isError") else 0


def _arguments(tool: str, thread: int) -> dict[str, Any]:
    return {"ForumThreadCode": thread} | ({"Title": "Solved"} if tool.startswith("update") else {"Reason": "old"})


@pytest.mark.parametrize(("tool", "person", "code"), CASES)
def test_a_thread_is_its_authors_or_a_moderators(community: Community, tool: str, person: str, code: int) -> None:
    thread = community.thread()["ForumThreadCode"]
    assert _code(getattr(community, person), tool, **_arguments(tool, thread)) == code


@pytest.mark.parametrize("tool", WHO_MAY)
@pytest.mark.parametrize(("person", "code"), [("max", -131), ("mina", 0), ("ann", -110)])
def test_a_locked_thread_is_a_moderators(community: Community, tool: str, person: str, code: int) -> None:
    thread = community.thread()["ForumThreadCode"]
    community.moderate(thread, "lock")
    assert _code(getattr(community, person), tool, **_arguments(tool, thread)) == code


@pytest.mark.parametrize("tool", WHO_MAY)
def test_in_a_closed_forum_threads_are_the_moderators(community: Community, tool: str) -> None:
    thread = community.thread()["ForumThreadCode"]
    community.forum("Customer Support", is_open=False)
    assert _code(community.max, tool, **_arguments(tool, thread)) == -131
    assert _code(community.mina, tool, **_arguments(tool, thread)) == 0


def test_an_author_who_may_no_longer_post_changes_nothing(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    community.forum("Customer Support", post=("Publishers",))
    assert _code(community.max, "update_forum_thread", ForumThreadCode=thread, Title="Solved") == -110
    assert _code(community.max, "delete_forum_thread", ForumThreadCode=thread) == 0


def test_an_author_does_not_delete_the_replies_of_others(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    reply = community.post(thread)["ForumPostCode"]
    assert _code(community.max, "delete_forum_thread", ForumThreadCode=thread) == -110
    assert _code(community.ann, "delete_forum_post", ForumPostCode=reply) == 0
    assert _code(community.max, "delete_forum_thread", ForumThreadCode=thread) == 0


def test_a_deleted_thread_is_gone_with_its_posts(community: Community) -> None:
    thread = community.thread()["ForumThreadCode"]
    reply = community.post(thread)["ForumPostCode"]
    gone = community.mina.call_tool("delete_forum_thread", ForumThreadCode=thread, Reason="off topic").result
    assert (gone["ForumThreadCode"], gone["Deleted"]) == (thread, True)
    for client in (community.max, community.mina):
        assert _code(client, "get_forum_thread", ForumThreadCode=thread) == -120
        assert _code(client, "list_forum_posts", ForumThreadCode=thread) == -120
        assert _code(client, "get_forum_post", ForumPostCode=reply) == -120
        assert threads(client) == threads(client, Search="login") == []
    assert community.max.call_tool("get_forum", ForumItemCode=community.support).result["Forum"]["ThreadCount"] == 0


def test_updates_change_what_is_given(community: Community) -> None:
    thread = community.thread(TopicCodes=[1])["ForumThreadCode"]
    update = {"ForumThreadCode": thread}
    changed = community.max.call_tool("update_forum_thread", **update, Title="Solved: login issues").result["Thread"]
    assert (changed["Title"], len(changed["Topics"])) == ("Solved: login issues", 1)
    cleared = community.max.call_tool("update_forum_thread", **update, TopicCodes=None).result["Thread"]
    assert (cleared["Title"], cleared["Topics"]) == ("Solved: login issues", [])
    again = community.max.call_tool("update_forum_thread", **update, Title="Solved: login issues", TopicCodes=[]).result
    assert (warned(again), again["Thread"]["UpdatedDate"]) == (["NO_CHANGE"], cleared["UpdatedDate"])
    moved = community.max.call_tool(
        "update_forum_thread", **update, Title="Solved", ForumItemCode=community.ideas
    ).result
    assert (warned(moved), moved["Thread"]["ForumItemCode"]) == (["READ_ONLY"], community.support)
    assert threads(community.ann, Search="solved") == [thread]
