"""Who sees and who changes a media item: its security, its owner, and the right to all items."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.engine.operator_call import Operator
from affino_mcp.instance.builtin.website import website_records
from affino_mcp.instance.port import Call, NoCallLog
from tests.flow.media import (
    Library,
    base64_of,
    gif,
    listed,
    png,
)
from tests.world import World

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
    code = library.world.people.find_user_code("del.eter@affino.example")
    assert code
    library.world.people.change(code, rights={"media_items.delete": None})
    error = deleter.call_tool(tool, MediaFileItemCode=item, **arguments).error
    assert (error["type"], error["details"]["rule"]) == ("permission_denied", "media_items.all")
    assert library.publisher.call_tool(tool, MediaFileItemCode=item, **arguments).result


def test_deleting_a_file_of_anothers_item_needs_it_too(library: Library) -> None:
    file = library.attach(library.item(), png())["MediaFileCode"]
    error = library.other.call_tool("delete_media_file", MediaFileCode=file).error
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
    hidden = library.editor.call_tool(tool, **{argument: code}).error
    missing = library.editor.call_tool(tool, **{argument: 999}).error
    assert hidden == missing
    assert hidden["type"] == "not_found"
    assert library.publisher.call_tool("get_media_item", MediaFileItemCode=item).result
    assert listed(library.editor) == []
    assert listed(library.editor, Search="treasure") == []
    assert library.editor.call_tool("list_media_items").result["TotalRecords"] == 0
    assert listed(library.publisher) == [item]


def test_nobody_hides_an_item_from_himself(library: Library) -> None:
    error = library.editor.call_tool("create_media_item", Title="A", SecurityCode=library.secret).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", "SecurityCode")


GROUPS = ["Editors", "Publishers", "Community"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.sets(st.sampled_from([*GROUPS, "Everybody"]))), min_size=1, max_size=4),
    st.sets(st.sampled_from(GROUPS)),
)
def test_list_get_file_and_search_agree_on_what_a_person_sees(guards: list[set[str] | None], own: set[str]) -> None:
    world = World()
    handler = world.new_handler()
    library = Library(world, handler, world.create_profile())
    reader = library.client("Rea", "Der", *own)
    code = world.people.find_user_code("rea.der@affino.example")
    assert code
    world.people.change(code, rights={"media_items.read": None})
    items, files = {}, {}
    for place, groups in enumerate(guards):
        item = library.item(Title=f"Cover {place}")
        files[item] = library.attach(item, png())["MediaFileCode"]
        items[item] = groups is None or bool(groups & {*own, "Everybody"})
        if groups is not None:
            secure(
                world,
                item,
                website_records.upsert_security(world.records, f"S{place}", world.clock(), read=sorted(groups)),
            )
    seen = [item for item, visible in items.items() if visible]
    assert listed(reader) == seen
    assert sorted(listed(reader, Search="cover")) == seen
    for item, visible in items.items():
        for tool, argument, value in (
            ("get_media_item", "MediaFileItemCode", item),
            ("list_media_files", "MediaFileItemCode", item),
            ("get_media_file", "MediaFileCode", files[item]),
        ):
            answer = reader.call_tool(tool, **{argument: value}).document["result"]
            assert bool(answer.get("isError")) is not visible
    handler.close()


def secure(world: World, item: int, security: int) -> None:
    """Puts an item under a security, as a person who may."""
    values = {"MediaFileItemCode": item, "SecurityCode": security}
    call = Call(Operator(), "", lambda _: True, world.clock(), "x", b"", NoCallLog())
    before = world.records.load_record("media_items", item)
    assert before
    change = world.records.start_change(METHODS["update_media_item"], values, call)
    document = before.document.next_version(call, {"SecurityCode": security})
    world.records.save_record(change, before, replace(before, document=document))
    change.commit({})
