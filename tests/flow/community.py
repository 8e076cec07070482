"""A community: forums of every kind, a moderator, and people who write in them."""

from __future__ import annotations

from typing import Any

from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.instance.builtin.forums.forums import upsert_forum
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.world import World, WorldClient

MEMBERS = ("Registered User",)


class Community:
    """`support` is open to everybody, `ideas` moderated, `archive` closed, `news` read-only, `lounge` for publishers.

    Mina moderates all forums but the lounge; Cora may manage moderators; Max and Ann are members.
    """

    def __init__(self, world: World, handler: LambdaHandler, profile: Profile) -> None:
        self.world, self.handler, self.profile = world, handler, profile
        self.codes: dict[str, int] = {}
        self.support = self.forum("Customer Support")
        self.ideas = self.forum("Ideas", moderated=True)
        self.archive = self.forum("Archive", is_open=False)
        self.news = self.forum("News", post=("Publishers",))
        self.lounge = self.forum("Publishers' Lounge", read=("Publishers",), post=("Publishers",))
        self.cora = self.client("Cora", "Community", *MEMBERS, "Community")
        self.mina = self.client("Mina", "Moderator", *MEMBERS)
        self.max = self.client("Max", "Member", *MEMBERS)
        self.ann = self.client("Ann", "Other", *MEMBERS)
        self.pat = self.client("Pat", "Publisher", *MEMBERS, "Publishers", "Community")
        for forum in (self.support, self.ideas, self.archive, self.news):
            self.moderates("Mina", forum)

    def forum(self, name: str, **more: Any) -> int:
        given: dict[str, Any] = {"read": ("Everybody",), "post": MEMBERS} | more
        return upsert_forum(self.world.records, name, self.world.clock(), **given)

    def client(self, first: str, last: str, *groups: str) -> WorldClient:
        self.codes[first] = self.world.create_person(first, last, *groups)
        return WorldClient(self.world, self.handler, self.world.log_in(self.profile, self.codes[first]))

    def moderates(self, first: str, forum: int, by: WorldClient | None = None) -> None:
        (by or self.cora).call_tool("add_forum_moderator", ForumItemCode=forum, UserCode=self.codes[first]).result  # noqa: B018

    def thread(self, by: WorldClient | None = None, forum: int | None = None, **more: Any) -> dict[str, Any]:
        """Creates a thread."""
        given = {"ForumItemCode": forum or self.support, "Title": "Login issues", "Body": "<p>Since v9.0.11</p>"} | more
        found: dict[str, Any] = (by or self.max).call_tool("create_forum_thread", **given).result["Thread"]
        return found

    def post(self, thread: int, by: WorldClient | None = None, **more: Any) -> dict[str, Any]:
        """Creates a reply."""
        given = {"ForumThreadCode": thread, "Body": "<p>The same here</p>"} | more
        found: dict[str, Any] = (by or self.ann).call_tool("create_forum_post", **given).result["Post"]
        return found

    def moderate(self, thread: int, action: str, **more: Any) -> dict[str, Any]:
        """Moderates a thread."""
        given = {"ForumThreadCode": thread, "Action": action} | more
        found: dict[str, Any] = self.mina.call_tool("moderate_forum_thread", **given).result["Thread"]
        return found

    def decide(self, post: int, action: str, **more: Any) -> dict[str, Any]:
        """Moderates a post."""
        given = {"ForumPostCode": post, "Action": action} | more
        found: dict[str, Any] = self.mina.call_tool("moderate_forum_post", **given).result["Post"]
        return found


def read_thread(client: WorldClient, thread: int) -> dict[str, Any]:
    """A thread as a client sees it."""
    found: dict[str, Any] = client.call_tool("get_forum_thread", ForumThreadCode=thread).result["Thread"]
    return found


def count_threads(community: Community, forum: int) -> int:
    """How many threads Max sees counted on a forum."""
    return int(community.max.call_tool("get_forum", ForumItemCode=forum).result["Forum"]["ThreadCount"])


def threads(client: WorldClient, **filters: Any) -> list[int]:
    """The codes of the threads that a client lists."""
    return [row["ForumThreadCode"] for row in client.call_tool("list_forum_threads", **filters).result["Items"]]


def numbers(client: WorldClient, thread: int, **more: Any) -> list[int]:
    """The numbers of the posts that a client lists."""
    items = client.call_tool("list_forum_posts", ForumThreadCode=thread, **more).result["Items"]
    return [row["Number"] for row in items]


def warned(answer: dict[str, Any]) -> list[str]:
    """The codes of an answer's warnings."""
    return [warning["Code"] for warning in answer["Warnings"]]
