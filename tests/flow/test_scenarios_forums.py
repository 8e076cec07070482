"""Forum scenarios: a reply in the customer support forum, and a person who moderates without being a moderator."""

from __future__ import annotations

from tests.flow.community import Community
from tests.world import World

WORKAROUND = (
    '<p>Clear the session cookie, then log in again: <a href="https://help.affino.example/login">the help guide</a></p>'
)


def test_a_reply_in_the_customer_support_forum(world: World, community: Community) -> None:
    community.thread(Title="v9.0.11 login issues", by=community.ann)
    agent = community.max
    (forum,) = agent.call_tool("list_forums", Search="customer support").result["Items"]
    assert (forum["CanPost"], forum["IsModerator"], forum["ThreadCount"]) == (True, False, 1)
    place = {"ForumItemCode": forum["ForumItemCode"]}
    (thread,) = agent.call_tool("list_forum_threads", Search="login issues", **place).result["Items"]
    where = {"ForumThreadCode": thread["ForumThreadCode"]}
    post = agent.call_tool("create_forum_post", Body=WORKAROUND, **where).result["Post"]
    assert (post["Number"], post["Author"]["Name"], post["Moderation"]["Status"]) == (2, "Max Member", "approved")
    assert 'href="https://help.affino.example/login"' in post["Body"]
    seen = community.ann.call_tool("get_forum_thread", **where).result["Thread"]
    assert (seen["PostCount"], seen["LastPost"]["ForumPostCode"]) == (2, post["ForumPostCode"])
    row = world.audit_rows()[-2]
    assert (row["method"], row["person_name"], row["status"]) == ("create_forum_post", "Max Member", 200)
    assert row["records"] == [f"forum_posts#{post['ForumPostCode']}", f"forum_threads#{thread['ForumThreadCode']}"]


def test_a_non_moderator_who_moderates_is_refused(world: World, community: Community) -> None:
    thread = community.thread()
    reply = community.post(thread["ForumThreadCode"])
    for tool, arguments in (
        ("moderate_forum_thread", {"ForumThreadCode": thread["ForumThreadCode"], "Action": "lock"}),
        ("moderate_forum_post", {"ForumPostCode": reply["ForumPostCode"], "Action": "hide"}),
    ):
        error = community.max.call_tool(tool, **arguments).error
        assert (error["code"], error["type"]) == (-110, "permission_denied")
        assert error["details"]["rule"] == f"moderator of forum {community.support}"
        assert "forums.manage_moderators" in error["details"]["next"]
        assert (world.audit_rows()[-1]["status"], world.audit_rows()[-1]["outcome"]) == (403, "error")
    assert community.moderate(thread["ForumThreadCode"], "lock")["Moderation"]["Locked"] is True
