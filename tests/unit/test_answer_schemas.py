"""The schemas that answers are held to say something: each key typed, and a wrong answer refused."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.catalogue.registry import METHODS, RECORDS
from affino_mcp.catalogue.tool_view import GUIDES
from tests.answer_schemas import answer_schema, attribute_schema, check_answer

EVERY_METHOD = {**METHODS, **GUIDES}
TYPE_WORDS = {"type", "anyOf", "enum", "const"}


@pytest.mark.parametrize("name", EVERY_METHOD)
def test_every_key_of_every_answer_has_a_type(name: str) -> None:
    schema = answer_schema(EVERY_METHOD[name])
    assert [key for key, part in schema["properties"].items() if not TYPE_WORDS & part.keys()] == []
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("family", RECORDS)
def test_every_attribute_of_every_record_has_a_type(family: str) -> None:
    for field in RECORDS[family].attributes:
        assert TYPE_WORDS & attribute_schema(field)["anyOf"][0].keys(), field.name


GOOD: dict[str, Any] = {"NoteCode": 7, "Deleted": True, "Warnings": []}
WARNING = {"Code": "NO_CHANGE", "Argument": "", "Message": "Nothing."}
WRONG: dict[str, dict[str, Any]] = {
    "a key that nobody named": {"Extra": 1},
    "a number as text": {"NoteCode": "7"},
    "a word for a truth": {"Deleted": "true"},
    "a warning of no known code": {"Warnings": [{**WARNING, "Code": "OOPS"}]},
    "a warning without words": {"Warnings": [{"Code": "NO_CHANGE", "Argument": ""}]},
}


def test_an_answer_as_the_catalogue_says_passes() -> None:
    check_answer("delete_note", GOOD)
    check_answer("delete_note", GOOD | {"Warnings": [WARNING], "DryRun": True})


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="delete_note answered what the catalogue does not say"):
        check_answer("delete_note", GOOD | change)


def test_a_missing_key_is_refused() -> None:
    with pytest.raises(AssertionError, match="'Deleted' is a required property"):
        check_answer("delete_note", {"NoteCode": 7, "Warnings": []})


def test_a_row_with_an_attribute_of_the_wrong_type_is_refused() -> None:
    page = {"Items": [{"NoteCode": 1, "Body": 7}], "TotalRecords": 1, "LastRecordCode": 1, "NextCursor": None}
    with pytest.raises(AssertionError, match="Body"):
        check_answer("list_notes", page | {"CurrentDate": "2026-11-27T09:00:00Z", "Warnings": []})
