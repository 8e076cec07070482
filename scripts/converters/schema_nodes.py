"""Walks the nodes of a tool's JSON Schema, as listed or as a client library converted it, and says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

ANTHROPIC_KEY: Final = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
"""What a property may be called in a tool of Anthropic's API."""
_CHOICES: Final = ("anyOf", "any_of", "oneOf", "one_of", "allOf")
_NO_TYPE: Final = (None, "", "TYPE_UNSPECIFIED")


class SchemaNode(NamedTuple):
    """One node of a schema: where it is (`SortBy`, `TopicCodes[]`), and its schema."""

    place: str
    schema: Any


def walk_nodes(schema: Any, place: str = "") -> Iterator[SchemaNode]:
    """Every node of a schema, from the root on; branches of a choice are nodes too."""
    yield SchemaNode(place, schema)
    if not isinstance(schema, dict):
        return
    for name, part in (schema.get("properties") or {}).items():
        yield from walk_nodes(part, f"{place}.{name}".lstrip("."))
    if "items" in schema:
        yield from walk_nodes(schema["items"], f"{place}[]")
    for word in _CHOICES:
        for index, branch in enumerate(schema.get(word) or ()):
            yield from walk_nodes(branch, f"{place}|{index}")


def is_typed(schema: Any) -> bool:
    """True for a node of one type, or of one type and null: whatever else becomes untyped in some client."""
    if not isinstance(schema, dict):
        return False
    branches = [branch for word in _CHOICES for branch in schema.get(word) or ()]
    if not branches:
        return _has_type(schema)
    others = [branch for branch in branches if not _is_null(branch)]
    return len(others) == 1 and _has_type(others[0])


def _has_type(schema: Any) -> bool:
    kind = schema.get("type") if isinstance(schema, dict) else None
    if isinstance(kind, list):  # strict schemas of OpenAI say null so
        kind = next(iter(set(kind) - {"null"}), None) if len(kind) == 2 and "null" in kind else None
    return kind not in _NO_TYPE


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and str(schema.get("type")).casefold() == "null"


def find_untyped(schema: Any) -> list[str]:
    """The places of the nodes without one type, as a client would send them to its model."""
    return [node.place or "(root)" for node in walk_nodes(schema) if not is_typed(node.schema)]


def find_schema_faults(schema: dict[str, Any]) -> list[str]:
    """What breaks some client in a schema of tools/list, each with its place; [] for a schema that every converter takes."""
    faults = [f"{place}: not one type" for place in find_untyped(schema)]
    faults += ["(root): a choice"] if set(_CHOICES) & schema.keys() else []
    for node in walk_nodes(schema):
        found = node.schema if isinstance(node.schema, dict) else {}
        faults += [f"{node.place}: a list of types"] if isinstance(found.get("type"), list) else []
        faults += [f"{node.place}: {word}" for word in ("$ref", "$defs", "additionalProperties") if word in found]
        faults += [f"{node.place}: null among the words"] if None in found.get("enum", ()) else []
        faults += find_refused_names(found)
    return faults


def find_refused_names(schema: dict[str, Any]) -> list[str]:
    """The names of properties of this node that Anthropic's API refuses."""
    return [f"{name}: not a name" for name in schema.get("properties") or () if not ANTHROPIC_KEY.fullmatch(name)]
