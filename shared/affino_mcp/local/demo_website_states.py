"""The demo's website records in every state that a tool acts on: scheduled, expired, pending, pinned, locked, deleted."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from affino_mcp.local.demo_website import draw_picture
from affino_mcp.local.demo_website_examples import make_example_steps
from affino_mcp.local.steps import DemoStep, StepRef

MODERATED_SECTION = "Events"
MODERATED_FORUM = "Product Ideas"


def make_website_state_steps() -> Iterator[DemoStep]:
    """The steps that follow those of the website's records, which they refer to."""
    yield from _make_dated_article_steps()
    yield from _make_category_steps()
    yield from _make_comment_steps()
    yield from _make_media_steps()
    yield from _make_forum_state_steps()
    yield from _make_deleted_steps()
    yield from make_example_steps()


def _step(role: str, tool: str, name: str = "", /, **arguments: Any) -> DemoStep:
    return DemoStep(role, tool, arguments, name)


def _make_dated_article_steps() -> Iterator[DemoStep]:
    """An article that goes live later, one that is over, an editor's drafts (one waits to be published), one for members."""
    for name, begins, ends in (
        ("Spring conference", "2035-03-01T09:00:00Z", "2035-06-01T09:00:00Z"),
        ("Summer offer", "2026-05-01T09:00:00Z", "2026-08-31T21:00:00Z"),
    ):
        dates = {"Live": True, "LiveDate": begins, "ExpiryDate": ends}
        yield _step("publisher", "create_article", name, Title=name, standardSectionCode=_section("Events"), **dates)
    draft = {
        "Title": "How we answer questions",
        "Teaser": "A draft of Edith's.",
        "standardSectionCode": _section("Guides"),
    }
    yield _step("editor", "create_article", "draft", **draft)
    yield _step("editor", "create_article_step", "draft step", StandardItemCode=StepRef("draft"), Title="Read it twice")
    yield _step("editor", "create_article_step", StandardItemCode=StepRef("draft"), Title="Answer by name")
    wished = {"Title": "Programme of the autumn meeting", "Teaser": "Edith would like it to go out.", "Live": True}
    yield _step("editor", "create_article", **wished, standardSectionCode=_section("Events"))
    secured = {"Title": "For members only", "SecurityCode": StepRef("members only"), "Live": True}
    yield _step("publisher", "create_article", **secured, standardSectionCode=_section("Members"))


def _section(name: str) -> StepRef:
    return StepRef(f"section {name}")


def _make_category_steps() -> Iterator[DemoStep]:
    for number in range(0, 12, 2):
        category = StepRef("how-to" if number % 4 else "stories")
        article = {"StandardItemCode": StepRef(f"article {number}"), "CategoryCodes": [category]}
        yield _step("publisher", "add_article_categories", **article)


def _make_comment_steps() -> Iterator[DemoStep]:
    """Comments where they are open, with an answer; held ones where they are moderated; a hidden one."""
    open_one, moderated = {"StandardItemCode": StepRef("article 1")}, {"StandardItemCode": StepRef("article 9")}
    yield _step("member", "create_article_comment", "question", **open_one, Body="Does this work with groups too?")
    answer = {"Body": "Yes, with every group.", "ParentCommentCode": StepRef("question")}
    yield _step("editor", "create_article_comment", **open_one, **answer)
    yield _step("member", "create_article_comment", "rude", **open_one, Body="Buy cheap watches.")
    yield _step("editor", "moderate_article_comment", CommentCode=StepRef("rude"), Action="hide", Reason="Advertising")
    for body in ("Will it be recorded?", "Is there a waiting list?"):
        yield _step("member", "create_article_comment", **moderated, Body=body)


def _make_media_steps() -> Iterator[DemoStep]:
    """A file to download, on an article's step; an item without a file; an editor's own item, used nowhere."""
    plan = base64.b64encode(draw_picture(7, 240, 320)).decode()
    title = {"Title": "Floor plan", "Description": "The rooms of the event.", "Credit": "Events team"}
    file = {"FileName": "floor-plan.png", "ContentBase64": plan}
    yield _step("publisher", "create_media_item", "plan", **title, **file, CategoryCode=StepRef("covers"))
    place = {"StandardStepByStepCode": StepRef("draft step"), "MediaFileItemCode": StepRef("plan")}
    yield _step("editor", "attach_article_media", **place, Role="download", Caption="The floor plan")
    yield _step("publisher", "create_media_item", Title="Group photograph (to follow)", CategoryCode=StepRef("covers"))
    file = {"FileName": "portrait.png", "ContentBase64": base64.b64encode(draw_picture(8, 200, 200)).decode()}
    yield _step("editor", "create_media_item", Title="Portrait of Edith", AltText="Edith at her desk", **file)


def _make_forum_state_steps() -> Iterator[DemoStep]:
    """A pinned and a locked thread, the member's own thread with a reply, and what waits in the moderated forum."""
    support = "Customer Support, thread"
    for number, action in ((1, "pin"), (2, "lock")):
        thread = {"ForumThreadCode": StepRef(f"{support} {number}"), "Action": action}
        yield _step("moderator", "moderate_forum_thread", **thread, Reason="To keep the forum tidy")
    thread = {"ForumThreadCode": StepRef(f"{MODERATED_FORUM}, thread 0")}
    yield _step("member", "create_forum_post", **thread, Body="<p>The search, above all.</p>")
    reply = {"ForumThreadCode": StepRef(f"{support} 0"), "Body": "<p>Advertising.</p>"}
    yield _step("member", "create_forum_post", "spam", **reply)
    yield _step("moderator", "moderate_forum_post", ForumPostCode=StepRef("spam"), Action="hide", Reason="Advertising")


def _make_deleted_steps() -> Iterator[DemoStep]:
    """A change to undo, and a deleted article, media item and forum post to restore."""
    article = {"StandardItemCode": StepRef("article 1")}
    yield _step("publisher", "update_article", **article, Teaser="What readers ask us most, answered.")
    yield _step("publisher", "create_article", "double", Title="Twice by mistake", standardSectionCode=_section("News"))
    yield _step("publisher", "delete_article", StandardItemCode=StepRef("double"))
    yield _step("publisher", "create_media_item", "blurred", Title="Blurred photograph", CategoryCode=StepRef("covers"))
    yield _step("publisher", "delete_media_item", MediaFileItemCode=StepRef("blurred"))
    thread = {"ForumThreadCode": StepRef("Customer Support, thread 0")}
    yield _step("member", "create_forum_post", "taken back", **thread, Body="<p>Never mind.</p>")
    yield _step("member", "delete_forum_post", ForumPostCode=StepRef("taken back"))
