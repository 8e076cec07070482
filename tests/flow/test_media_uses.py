"""Media items in use: their answers name the articles, and neither the item nor its last file can be deleted."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread

from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.store.ops import WriteOp
from tests.flow.media import (
    Library,
    codes,
    gif,
    jpeg,
    listed,
    png,
)
from tests.world import EVERYTHING, World, WorldClient


def test_an_item_without_a_file_warns_when_it_is_used(library: Library) -> None:
    item = library.item()
    article = library.publisher.call_tool("create_article", Title="A", standardSectionCode=library.marketing).result
    code = article["Article"]["StandardItemCode"]
    answer = library.publisher.call_tool("attach_article_media", StandardItemCode=code, MediaFileItemCode=item).result
    assert codes(answer) == ["NO_FILE"]


def test_an_item_in_use_is_deleted_only_by_force(world: World, library: Library) -> None:
    item = library.item(library.publisher)
    library.attach(item, png(), library.publisher)
    article = library.use(item)
    refused = library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).error
    assert (refused["type"], refused["details"]["argument"]) == ("conflict", "MediaFileItemCode")
    forced = library.publisher.call_tool("delete_media_item", MediaFileItemCode=item, Force=True).result
    assert (forced["Deleted"], codes(forced)) == (True, ["NOT_SHOWN"])
    assert library.publisher.call_tool("get_media_item", MediaFileItemCode=item).error["type"] == "not_found"
    shown = library.publisher.call_tool("get_article", StandardItemCode=article).result["Article"]
    assert shown["Media"] == []
    assert listed(library.publisher) == []


def test_an_item_whose_articles_are_gone_is_not_in_use(library: Library) -> None:
    item = library.item(library.publisher)
    article = library.use(item)
    library.publisher.call_tool("delete_article", StandardItemCode=article)
    assert library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).result["Deleted"]


def test_used_by_shows_only_articles_that_the_person_may_see(library: Library) -> None:
    item = library.item(library.publisher)
    library.use(item, Title="Open", Live=True)
    library.use(item, Title="Closed", SecurityCode=library.secret)
    seen = {
        name: library.__dict__[name].call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]["UsedBy"]
        for name in ("editor", "publisher")
    }
    assert [use["Title"] for use in seen["editor"]] == ["Open"]
    assert [use["Title"] for use in seen["publisher"]] == ["Open", "Closed"]


def test_used_by_is_left_out_where_the_profile_may_not_read_articles(
    world: World, handler: LambdaHandler, library: Library
) -> None:
    item = library.item()
    narrow = world.create_profile("media only", {"media_items": EVERYTHING["media_items"]})
    reader = library.client("Nar", "Row", "Editors", profile=narrow)
    answer = reader.call_tool("get_media_item", MediaFileItemCode=item).result
    assert "UsedBy" not in answer["MediaItem"]
    assert codes(answer) == ["NOT_SHOWN"]


def test_a_text_that_shows_an_item_is_a_use_of_it(library: Library) -> None:
    item, other = library.item(library.publisher), library.item(library.publisher)
    editor, image = library.publisher, f'<p>Look: <img src="media:{item}" alt="Cover"></p>'
    shown, stepped, plain = (
        editor.call_tool("create_article", Title=title, standardSectionCode=library.marketing, **more).result["Article"]
        for title, more in (("Text", {"Body": image}), ("Step", {}), ("Neither", {"Body": "<p>media:1</p>"}))
    )
    in_step = {"StandardItemCode": stepped["StandardItemCode"], "Title": "One", "Body": image}
    step = editor.call_tool("create_article_step", **in_step).result["Step"]["StandardStepByStepCode"]

    def used_by(code: int) -> list[tuple[str, str]]:
        found = editor.call_tool("get_media_item", MediaFileItemCode=code).result["MediaItem"]["UsedBy"]
        return [(use["Title"], use["Role"]) for use in found]

    def listed_by(code: int) -> list[str]:
        rows = editor.call_tool("list_articles", MediaFileItemCode=code).result["Items"]
        return sorted(row["Title"] for row in rows)

    assert used_by(item) == [("Text", "text"), ("Step", "text")]
    assert (listed_by(item), listed_by(other), used_by(other)) == (["Step", "Text"], [], [])
    assert editor.call_tool("delete_media_item", MediaFileItemCode=item).error["type"] == "conflict"
    moved = image.replace(f"media:{item}", f"media:{other}")
    editor.call_tool("update_article", StandardItemCode=shown["StandardItemCode"], Body=moved).result  # noqa: B018
    editor.call_tool("delete_article_step", StandardStepByStepCode=step).result  # noqa: B018
    assert (used_by(item), used_by(other)) == ([], [("Text", "text")])
    gone = editor.call_tool("delete_media_item", MediaFileItemCode=other, Force=True).result["Hanging"]
    assert (gone["articles"], plain["Title"]) == (1, "Neither")
    assert editor.call_tool("delete_media_item", MediaFileItemCode=item).result["Deleted"]


def test_the_last_file_of_an_item_in_use_stays(library: Library) -> None:
    item = library.item()
    first, second = library.attach(item, png())["MediaFileCode"], library.attach(item, jpeg())["MediaFileCode"]
    library.use(item)
    assert library.editor.call_tool("delete_media_file", MediaFileCode=first).result["Deleted"]
    error = library.editor.call_tool("delete_media_file", MediaFileCode=second).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "MediaFileCode")
    third = library.attach(item, gif())["MediaFileCode"]
    assert library.editor.call_tool("delete_media_file", MediaFileCode=second).result["Deleted"]
    left = library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"]
    assert [file["MediaFileCode"] for file in left] == [third]


def test_an_item_that_is_being_used_at_this_moment_is_not_deleted(world: World, library: Library) -> None:
    item = library.item(library.publisher)
    site = WorldClient(world, world.new_handler(), library.publisher.headers)
    article = site.call_tool("create_article", Title="A", standardSectionCode=library.marketing).result["Article"]
    arguments = {"StandardItemCode": article["StandardItemCode"], "MediaFileItemCode": item}
    inner, answers = world.database.transact, list[str]()

    def overtaken(ops: Sequence[WriteOp], token: str) -> None:
        if not answers:
            answers.append("attaching")
            faster = Thread(target=lambda: answers.extend(site.call_tool("attach_article_media", **arguments).result))
            faster.start()
            faster.join()
        inner(ops, token)

    world.database.transact = overtaken  # type: ignore[method-assign]
    error = library.publisher.call_tool("delete_media_item", MediaFileItemCode=item).error
    assert (error["type"], answers[:3]) == ("conflict", ["attaching", "Warnings", "Attachment"])
    site.handler.close()
