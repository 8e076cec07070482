"""The table of client libraries: what is green, what is red, and that what was not tried is said so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.converters import in_python
from scripts.converters.broken_schemas import BREAKS
from scripts.converters.conversion_table import (
    BEGIN,
    END,
    PAGE,
    describe_cell,
    list_unseen_breaks,
    render_table,
    write_table,
)
from scripts.converters.libraries import (
    ANTHROPIC,
    NODE_LIBRARIES,
    PYTHON_LIBRARIES,
    Conversion,
    convert_everywhere,
    judge_conversion,
)

SCHEMA = {"type": "object", "properties": {"Name": {"type": "string"}}}
TOOLS = [{"name": "get_account", "description": "Read.", "inputSchema": SCHEMA}]
EVERY_CLIENT = [ANTHROPIC, *(name for names in PYTHON_LIBRARIES.values() for name in names), *NODE_LIBRARIES]
ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "taken": ({"version": "1", "converted": {"get_account": SCHEMA}, "refused": {}}, "1/1, 0 untyped"),
    "Gemini's capitals": (
        {"version": "1", "converted": {"get_account": {"properties": {"Name": {"type": "STRING"}}, "type": "OBJECT"}}},
        "1/1, 0 untyped",
    ),
    "strict, with null": (
        {
            "version": "1",
            "converted": {"get_account": {**SCHEMA, "properties": {"Name": {"type": ["string", "null"]}}}},
        },
        "1/1, 0 untyped",
    ),
    "refused": ({"version": "1", "converted": {}, "refused": {"get_account": "no"}}, "**RED** 0/1, 0 untyped"),
    "silently left out": ({"version": "1", "converted": {}}, "**RED** 0/1, 0 untyped"),
    "untyped": (
        {"version": "1", "converted": {"get_account": {**SCHEMA, "properties": {"Name": {"description": "x"}}}}},
        "**RED** 1/1, 1 untyped",
    ),
    "an argument lost": (
        {"version": "1", "converted": {"get_account": {"type": "object", "properties": {}}}},
        "**RED** 1/1, 0 untyped",
    ),
    "no schema at all": ({"version": "1", "converted": {"get_account": {}}}, "**RED** 1/1, 1 untyped"),
    "not installed": ({"missing": "no such library"}, "not tried here: no such library"),
}


@pytest.mark.parametrize(("answer", "cell"), ANSWERS.values(), ids=ANSWERS)
def test_cells(answer: dict[str, Any], cell: str) -> None:
    found = judge_conversion("some", TOOLS, {"refused": {}} | answer)
    assert describe_cell(found) == cell
    assert found.is_green == (cell[0] == "1")


def test_without_the_libraries_every_cell_says_that_it_was_not_tried(tmp_path: Path) -> None:
    found = convert_everywhere({"all tools": TOOLS}, tmp_path)["all tools"]
    assert [one.client for one in found] == EVERY_CLIENT
    assert all("is not there" in one.missing for one in found[1:])
    assert found[0].is_green


def test_a_library_that_cannot_be_loaded_is_missing() -> None:
    assert in_python.convert_lists("google-genai", {"all tools": TOOLS})["all tools"].keys() == {"missing"}


def test_every_python_library_has_its_converter() -> None:
    assert {name for names in PYTHON_LIBRARIES.values() for name in names} == in_python.CONVERTERS.keys()


def test_a_fault_that_no_cell_sees_is_said() -> None:
    green = [Conversion(client, "1", 1, 1) for client in EVERY_CLIENT]
    red = [Conversion(client, "1", 1, 1, 1, ("x",)) for client in EVERY_CLIENT]
    assert len(list(list_unseen_breaks(dict.fromkeys(BREAKS, green)))) == len(BREAKS)
    assert not list(list_unseen_breaks(dict.fromkeys(BREAKS, red)))


def test_the_table_takes_its_own_place_on_the_page(tmp_path: Path) -> None:
    page, row = tmp_path / "clients.md", [Conversion("some", "1.2", 4, 4)]
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_table({"all tools": row}, page)
    table = "| Client library | Version | all tools |\n|---|---|---|\n| some | 1.2 | 4/4, 0 untyped |"
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n{table}\n{END}\nafter\n"
    assert list(render_table({"all tools": row})) == table.splitlines()


def test_the_page_of_the_docs_has_a_row_for_every_client() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [client for client in EVERY_CLIENT if f"| {client} |" not in text] == []
