"""Media items: made without a file, listed by what they hold, guarded, and kept while articles use them."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.gate.profile import Profile
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from tests.flow.media import Library, base64_of, box, gif, jpeg, png
from tests.world import EVERYTHING, Client, World


@pytest.fixture
def library(world: World, handler: LambdaHandler, profile: Profile) -> Library:
    return Library(world, handler, profile)


def listed(client: Client, **arguments: Any) -> list[int]:
    return [row["MediaFileItemCode"] for row in client.call("list_media_items", **arguments).result["Items"]]


def codes(answer: dict[str, Any]) -> list[str]:
    return [warning["Code"] for warning in answer["Warnings"]]


def test_e8_a_cover_image_on_step_one(world: World, library: Library) -> None:
    agent = library.editor
    article = agent.call("create_article", Title="Spring", standardSectionCode=library.marketing).result["Article"]
    step = agent.call("create_article_step", StandardItemCode=article["StandardItemCode"], Title="One").result["Step"][
        "StandardStepByStepCode"
    ]
    made = agent.call("create_media_item", Title="Spring cover", CategoryCode="covers", AltText="A tree").result
    assert made["MediaItem"]["Files"] == []
    assert made["MediaItem"]["Category"] == {"CategoryCode": library.covers, "Name": "Covers"}
    assert "attach_media_file" in made["Hint"]
    item = made["MediaItem"]["MediaFileItemCode"]
    file = library.attach(item, png(), MimeType="image/png")
    assert (file["Width"], file["Height"], file["MimeType"], file["Version"]) == (3, 2, "image/png", 1)
    attached = agent.call(
        "attach_article_media", StandardStepByStepCode=step, MediaFileItemCode=item, Role="cover"
    ).result
    assert (attached["Attachment"]["Title"], attached["Warnings"]) == ("Spring cover", [])
    seen = agent.call("get_media_item", MediaFileItemCode=item).result["MediaItem"]
    assert [use["Title"] for use in seen["UsedBy"]] == ["Spring"]
    assert world.files.get(seen["Files"][0]["Url"]).content == png()
    assert {row["person_name"] for row in world.rows()} == {"Edna Editor"}


def test_an_item_without_a_file_warns_when_it_is_used(library: Library) -> None:
    item = library.item()
    article = library.publisher.call("create_article", Title="A", standardSectionCode=library.marketing).result
    code = article["Article"]["StandardItemCode"]
    answer = library.publisher.call("attach_article_media", StandardItemCode=code, MediaFileItemCode=item).result
    assert codes(answer) == ["NO_FILE"]


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
    rows = library.editor.call("list_media_items").result["Items"]
    assert [row["FileCount"] for row in rows] == [2, 1, 0, 0]


def test_an_unknown_category_is_not_found(library: Library) -> None:
    assert library.editor.call("list_media_items", CategoryCode="Nowhere").error["type"] == "not_found"
    error = library.editor.call("create_media_item", Title="A", CategoryCode=99).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "CategoryCode")


def test_categories_say_where_the_person_may_write(library: Library) -> None:
    found = library.editor.call("list_media_categories").result["Categories"]
    assert [(c["Name"], c["CanWrite"]) for c in found] == [("Covers", True), ("Press", False)]
    assert [c["Name"] for c in library.publisher.call("list_media_categories", Search="pre").result["Categories"]] == [
        "Press"
    ]
    item = library.item()
    for refused in (
        library.editor.call("create_media_item", Title="A", CategoryCode=library.press),
        library.editor.call("update_media_item", MediaFileItemCode=item, CategoryCode="Press"),
    ):
        assert (refused.error["type"], refused.error["details"]["argument"]) == ("permission_denied", "CategoryCode")
    assert library.item(library.publisher, CategoryCode="Press")


def test_an_update_changes_what_is_given_and_keeps_the_files(library: Library) -> None:
    item = library.item(Credit="Ann", CategoryCode="Covers")
    library.attach(item, png())
    answer = library.editor.call("update_media_item", MediaFileItemCode=item, Title="New", Credit=None).result
    changed = answer["MediaItem"]
    assert (changed["Title"], changed["Credit"], changed["Category"]["Name"]) == ("New", None, "Covers")
    assert [file["FileName"] for file in changed["Files"]] == ["cover.png"]
    again = library.editor.call("update_media_item", MediaFileItemCode=item, Title="New").result
    assert codes(again) == ["NO_CHANGE"]


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "update": ("update_media_item", {"Title": "Mine now"}),
    "attach": ("attach_media_file", {"FileName": "a.gif", "ContentBase64": base64_of(gif())}),
    "ticket": ("request_media_upload", {"FileName": "a", "MimeType": "image/png", "Size": 1, "Sha256": "0" * 64}),
    "delete": ("delete_media_item", {}),
}


@pytest.mark.parametrize(("tool", "arguments"), CHANGES.values(), ids=CHANGES)
def test_others_items_need_the_right_for_all(library: Library, tool: str, arguments: dict[str, Any]) -> None:
    item = library.item()
    library.attach(item, png())
    deleter = library.client("Del", "Eter", "Editors")
    code = library.world.people.code_of("del.eter@affino.example")
    assert code
    library.world.people.change(code, rights={"media_items.delete": None})
    error = deleter.call(tool, MediaFileItemCode=item, **arguments).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "media_items.all")
    assert library.publisher.call(tool, MediaFileItemCode=item, **arguments).result


def test_deleting_a_file_of_anothers_item_needs_it_too(library: Library) -> None:
    file = library.attach(library.item(), png())["MediaFileCode"]
    error = library.other.call("delete_media_file", MediaFileCode=file).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "media_items.all")


READS: dict[str, tuple[str, str]] = {
    "item": ("get_media_item", "MediaFileItemCode"),
    "files": ("list_media_files", "MediaFileItemCode"),
    "file": ("get_media_file", "MediaFileCode"),
    "update": ("update_media_item", "MediaFileItemCode"),
    "delete file": ("delete_media_file", "MediaFileCode"),
}


@pytest.mark.parametrize(("tool", "argument"), READS.values(), ids=READS)
def test_a_secured_item_does_not_exist_for_others(library: Library, tool: str, argument: str) -> None:
    item = library.item(library.publisher, SecurityCode="Publishers only", Title="Hidden treasure")
    file = library.attach(item, png(), library.publisher)["MediaFileCode"]
    code = item if argument == "MediaFileItemCode" else file
    hidden = library.editor.call(tool, **{argument: code}).error
    missing = library.editor.call(tool, **{argument: 999}).error
    assert hidden == missing
    assert hidden["type"] == "not_found"
    assert library.publisher.call("get_media_item", MediaFileItemCode=item).result
    assert listed(library.editor) == []
    assert listed(library.editor, Search="treasure") == []
    assert library.editor.call("list_media_items").result["TotalRecords"] == 0
    assert listed(library.publisher) == [item]


def test_nobody_hides_an_item_from_himself(library: Library) -> None:
    error = library.editor.call("create_media_item", Title="A", SecurityCode=library.secret).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "SecurityCode")


def test_an_item_in_use_is_deleted_only_by_force(world: World, library: Library) -> None:
    item = library.item(library.publisher)
    library.attach(item, png(), library.publisher)
    article = library.use(item)
    refused = library.publisher.call("delete_media_item", MediaFileItemCode=item).error
    assert (refused["type"], refused["details"]["argument"]) == ("conflict", "MediaFileItemCode")
    forced = library.publisher.call("delete_media_item", MediaFileItemCode=item, Force=True).result
    assert (forced["Deleted"], codes(forced)) == (True, ["NOT_SHOWN"])
    assert library.publisher.call("get_media_item", MediaFileItemCode=item).error["type"] == "not_found"
    shown = library.publisher.call("get_article", StandardItemCode=article).result["Article"]
    assert shown["Media"] == []
    assert listed(library.publisher) == []


def test_an_item_whose_articles_are_gone_is_not_in_use(library: Library) -> None:
    item = library.item(library.publisher)
    article = library.use(item)
    library.publisher.call("delete_article", StandardItemCode=article)
    assert library.publisher.call("delete_media_item", MediaFileItemCode=item).result["Deleted"]


def test_used_by_shows_only_articles_that_the_person_may_see(library: Library) -> None:
    item = library.item(library.publisher)
    library.use(item, Title="Open", Live=True)
    library.use(item, Title="Closed", SecurityCode=library.secret)
    seen = {
        name: library.__dict__[name].call("get_media_item", MediaFileItemCode=item).result["MediaItem"]["UsedBy"]
        for name in ("editor", "publisher")
    }
    assert [use["Title"] for use in seen["editor"]] == ["Open"]
    assert [use["Title"] for use in seen["publisher"]] == ["Open", "Closed"]


def test_used_by_is_left_out_where_the_profile_may_not_read_articles(
    world: World, handler: LambdaHandler, library: Library
) -> None:
    item = library.item()
    narrow = world.profile("media only", {"media_items": EVERYTHING["media_items"]})
    reader = library.client("Nar", "Row", "Editors", profile=narrow)
    answer = reader.call("get_media_item", MediaFileItemCode=item).result
    assert "UsedBy" not in answer["MediaItem"]
    assert codes(answer) == ["NOT_SHOWN"]


def test_the_last_file_of_an_item_in_use_stays(library: Library) -> None:
    item = library.item()
    first, second = library.attach(item, png())["MediaFileCode"], library.attach(item, jpeg())["MediaFileCode"]
    library.use(item)
    assert library.editor.call("delete_media_file", MediaFileCode=first).result["Deleted"]
    error = library.editor.call("delete_media_file", MediaFileCode=second).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "MediaFileCode")
    third = library.attach(item, gif())["MediaFileCode"]
    assert library.editor.call("delete_media_file", MediaFileCode=second).result["Deleted"]
    left = library.editor.call("list_media_files", MediaFileItemCode=item).result["Files"]
    assert [file["MediaFileCode"] for file in left] == [third]
