"""Undo of the deletion of a part: a step, a file, a reply come back to their place, and what hung on them comes with them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from affino_mcp.catalogue.families.shared import RESTORABLE, RESTORE_DAYS
from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.crm import account
from tests.flow.media import Library, png
from tests.unit.instance.deeds import Desk
from tests.world import World, WorldClient

DELETING = [name for name, method in METHODS.items() if method.effect is Effect.DELETE]


@pytest.mark.parametrize("name", DELETING)
def test_every_delete_tool_says_how_long_and_by_whom_the_record_can_be_restored(name: str) -> None:
    assert RESTORABLE in METHODS[name].summary


@pytest.mark.parametrize("name", METHODS)
def test_no_text_has_the_wrong_article(name: str) -> None:
    method = METHODS[name]
    told = [method.summary, method.notes, method.example, *(field.help for field in method.all_arguments)]
    assert not [text for text in told if re.search(r"\ba [aeio]", text, re.IGNORECASE)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def undo(desk: Desk, family: str, code: int) -> dict[str, object]:
    stored = desk.instance.records.load_including_deleted(family, code)
    assert stored is not None
    return desk.call("undo_change", Family=family, Code=code, Version=stored.document.version)


def steps(desk: Desk) -> list[tuple[str, list[int]]]:
    found = desk.call("list_article_steps", StandardItemCode=desk.codes["article"])["Steps"]
    return [(step["Title"], [media["MediaFileItemCode"] for media in step["Media"]]) for step in found]


def test_a_step_comes_back_to_its_place_with_its_media(desk: Desk) -> None:
    for title in ("Two", "Three"):
        desk.call("create_article_step", StandardItemCode=desk.codes["article"], Title=title)
    step, item = desk.codes["step"] + 1, desk.codes["item"]
    attached = desk.call("attach_article_media", StandardStepByStepCode=step, MediaFileItemCode=item)["Attachment"]
    before = steps(desk)
    desk.call("delete_article_step", StandardStepByStepCode=step)
    undo(desk, "article_steps", step)
    assert steps(desk) == before
    desk.call("delete_article_step", StandardStepByStepCode=step)
    desk.call("delete_media_item", MediaFileItemCode=item, Force=True)
    body = undo(desk, "article_steps", step)
    assert steps(desk) == [("One", []), ("Two", []), ("Three", [])]
    assert body["Undone"]["How"] == "restored"  # type: ignore[index]
    stored = desk.instance.records.load_including_deleted("article_media", attached["ArticleMediaCode"])
    assert stored is not None
    assert stored.document.deleted


def test_a_reply_is_counted_again(desk: Desk) -> None:
    thread, post = desk.codes["thread"], desk.codes["post"]
    before = desk.call("get_forum_thread", ForumThreadCode=thread)["Thread"]
    desk.call("delete_forum_post", ForumPostCode=post)
    assert desk.call("get_forum_thread", ForumThreadCode=thread)["Thread"]["PostCount"] == before["PostCount"] - 1
    undo(desk, "forum_posts", post)
    after = desk.call("get_forum_thread", ForumThreadCode=thread)["Thread"]
    assert [after[name] for name in ("PostCount", "LastPost")] == [before[name] for name in ("PostCount", "LastPost")]


def test_a_file_is_one_of_its_item_again(world: World, handler: LambdaHandler, profile: Profile) -> None:
    library = Library(world, handler, profile)
    by, asked = library.publisher, {"MediaFileItemCode": library.item(library.publisher)}
    file = library.attach(asked["MediaFileItemCode"], png(), by=by)["MediaFileCode"]
    before = by.call_tool("get_media_item", **asked).result["MediaItem"]
    assert by.call_tool("delete_media_file", MediaFileCode=file).result
    assert by.call_tool("undo_change", Family="media_files", Code=file, Version=2).result
    after = by.call_tool("get_media_item", **asked).result["MediaItem"]
    assert after["FileCount"] == 1
    assert [after["Files"][0][name] for name in ("MediaFileCode", "FileName", "Sha256")] == [
        before["Files"][0][name] for name in ("MediaFileCode", "FileName", "Sha256")
    ]
    assert by.call_tool("list_media_items", HasFile=True).result["Items"] != []


def test_after_thirty_days_it_says_so(world: World, profile: Profile, manager: WorldClient) -> None:
    code = account(manager)
    assert manager.call_tool("delete_account", AccountCode=code).result
    asked = {"Family": "accounts", "Code": code, "Version": 2}
    world.clock.move(days=RESTORE_DAYS)
    later = replace(manager, headers=world.log_in(profile, 1))
    assert later.call_tool("undo_change", **asked, DryRun=True).result
    world.clock.move(seconds=1)
    error = later.call_tool("undo_change", **asked).error
    assert (error["type"], error["message"]) == (
        "conflict",
        f"Account {code} was deleted on 2026-11-23: a deleted record can be restored for 30 days.",
    )
