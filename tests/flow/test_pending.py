"""What waits for a person's decision, over articles and forums, in one list."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.instance.builtin.website import website_records
from tests.flow.community import MEMBERS, Community, read_thread
from tests.world import EVERYTHING, World, WorldClient

GROUPS = (*MEMBERS, "Publishers")


class Queue:
    """A moderated section and forum, something waiting in each, and a lead who decides on everything."""

    def __init__(self, world: World, community: Community) -> None:
        self.world, self.community = world, community
        self.events = self.section("Events")
        self.board = self.section("Board", read=("Board",))
        self.lead = community.client("Lena", "Lead", *GROUPS)
        community.moderates("Lena", community.ideas)
        self.editor = community.client("Edna", "Editor", *MEMBERS, "Editors")
        self.article = self.write(self.lead, "Conference", Live=True)["StandardItemCode"]

    def section(self, name: str, **more: Any) -> int:
        given: dict[str, Any] = {"read": ("Everybody",), "publish": ("Publishers",)} | more
        return website_records.upsert_section(
            self.world.records,
            name,
            self.world.clock(),
            write=("Editors", "Publishers"),
            comments="moderated",
            **given,
        )

    def write(self, by: WorldClient, title: str, **more: Any) -> dict[str, Any]:
        asked = {"Title": title, "standardSectionCode": self.events} | more
        found: dict[str, Any] = by.call_tool("create_article", **asked).result["Article"]
        return found

    def comment(self, text: str, by: WorldClient | None = None) -> int:
        asked = {"StandardItemCode": self.article, "Body": text}
        made = (by or self.community.max).call_tool("create_article_comment", **asked).result["Comment"]
        return int(made["CommentCode"])

    def fill(self) -> list[str]:
        """One of each kind; gives their references in the order of the list."""
        comment = self.comment("Will it be recorded?")
        thread = self.community.thread(forum=self.community.ideas, Title="Dark theme")["ForumThreadCode"]
        shown = self.community.thread(self.community.mina, forum=self.community.ideas, Title="Search")[
            "ForumThreadCode"
        ]
        post = self.community.post(shown, Body=f"<p>The <b>search</b>, {'x' * 5000}</p>")["ForumPostCode"]
        article = self.write(self.editor, "Agenda", Teaser="All talks", Live=True)["StandardItemCode"]
        return [f"article_comments#{comment}", f"forum_threads#{thread}", f"forum_posts#{post}", f"articles#{article}"]


@pytest.fixture
def queue(world: World, community: Community) -> Queue:
    return Queue(world, community)


def waiting(client: WorldClient, **more: Any) -> list[str]:
    """The references of what waits, in order."""
    return [row["Ref"] for row in client.call_tool("list_pending", **more).result["Items"]]


def test_what_waits_is_one_list_with_what_is_needed_to_decide(queue: Queue) -> None:
    refs = queue.fill()
    rows = queue.lead.call_tool("list_pending").result["Items"]
    assert [row["Ref"] for row in rows] == refs
    assert [(row["Title"], row["Place"], row["Author"]["Name"]) for row in rows] == [
        ("Conference", "Events", "Max Member"),
        ("Dark theme", "Ideas", "Max Member"),
        ("Search", "Ideas", "Ann Other"),
        ("Agenda", "Events", "Edna Editor"),
    ]
    texts = [row["Excerpt"] for row in rows]
    assert (texts[0], texts[1], texts[3]) == ("Will it be recorded?", "Since v9.0.11", "All talks")
    assert texts[2].startswith("The search, xxx")
    assert len(texts[2]) == 203


def test_each_sees_what_is_theirs_to_decide(queue: Queue) -> None:
    refs = queue.fill()
    assert waiting(queue.community.mina) == refs[1:3]
    assert waiting(queue.editor) == refs[:1]
    assert waiting(queue.community.max) == []
    queue.world.people.change(queue.community.codes["Lena"], groups=MEMBERS)
    assert waiting(queue.lead) == refs[1:3]


def test_pages_go_on_over_the_kinds(queue: Queue) -> None:
    refs = [*(f"article_comments#{queue.comment(f'Comment {n}')}" for n in range(3)), *queue.fill()]
    refs = sorted(refs, key=lambda ref: ("article_c" not in ref, "forum_t" not in ref, "forum_p" not in ref))
    for size in (1, 2, 3, 7):
        assert read_pages(queue.lead, size) == refs


def read_pages(client: WorldClient, size: int) -> list[str]:
    """The references of all pages, in order."""
    found: list[str] = []
    asked: dict[str, Any] = {"PageSize": size}
    for _ in range(9):
        page = client.call_tool("list_pending", **asked).result
        found += [row["Ref"] for row in page["Items"]]
        asked["Cursor"] = page["NextCursor"]
        if page["NextCursor"] is None:
            break
    return found


def test_what_is_decided_hidden_or_gone_waits_no_more(queue: Queue) -> None:
    refs = queue.fill()
    comment, thread, post, article = (int(ref.partition("#")[2]) for ref in refs)
    queue.lead.call_tool("moderate_article_comment", CommentCode=comment, Action="approve").result  # noqa: B018
    queue.community.moderate(thread, "hide")
    queue.community.decide(post, "reject")
    queue.editor.call_tool("update_article", StandardItemCode=article, Title="Programme").result  # noqa: B018
    assert waiting(queue.lead) == [refs[3]]
    queue.editor.call_tool("update_article", StandardItemCode=article, Live=False).result  # noqa: B018
    assert waiting(queue.lead) == []
    queue.editor.call_tool("update_article", StandardItemCode=article, Live=True).result  # noqa: B018
    assert waiting(queue.lead) == [refs[3]]
    queue.lead.call_tool("update_article", StandardItemCode=article, Live=True).result  # noqa: B018
    assert waiting(queue.lead) == []
    queue.community.moderate(thread, "unhide")
    assert waiting(queue.lead) == [refs[1]]
    assert read_thread(queue.lead, thread)["Moderation"]["Status"] == "pending"


def test_a_family_that_is_off_is_left_out(queue: Queue) -> None:
    refs = queue.fill()
    for family, seen in (("articles", refs[1:3]), ("forums", [refs[0], refs[3]])):
        families = {name: access for name, access in EVERYTHING.items() if name != family}
        profile = queue.world.create_profile(f"without {family}", families)
        headers = queue.world.log_in(profile, queue.community.codes["Lena"])
        client = WorldClient(queue.world, queue.community.handler, headers)
        assert waiting(client) == seen
    neither = {name: access for name, access in EVERYTHING.items() if name not in ("articles", "forums")}
    headers = queue.world.log_in(queue.world.create_profile("neither", neither), queue.community.codes["Lena"])
    client = WorldClient(queue.world, queue.community.handler, headers)
    assert "list_pending" not in client.list_tool_names()
    assert client.call_tool("list_pending").error["type"] == "tool_disabled"


def test_a_closed_section_hides_what_waits_in_it(queue: Queue) -> None:
    refs = queue.fill()
    queue.world.clock.move(seconds=1)
    queue.section("Events", read=("Board",))
    assert waiting(queue.lead) == refs[1:3]
