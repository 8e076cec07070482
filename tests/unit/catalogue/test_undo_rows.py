"""What rows say of undo and of repeated answers names methods that exist and fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import Record
from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.instance.builtin.history import undo_context

ONLY_MADE_AND_DELETED = {"article_media", "media_files"}
NEVER_UNDONE = {"forums"}


def carriers(kind: str, *effects: Effect) -> list[Method]:
    return [m for m in METHODS.values() if m.carries_undo and m.record is RECORDS[kind] and m.effect in effects]


@pytest.mark.parametrize("kind", HISTORY_FAMILIES)
def test_one_method_takes_a_kind_of_record_back_and_one_deletes_it(kind: str) -> None:
    updates, deletes = carriers(kind, Effect.UPDATE), carriers(kind, Effect.DELETE, Effect.REMOVE)
    assert len(updates) == (kind not in ONLY_MADE_AND_DELETED | NEVER_UNDONE)
    assert len(deletes) == (kind not in NEVER_UNDONE)
    for method in (*updates, *deletes):
        code = RECORDS[kind].code
        assert code in {field.name for field in method.all_arguments if field.required}
        assert {field.name for field in method.all_arguments if field.required} <= {code, *RECORDS[kind].required}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_tools_to_use_instead_exist(record: Record) -> None:
    assert {name for names in record.undo_with.values() for name in names} <= METHODS.keys()


@pytest.mark.parametrize("method", [m for m in METHODS.values() if m.answers_as], ids=lambda m: m.name)
def test_the_read_with_the_same_answer_takes_the_code_alone(method: Method) -> None:
    read = METHODS[method.answers_as]
    assert (read.effect, read.returns) == (Effect.READ, method.returns)
    assert len([field for field in read.all_arguments if field.required]) <= 1
    assert {field.name for field in read.all_arguments} & {record.code for record in RECORDS.values()}


def test_another_update_of_the_same_record_does_not_change_what_undo_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    update = METHODS["update_note"]
    appending = replace(
        update,
        name="append_to_note",
        arguments=(NOTE.code_field.as_required(), NOTE.fields[0].as_required()),
        carries_undo=False,
    )
    monkeypatch.setattr(undo_context, "METHODS", {appending.name: appending, **METHODS})
    assert undo_context.find_undo_tool("notes", "update") is update
