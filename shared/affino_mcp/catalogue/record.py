"""Fields and records: a name, a kind and a sentence, and the data of a family that they make up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as PydanticField

from affino_mcp.catalogue.kinds import Kind, code_kind, integer_kind, line_kind
from affino_mcp.catalogue.listed_schema import list_schema
from affino_mcp.catalogue.time_kinds import datetime_kind
from affino_mcp.value_class import value_class

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
ANSWERED_IN_PARTS: Final = 4_000
"""Characters of the longest text that fits into an answer beside the rest of its record, in every script."""
NEXT: Final = "Next"
"""What follows a text's name in the attribute that says where the text goes on (`BodyNext`)."""
LENGTH: Final = "Length"
"""What follows a text's name in the attribute that stands for a text that is left out (`BodyLength`)."""
_PERSON: Final = {"UserCode": {"anyOf": [{"type": "integer"}, {"type": "null"}]}, "Name": {"type": "string"}}
PERSON_KIND: Final = Kind("person", {"type": "object", "properties": _PERSON}, None)
PART_KIND: Final = Kind("object", {"type": "object"}, None)
"""A part of an answer with attributes of its own, which its sentence names."""
ROWS_KIND: Final = Kind("list", {"type": "array", "items": {"type": "object"}}, None)
"""Several such parts."""


def snake_case(name: str) -> str:
    """Converts Affino's name into Python's form: `VATNumber` -> `vat_number`."""
    return "_".join(_WORDS.findall(name)).lower()


def fold_name(name: str) -> str:
    """The form in which argument names are compared: case, `_` and `-` are ignored."""
    return name.replace("_", "").replace("-", "").casefold()


@value_class
class Reference:
    """The target of a code: a family (`accounts`, `contacts`), `staff`, or a list (`industries`, `topics`).

    Of several codes, unknown ones are left out with a warning; with `all_known`, they are refused.
    """

    target: str
    attribute: str
    all_known: bool = False


@value_class(eq=False)
class Field:
    """One field of a record or a call.

    A field with a `reference` is answered as code and name, under `reference.attribute`. A `secret` is a value that opens
    something by itself, such as a token or a signed address: only its caller gets it, and no row of any table holds it.
    """

    name: str
    kind: Kind
    help: str = ""
    reference: Reference | None = None
    required: bool = False
    secret: bool = False

    @cached_property
    def python_name(self) -> str:
        """The field's name in Python."""
        return snake_case(self.name)

    @property
    def attribute(self) -> str:
        """The name under which a record's answer holds this field."""
        return self.reference.attribute if self.reference else self.name

    @property
    def max_length(self) -> int:
        """The most characters of a text; 0 for what is no text."""
        return int(self.kind.schema.get("maxLength", 0))

    @property
    def position(self) -> Field:
        """The argument that says from which character on a text is answered."""
        return Field(f"{self.name}From", integer_kind(0, 10**6), f"{self.name}{NEXT}")

    def with_help(self, text: str) -> Field:
        """A copy of the field with another sentence."""
        return replace(self, help=text)

    def as_required(self) -> Field:
        """A copy of the field as a required argument."""
        return replace(self, required=True)

    def schema(self, *, null: bool = False) -> dict[str, Any]:
        """The field's JSON Schema in tools/list, with its sentence as description; with `null` the schema allows null too."""
        schema = list_schema(self.kind.schema, null=null)
        return schema | {"description": self.help} if self.help else schema


STAMP_FIELDS: Final = (
    Field("CreatedDate", datetime_kind(), "when it was created, UTC"),
    Field("CreatedBy", PERSON_KIND, "who created it: UserCode and Name"),
    Field("UpdatedDate", datetime_kind(), "when it was last changed, UTC"),
    Field("UpdatedBy", PERSON_KIND, "who changed it last: UserCode and Name"),
)


@value_class(eq=False)
class Record:
    """A kind of record.

    `fields` can be written, `derived` are read-only attributes, `label` names the record for people. `required` fields
    may not be empty, `sorts` are the SortBy words, `summary` lists the attributes of a list row, `unique` the fields whose
    values no two records share (`same_values` maps further fields to those that they are compared with), `due` the date that
    SortBy Due or CloseDate uses, `defaults` the values of a new record that the call does not set, `filled` the fields that
    the service itself fills in a new record; fields with a default and filled ones cannot be cleared. `undo_with` names the
    tools to use for attributes that undo does not change, by the attribute or the relation ("" for any other attribute).
    `search` are the fields that Search looks through, those that count most first, `phones` the ones among them that hold
    telephone numbers; `found_by` says in words what it looks through of other records, by their family.
    """

    name: str
    family: str
    code: str
    label: tuple[str, ...]
    fields: tuple[Field, ...]
    required: tuple[str, ...] = ()
    derived: tuple[Field, ...] = ()
    sorts: tuple[str, ...] = ("Code", "Created", "Updated")
    summary: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    found_by: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    same_values: Mapping[str, str] = field(default_factory=dict)
    due: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    filled: tuple[str, ...] = ()
    undo_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def code_field(self) -> Field:
        """The generated code as a field; its `as_required()` is the argument that selects a record.

        It has a sentence only when its name does not say whose code it is.
        """
        plain = self.code.lower() == f"{self.words}code".replace(" ", "")
        return Field(self.code, code_kind(), "" if plain else f"{self.words} code")

    @cached_property
    def search_field(self) -> Field:
        """The argument Search of the record's list, which names what it looks through."""
        return Field("Search", line_kind(200), f"in {', '.join((*self.search, *self.found_by.values()))}")

    @property
    def words(self) -> str:
        """The record's name in running text."""
        return snake_case(self.name).replace("_", " ")

    @cached_property
    def attributes(self) -> tuple[Field, ...]:
        """All attributes of a full answer."""
        return (self.code_field, *self.fields, *self.derived, *STAMP_FIELDS)

    @cached_property
    def writable(self) -> dict[str, Field]:
        """The writable fields by name."""
        return {f.name: f for f in self.fields}

    @cached_property
    def longest_text(self) -> Field | None:
        """The field whose text may be too long for one answer; None when the record has none. No record has two."""
        return next((f for f in self.fields if f.max_length > ANSWERED_IN_PARTS), None)

    @cached_property
    def model(self) -> type[BaseModel]:
        """The pydantic model of the writable fields as stored, none of them required; it is built on first use."""
        shapes: dict[str, Any] = {
            f.python_name: (f.kind.stored_annotation | None, PydanticField(default=None, alias=f.name))
            for f in self.fields
        }
        return create_model(self.name, __config__=ConfigDict(extra="forbid", frozen=True), **shapes)

    def optional_arguments(self, *names: str) -> tuple[Field, ...]:
        """The named fields, as optional arguments."""
        return tuple(self.writable[name] for name in names)

    def create_arguments(self, without: tuple[str, ...] = ()) -> tuple[Field, ...]:
        """All writable fields as arguments of a create method, the required ones first."""
        first = tuple(self.writable[name].as_required() for name in self.required)
        return first + tuple(f for f in self.fields if f.name not in (*self.required, *without))

    def update_arguments(self, without: tuple[str, ...] = ()) -> tuple[Field, ...]:
        """The code and all writable fields as arguments of an update method."""
        return (self.code_field.as_required(), *(f for f in self.fields if f.name not in without))
