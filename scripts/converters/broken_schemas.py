"""Faults to put into one tool's schema, each of which turns cells of the table red."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, NamedTuple


class SchemaBreak(NamedTuple):
    """A kind of fault: what puts it into a schema, saying whether it could, and the libraries that it must turn red."""

    put_into: Callable[[dict[str, Any]], bool]
    red: tuple[str, ...]


def _untype_choice(schema: dict[str, Any]) -> bool:
    found = next((part for part in schema["properties"].values() if "enum" in part), None)
    return found is not None and found.pop("type", None) is not None


def _close_empty(schema: dict[str, Any]) -> bool:
    if schema["properties"]:
        return False
    schema["additionalProperties"] = False
    return True


def _add_third_type(schema: dict[str, Any]) -> bool:
    found = next((part for part in schema["properties"].values() if "anyOf" in part), None)
    if found is None:
        return False
    found["anyOf"].insert(0, {"type": "boolean"})
    return True


def _put_space(schema: dict[str, Any]) -> bool:
    if not schema["properties"]:
        return False
    name = next(iter(schema["properties"]))
    schema["properties"][f"{name} of it"] = schema["properties"].pop(name)
    return True


BREAKS: Final = {
    "untyped-enum": SchemaBreak(_untype_choice, ("@google/genai",)),
    "closed-empty-object": SchemaBreak(_close_empty, ("google-genai",)),
    "three-way-union": SchemaBreak(_add_third_type, ("google-genai",)),
    "key-with-a-space": SchemaBreak(_put_space, ("Anthropic API",)),
}


def break_one(tools: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """A copy of the first tool that can have this fault, with it. Raises ValueError when none can."""
    for tool in deepcopy(tools):
        if BREAKS[kind].put_into(tool["inputSchema"]):
            return tool
    raise ValueError(f"no tool of this list can have {kind}")
