"""A media item that is created with its first file, in one call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.media import Library, base64_of, codes, jpeg, png
from tests.world import World


def creating(library: Library, data: bytes = png(), **more: Any) -> dict[str, Any]:
    asked = {
        "Title": "Spring cover",
        "CategoryCode": "Covers",
        "FileName": "cover.png",
        "ContentBase64": base64_of(data),
    }
    return asked | more


def test_item_and_file_are_one_call_and_one_row(world: World, library: Library) -> None:
    before = len(world.audit_rows())
    made = library.editor.call_tool("create_media_item", **creating(library)).result
    assert (made["Warnings"], "Hint" in made, len(world.audit_rows())) == ([], False, before + 1)
    item = made["MediaItem"]
    (file,) = item["Files"]
    assert (item["FileCount"], file["FileName"], file["Version"], file["Width"]) == (1, "cover.png", 1, 3)
    assert file["Url"]
    read = library.editor.call_tool("get_media_item", MediaFileItemCode=item["MediaFileItemCode"]).result["MediaItem"]
    assert read | {"Files": 0} == item | {"Files": 0}
    assert "memory:" not in str(world.audit_rows())
    history = library.editor.call_tool(
        "list_record_history", Family="media_items", Code=item["MediaFileItemCode"]
    ).result["Items"]
    assert [entry["Version"] for entry in history] == [1]
    library.attach(item["MediaFileItemCode"], jpeg(), FileName="b.jpg")


def test_the_cover_of_a_step_takes_two_calls(library: Library) -> None:
    steps = [{"Title": "Overview"}]
    asked = {"Title": "Walkthrough", "standardSectionCode": library.marketing, "Steps": steps}
    step = library.editor.call_tool("create_article", **asked).result["Article"]["Steps"][0]["StandardStepByStepCode"]
    item = library.editor.call_tool("create_media_item", **creating(library)).result["MediaItem"]["MediaFileItemCode"]
    asked = {"StandardStepByStepCode": step, "MediaFileItemCode": item, "Role": "cover"}
    assert codes(library.editor.call_tool("attach_article_media", **asked).result) == []


@pytest.mark.parametrize(
    ("more", "argument", "kind"),
    [
        ({"FileName": ""}, "FileName", "validation_error"),
        ({"ContentBase64": ""}, "ContentBase64", "validation_error"),
        ({"ContentBase64": base64_of(b"<svg/>")}, "ContentBase64", "unsupported_media"),
        ({"MimeType": "image/gif"}, "MimeType", "unsupported_media"),
        ({"CategoryCode": "Press"}, "", "permission_denied"),
    ],
    ids=["no name", "no content", "refused format", "other type", "closed category"],
)
def test_what_is_refused_makes_neither(library: Library, more: dict[str, Any], argument: str, kind: str) -> None:
    refused = library.editor.call_tool("create_media_item", **creating(library, **more)).error
    assert refused["type"] == kind
    assert refused["details"].get("argument", "") in (argument, "CategoryCode")
    assert library.editor.call_tool("list_media_items").result["Items"] == []
    assert library.world.files.keys == []


def test_rehearsal_replay_and_undo(library: Library) -> None:
    tried = library.editor.call_tool("create_media_item", **creating(library), DryRun=True).result
    assert tried["MediaItem"]["MediaFileItemCode"] is None
    assert library.world.files.keys == []
    first = library.editor.call_tool("create_media_item", **creating(library), IdempotencyKey="k").result["MediaItem"]
    again = library.editor.call_tool("create_media_item", **creating(library), IdempotencyKey="k").result
    assert codes(again) == ["REPLAYED"]
    assert again["MediaItem"]["Files"][0]["Url"]
    assert again["MediaItem"]["MediaFileItemCode"] == first["MediaFileItemCode"]
    asked = {"Family": "media_items", "Code": first["MediaFileItemCode"], "Version": 1}
    assert library.editor.call_tool("undo_change", **asked).result["Undone"]["How"] == "deleted"
