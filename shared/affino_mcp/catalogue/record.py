"""Records: the data of a family, as its fields and the attributes that only the service writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from affino_mcp.catalogue.field import Field, snake_case
from affino_mcp.catalogue.kinds import Kind, code, moment

PERSON_REFERENCE: Final = Kind("person", {"type": "object"}, None)
STAMPS: Final = (
    Field("CreatedDate", moment(), "when it was created, UTC"),
    Field("CreatedBy", PERSON_REFERENCE, "who created it: UserCode and Name"),
    Field("UpdatedDate", moment(), "when it was last changed, UTC"),
    Field("UpdatedBy", PERSON_REFERENCE, "who changed it last: UserCode and Name"),
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
        return Field(self.code, code(), f"the {self.words}'s code")

    @property
    def words(self) -> str:
        """The record's name in running text."""
        return snake_case(self.name).replace("_", " ")

    @cached_property
    def attributes(self) -> tuple[Field, ...]:
        """All attributes of a full answer."""
        return (self.code_field, *self.fields, *self.derived, *STAMPS)

    @cached_property
    def writable(self) -> dict[str, Field]:
        """The writable fields by name."""
        return {f.name: f for f in self.fields}

    def some(self, *names: str) -> tuple[Field, ...]:
        """The named fields, as optional arguments."""
        return tuple(self.writable[name] for name in names)

    def creating(self, without: tuple[str, ...] = ()) -> tuple[Field, ...]:
        """All writable fields as arguments of a create method, the required ones first."""
        first = tuple(self.writable[name].needed() for name in self.required)
        return first + tuple(f for f in self.fields if f.name not in (*self.required, *without))

    def updating(self, without: tuple[str, ...] = ()) -> tuple[Field, ...]:
        """The code and all writable fields as arguments of an update method."""
        return (self.code_field.needed(), *(f for f in self.fields if f.name not in without))
