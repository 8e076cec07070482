"""Every tool of every mode has a schema that each client's converter takes; `make converters` tries the converters themselves."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from affino_mcp.catalogue.kinds import choice_kind
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.tool_view import DOORS, GUIDES
from affino_mcp.mcp_edge.instructions import INSTRUCTIONS
from scripts.converters.broken_schemas import BREAKS, break_one
from scripts.converters.modes import list_modes
from scripts.converters.schema_nodes import find_schema_faults, walk_nodes

MODES = list_modes()
EVERY_METHOD = {**METHODS, **GUIDES, **DOORS}
MAX_SCHEMA_BYTES, MAX_INSTRUCTIONS, MAX_NAME = 16_000, 512, 43


def test_every_mode_is_looked_at() -> None:
    assert [tool["name"] for tool in MODES[ListMode.FULL]] == list(METHODS)
    assert MODES.keys() == set(ListMode)


@pytest.mark.parametrize("mode", MODES)
def test_every_converter_takes_every_schema(mode: str) -> None:
    faults = {tool["name"]: find_schema_faults(tool["inputSchema"]) for tool in MODES[mode]}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("name", EVERY_METHOD)
@pytest.mark.parametrize("confirm", [False, True], ids=["plain", "confirming"])
def test_every_method_describes_itself_so(name: str, confirm: bool) -> None:
    """`describe_tool` gives the same schema in compact mode."""
    assert find_schema_faults(EVERY_METHOD[name].for_profile(confirm=confirm).input_schema()) == []


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_sent_that_tells_nothing(mode: str) -> None:
    for tool in MODES[mode]:
        assert tool.keys() == {"name", "description", "inputSchema", "annotations"}
        assert tool["annotations"]["openWorldHint"] is False
        words = {word for node in walk_nodes(tool["inputSchema"]) for word in node.schema}
        assert not words & {"maxLength", "minLength", "maxItems", "title", "default", "pattern"}, tool["name"]


@pytest.mark.parametrize("mode", MODES)
def test_every_tool_is_within_what_clients_take(mode: str) -> None:
    for tool in MODES[mode]:
        assert len(str(tool["inputSchema"]).encode()) < MAX_SCHEMA_BYTES
        assert len(tool["name"]) <= MAX_NAME


def test_the_instructions_are_whole_in_every_client() -> None:
    assert max(map(len, INSTRUCTIONS.values())) <= MAX_INSTRUCTIONS


def test_a_choice_that_can_be_cleared_is_one_of_its_words_or_null() -> None:
    schema = Field("Role", choice_kind("lead", "member"), "in the team").schema(null=True)
    choices = [{"type": "string", "enum": ["lead", "member"]}, {"type": "null"}]
    assert schema == {"anyOf": choices, "description": "in the team"}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_fault_put_into_a_schema_is_found(kind: str) -> None:
    before = deepcopy(MODES[ListMode.FULL])
    assert find_schema_faults(break_one(MODES[ListMode.FULL], kind)["inputSchema"])
    assert before == MODES[ListMode.FULL]


FAULTS: dict[str, dict[str, Any]] = {
    "a list of types": {"properties": {"Name": {"type": ["string", "null"]}}},
    "a reference": {"properties": {"Name": {"type": "string", "$ref": "#/$defs/Name"}}},
    "a choice at the root": {"properties": {}, "anyOf": [{"type": "object"}]},
    "entries without a type": {"properties": {"Codes": {"type": "array", "items": {}}}},
    "an argument without a schema": {"properties": {"Name": True}},
    "null among the words": {"properties": {"Role": {"type": "string", "enum": ["lead", None]}}},
    "a name with a letter of another alphabet": {"properties": {"Größe": {"type": "integer"}}},
    "a name that is too long": {"properties": {"x" * 65: {"type": "integer"}}},
    "closed entries": {
        "properties": {"A": {"type": "array", "items": {"type": "object", "additionalProperties": False}}}
    },
    "two types": {"properties": {"Stage": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}},
}


@pytest.mark.parametrize("schema", FAULTS.values(), ids=FAULTS)
def test_faults_of_a_schema(schema: dict[str, Any]) -> None:
    assert find_schema_faults({"type": "object", **schema})
