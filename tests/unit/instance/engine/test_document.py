"""A document holds only what its record allows, whichever tool makes it."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.crm import notes
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import new_document
from affino_mcp.instance.builtin.engine.long_texts import store_text
from affino_mcp.instance.builtin.engine.operator_call import make_operator_call
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.tool_errors import InvalidArgument
from tests.clock import START
from tests.unit.instance.deeds import Desk

CALL = make_operator_call(START)
LIMITED = [
    (record.family, field)
    for record in RECORDS.values()
    for field in record.fields
    if field.kind.schema.get("type") == "string"
    and "maxLength" in field.kind.schema
    and "e-mail" not in field.kind.display_name
    if not field.kind.display_name.startswith(("web address", "country")) and field.name != "Sha256"
]


@pytest.mark.parametrize(("family", "field"), LIMITED, ids=lambda value: getattr(value, "name", value))
def test_no_document_is_made_or_changed_beyond_its_limits(family: str, field: Field) -> None:
    most = field.kind.schema["maxLength"]
    document = new_document(family, 1, CALL, {field.name: "x" * most})
    over = {field.name: "x" * (most + 1)}
    for write in (partial(new_document, family, 1, CALL), partial(document.next_version, CALL)):
        with pytest.raises(InvalidArgument) as refused:
            write(over)
        assert refused.value.details["argument"] == field.name
        assert str(most) in refused.value.message.replace(",", "")


@given(st.text('ab&<>"', max_size=12), st.integers(0, 3))
def test_an_entity_counts_as_the_characters_that_are_stored(text: str, over: int) -> None:
    most = RECORDS["forum_posts"].writable["Body"].kind.schema["maxLength"]
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body += "x" * (most - len(body) + over)
    with pytest.raises(InvalidArgument) if over else nullcontext():
        new_document("forum_posts", 1, CALL, {"Body": body})


def test_a_long_text_is_checked_before_it_is_split_off() -> None:
    change = Change(MemoryDatabase(), "t", None, {}, CALL)  # type: ignore[arg-type]
    most = RECORDS["forum_posts"].writable["Body"].kind.schema["maxLength"]
    assert store_text(change, "forum_posts", 1, "Body", "x" * most)
    steps = len(change.steps)
    with pytest.raises(InvalidArgument):
        store_text(change, "forum_posts", 1, "Body", "x" * (most + 1))
    assert len(change.steps) == steps


def test_a_tool_that_appends_is_held_to_the_limit_of_the_record() -> None:
    desk = Desk()
    code = desk.call("create_note", Body="x" * 8000, AccountCode=desk.codes["account"])["Note"]["NoteCode"]
    stored = desk.instance.records.load_record(notes.FAMILY, code)
    assert stored is not None
    with pytest.raises(InvalidArgument, match="8000"):
        stored.document.next_version(CALL, {"Body": f"{stored.document.values['Body']} and more"})
