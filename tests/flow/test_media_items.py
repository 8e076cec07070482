"""Media items: created without a file, listed by their content, in categories that say who may write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.media import (
    Library,
    box,
    codes,
    listed,
    png,
)
from tests.world import World


def test_a_cover_image_on_step_one(world: World, library: Library) -> None:
    agent = library.editor
    article = agent.call_tool("create_article", Title="Spring", standardSectionCode=library.marketing).result["Article"]
    step = agent.call_tool("create_article_step", StandardItemCode=article["StandardItemCode"], Title="One").result[
        "Step"
    ]["StandardStepByStepCode"]
    made = agent.call_tool("create_media_item", Title="Spring cover", CategoryCode="covers", AltText="A tree").result
    assert made["MediaItem"]["Files"] == []
    assert made["MediaItem"]["Category"] == {"CategoryCode": library.covers, "Name": "Covers"}
    assert "attach_media_file" in made["Hint"]
    item = made["MediaItem"]["MediaFileItemCode"]
    file = library.attach(item, png(), MimeType="image/png")
    assert (file["Width"], file["Height"], file["MimeType"], file["Version"]) == (3, 2, "image/png", 1)
    attached = agent.call_tool(
        "attach_article_media", StandardStepByStepCode=step, MediaFileItemCode=item, Role="cover"
    ).result
    assert (attached["Attachment"]["Title"], attached["Warnings"]) == ("Spring cover", [])
    seen = agent.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]
    assert [use["Title"] for use in seen["UsedBy"]] == ["Spring"]
    assert world.files.answer_download(seen["Files"][0]["Url"]).content == png()
    assert {row["person_name"] for row in world.audit_rows()} == {"Edna Editor"}


def test_lists_by_file_type_category_topic_and_owner(library: Library) -> None:
    cover = library.item(CategoryCode="Covers", TopicCodes=[1])
    film, empty, pats = library.item(Title="Film"), library.item(Title="Empty"), library.item(library.publisher)
    library.attach(cover, png())
    library.attach(cover, box(b"isom"), FileName="a.mp4", Role="rendition")
    library.attach(film, box(b"isom"), FileName="film.mp4")
    expected: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [cover, film, empty, pats]),
        ({"FileType": "image"}, [cover]),
        ({"FileType": "video"}, [cover, film]),
        ({"FileType": "document"}, []),
        ({"HasFile": True}, [cover, film]),
        ({"HasFile": False}, [empty, pats]),
        ({"HasFile": False, "Mine": True}, [empty]),
        ({"CategoryCode": library.covers}, [cover]),
        ({"CategoryCode": "Covers", "FileType": "video"}, [cover]),
        ({"TopicCodes": [1, 2]}, [cover]),
        ({"Search": "fil"}, [film]),
        ({"SortBy": "Title", "SortOrder": "desc", "PageSize": 2}, [pats, cover]),
    ]
    for arguments, wanted in expected:
        assert listed(library.editor, **arguments) == wanted, arguments
    rows = library.editor.call_tool("list_media_items").result["Items"]
    assert [row["FileCount"] for row in rows] == [2, 1, 0, 0]


def test_an_unknown_category_is_not_found(library: Library) -> None:
    assert library.editor.call_tool("list_media_items", CategoryCode="Nowhere").error["type"] == "validation_error"
    error = library.editor.call_tool("create_media_item", Title="A", CategoryCode=99).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "CategoryCode")


def test_categories_say_where_the_person_may_write(library: Library) -> None:
    found = library.editor.call_tool("list_media_categories").result["Categories"]
    assert [(c["Name"], c["CanWrite"]) for c in found] == [("Covers", True), ("Press", False)]
    assert [
        c["Name"] for c in library.publisher.call_tool("list_media_categories", Search="pre").result["Categories"]
    ] == ["Press"]
    item = library.item()
    for refused in (
        library.editor.call_tool("create_media_item", Title="A", CategoryCode=library.press),
        library.editor.call_tool("update_media_item", MediaFileItemCode=item, CategoryCode="Press"),
    ):
        assert (refused.error["type"], refused.error["details"]["argument"]) == ("permission_denied", "CategoryCode")
    assert library.item(library.publisher, CategoryCode="Press")


def test_an_update_changes_what_is_given_and_keeps_the_files(library: Library) -> None:
    item = library.item(Credit="Ann", CategoryCode="Covers")
    library.attach(item, png())
    answer = library.editor.call_tool("update_media_item", MediaFileItemCode=item, Title="New", Credit=None).result
    changed = answer["MediaItem"]
    assert (changed["Title"], changed["Credit"], changed["Category"]["Name"]) == ("New", None, "Covers")
    assert [file["FileName"] for file in changed["Files"]] == ["cover.png"]
    again = library.editor.call_tool("update_media_item", MediaFileItemCode=item, Title="New").result
    assert codes(again) == ["NO_CHANGE"]


@pytest.mark.parametrize("arguments", [{}, {"Search": "spring"}, {"FileType": "image"}], ids=["all", "search", "type"])
def test_lists_cost_the_same_however_many_items_there_are(library: Library, arguments: dict[str, Any]) -> None:
    def cost() -> list[tuple[str, str]]:
        library.world.watched.calls.clear()
        library.editor.call_tool("list_media_items", PageSize=1, **arguments)
        return sorted(library.world.watched.calls)

    library.attach(library.item(), png())
    library.attach(library.item(), png())
    few = cost()
    for _ in range(60):
        library.attach(library.item(), png())
    assert cost() == few
