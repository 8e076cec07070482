"""Files of media items: checked, renamed, counted, and downloadable for five minutes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow.media import (
    Library,
    attaching,
    base64_of,
    gif,
    jpeg,
    png,
)
from tests.world import World

NAMES: dict[str, tuple[str, str, bool]] = {
    "as it is": ("Spring cover.PNG", "Spring cover.PNG", False),
    "none": ("cover", "cover.png", True),
    "of a program": ("cover.exe", "cover.exe.png", True),
    "with folders": ("../../etc/cover.png", "cover.png", True),
    "with Windows folders": ("C:\\Users\\me\\cover.png", "cover.png", True),
    "only folders": ("../..", "file.png", True),
    "very long": ("x" * 255, "x" * 247 + ".png", True),
    "Unicode": ("Frühling 東京.png", "Frühling 東京.png", False),
}


@pytest.mark.parametrize(("given", "kept", "warned"), NAMES.values(), ids=NAMES)
def test_file_names(library: Library, given: str, kept: str, warned: bool) -> None:
    arguments = {"MediaFileItemCode": library.item(), "FileName": given, "ContentBase64": base64_of(png())}
    answer = library.editor.call_tool("attach_media_file", **arguments).result
    assert answer["MediaFile"]["FileName"] == kept
    assert [w["Code"] for w in answer["Warnings"]] == (["STORED_DIFFERENTLY"] if warned else [])
    (key,) = library.world.files.keys
    assert key.startswith(f"media/{arguments['MediaFileItemCode']}/")
    assert key.endswith(".png")
    assert "cover" not in key


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no source": ({}, "validation_error", "exactly one"),
    "two sources": ({"ContentBase64": "AAAA", "UploadToken": "x"}, "validation_error", "exactly one"),
    "bad Base64": ({"ContentBase64": "A*BC"}, "validation_error", "not Base64"),
    "Base64 cut short": ({"ContentBase64": "AAAAA"}, "validation_error", "not Base64"),
    "empty": ({"ContentBase64": ""}, "validation_error", "exactly one"),
    "no bytes": ({"ContentBase64": "data:image/png;base64,"}, "validation_error", "exactly one"),
    "unknown ticket": ({"UploadToken": "nothing"}, "validation_error", "not known"),
    "unknown role": ({"ContentBase64": base64_of(png()), "Role": "poster"}, "validation_error", "original"),
}


@pytest.mark.parametrize(("arguments", "kind", "word"), BAD.values(), ids=BAD)
def test_wrong_arguments(library: Library, arguments: dict[str, Any], kind: str, word: str) -> None:
    given = {"MediaFileItemCode": library.item(), "FileName": "a.png"} | arguments
    error = library.editor.call_tool("attach_media_file", **given).error
    assert error["type"] == kind
    assert word in error["message"]


def test_versions_count_the_files_of_a_role_and_never_come_twice(library: Library) -> None:
    item = library.item()
    first, second = library.attach(item, png(), Role="original"), library.attach(item, png(4, 4))
    small = library.attach(item, gif(), Role="thumbnail")
    assert [file["Version"] for file in (first, second, small)] == [1, 2, 1]
    assert library.editor.call_tool("delete_media_file", MediaFileCode=second["MediaFileCode"]).result["Deleted"]
    assert library.attach(item, jpeg())["Version"] == 3
    seen = library.editor.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]
    assert (seen["FileCount"], [file["Version"] for file in seen["Files"]]) == (3, [1, 1, 3])
    assert (
        library.editor.call_tool("get_media_file", MediaFileCode=second["MediaFileCode"]).error["type"] == "not_found"
    )


def test_the_same_file_twice_is_one_file(library: Library) -> None:
    item = library.item()
    first = library.attach(item, png())
    arguments = {"MediaFileItemCode": item, "FileName": "again.png", "ContentBase64": base64_of(png())}
    again = library.editor.call_tool("attach_media_file", **arguments).result
    assert again["MediaFile"]["MediaFileCode"] == first["MediaFileCode"]
    assert [w["Code"] for w in again["Warnings"]] == ["NO_CHANGE"]
    assert len(library.world.files.keys) == 1
    other = library.editor.call_tool("attach_media_file", **arguments, Role="thumbnail").result
    assert other["MediaFile"]["MediaFileCode"] != first["MediaFileCode"]


def test_a_dry_run_keeps_nothing(library: Library) -> None:
    item = library.item()
    arguments = {"MediaFileItemCode": item, "FileName": "a.png", "ContentBase64": base64_of(png()), "DryRun": True}
    answer = library.editor.call_tool("attach_media_file", **arguments).result
    assert (answer["DryRun"], answer["MediaFile"]["Width"], answer["MediaFile"]["Url"]) == (True, 3, None)
    assert library.world.files.keys == []
    assert library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"] == []


def test_an_item_takes_fifty_files(library: Library) -> None:
    item = library.item()
    for width in range(1, 51):
        library.attach(item, png(width, 1))
    error = attaching(library.editor, item, png(51, 1))
    assert (error["type"], error["details"]["argument"]) == ("conflict", "MediaFileItemCode")
    assert len(library.world.files.keys) == 50


def test_a_download_address_lives_five_minutes_and_is_written_down_nowhere(world: World, library: Library) -> None:
    item = library.item()
    arguments = {"FileName": "a.png", "ContentBase64": base64_of(png()), "IdempotencyKey": "once"}
    made = library.editor.call_tool("attach_media_file", MediaFileItemCode=item, **arguments).result["MediaFile"]
    again = library.editor.call_tool("attach_media_file", MediaFileItemCode=item, **arguments).result
    assert (again["MediaFile"]["MediaFileCode"], again["Warnings"][-1]["Code"]) == (made["MediaFileCode"], "REPLAYED")
    fresh = library.editor.call_tool("get_media_file", MediaFileCode=made["MediaFileCode"]).result["MediaFile"]["Url"]
    tables = (world.settings.records_table, world.settings.audit_table)
    kept = json.dumps([world.database.list_rows(table) for table in tables])
    assert "memory://" not in kept
    assert base64_of(png())[:60] not in kept
    world.clock.move(minutes=5)
    assert world.files.answer_download(fresh).status == 200
    world.clock.move(seconds=1)
    assert world.files.answer_download(fresh).status == 403


def test_the_answer_of_an_attachment_signs_the_file_once(library: Library) -> None:
    item = library.item()
    library.attach(item, png(5))
    arguments = {"FileName": "a.png", "ContentBase64": base64_of(png()), "IdempotencyKey": "once"}
    for _ in range(2):
        answer = library.editor.call_tool("attach_media_file", MediaFileItemCode=item, **arguments).result
        assert json.dumps(answer).count("memory://") == 1
        assert answer["MediaFile"]["Url"].startswith("memory://")
        assert len(answer["MediaItem"]["Files"]) == 2


def test_a_store_that_fails_leaves_no_record(world: World, library: Library) -> None:
    item = library.item()
    world.watched.broken = {("transact", world.settings.records_table)}
    arguments = {"MediaFileItemCode": item, "FileName": "a.png", "ContentBase64": base64_of(png())}
    assert library.editor.call_tool("attach_media_file", **arguments).status == 503
    world.watched.broken = set()
    assert library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"] == []
    world.files.broken = True
    assert library.editor.call_tool("attach_media_file", **arguments).status == 503
    world.files.broken = False
    assert library.editor.call_tool("list_media_files", MediaFileItemCode=item).result["Files"] == []


def test_the_history_names_the_files(world: World, library: Library) -> None:
    item = library.item()
    file = library.attach(item, png())["MediaFileCode"]
    library.editor.call_tool("delete_media_file", MediaFileCode=file)
    rows = [row for row in world.database.list_rows(world.settings.records_table) if row["pk"] == f"media_items#{item}"]
    entries = [json.loads(row["entry"]) for row in rows if "entry" in row]
    relation = {"FileName": "cover.png", "Role": "original", "FileType": "image"}
    assert [entry["after"].get(f"media_files#{file}") for entry in entries] == [None, relation, None]
    assert entries[2]["before"] == {f"media_files#{file}": relation}
    assert library.editor.call_tool("get_media_item", MediaFileItemCode=item).result["MediaItem"]["FileCount"] == 0
