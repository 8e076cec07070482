"""Records: the data of a family, as its fields and the attributes that only the service writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as PydanticField

from affino_mcp.catalogue.field import Field, snake_case
from affino_mcp.catalogue.kinds import Kind, code_kind, datetime_kind

PERSON_KIND: Final = Kind("person", {"type": "object"}, None)
STAMP_FIELDS: Final = (
    Field("CreatedDate", datetime_kind(), "when it was created, UTC"),
    Field("CreatedBy", PERSON_KIND, "who created it: UserCode and Name"),
    Field("UpdatedDate", datetime_kind(), "when it was last changed, UTC"),
    Field("UpdatedBy", PERSON_KIND, "who changed it last: UserCode and Name"),
)


@dataclass(frozen=True, eq=False)
class Record:
    """A kind of record.

    `fields` can be written, `derived` are read-only attributes, `label` names the record for people. `required` fields
    may not be empty, `sorts` are the SortBy words, `summary` lists the attributes of a list row, `search` the fields
    that Search looks through, `unique` the fields whose values no two records share, `due` the date that SortBy Due or
    CloseDate uses, `defaults` the values of a new record that the call does not set; fields with a default cannot be
    cleared. `undo_with` names the tools to use for attributes that undo does not change, by the attribute or the relation
    ("" for any other attribute).
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
    unique: tuple[str, ...] = ()
    due: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    undo_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def code_field(self) -> Field:
        """The generated code as a field; its `needed()` is the argument that selects a record."""
        return Field(self.code, code_kind(), f"the {self.words}'s code")

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
