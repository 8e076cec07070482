"""Fields: a name, a kind and a sentence, defined once and used as argument, attribute, help and column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from affino_mcp.catalogue.kinds import Kind

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def snake_case(name: str) -> str:
    """Converts Affino's name into Python's form: `VATNumber` -> `vat_number`."""
    return "_".join(_WORDS.findall(name)).lower()


def fold_name(name: str) -> str:
    """The form in which argument names are compared: case, `_` and `-` are ignored."""
    return name.replace("_", "").replace("-", "").casefold()


@dataclass(frozen=True)
class Reference:
    """The target of a code: a family (`accounts`, `contacts`), `staff`, or a fixed list (`industries`, `topics`)."""

    target: str
    attribute: str


@dataclass(frozen=True, eq=False)
class Field:
    """One field of a record or a call.

    A field with a `reference` is answered as code and name, under `reference.shown_as`.
    """

    name: str
    kind: Kind
    help: str = ""
    reference: Reference | None = None
    required: bool = False

    @cached_property
    def python_name(self) -> str:
        """The field's name in Python."""
        return snake_case(self.name)

    @property
    def attribute(self) -> str:
        """The name under which a record's answer holds this field."""
        return self.reference.attribute if self.reference else self.name

    def as_required(self) -> Field:
        """A copy of the field as a required argument."""
        return replace(self, required=True)

    def schema(self, *, null: bool = False) -> dict[str, object]:
        """The field's JSON Schema, with its sentence as description; with `null` the schema allows null too."""
        schema = _with_null(self.kind.schema) if null else dict(self.kind.schema)
        return schema | {"description": self.help} if self.help else schema


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy of the schema that allows null too; with `anyOf`, because some clients refuse an array of types."""
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
