"""Methods: one row each, from which the MCP tool, help, checks, audit class and docs are derived."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypedDict

from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as PydanticField

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.kinds import boolean_kind, choice_kind, integer_kind, line_kind, names_kind
from affino_mcp.catalogue.record import Field, Record, fold_name
from affino_mcp.catalogue.seen_moments import seen_moment_kind
from affino_mcp.catalogue.time_kinds import datetime_kind
from affino_mcp.tool_errors import (
    ConfirmationRequired,
    Conflict,
    InvalidArgument,
    NotConfirmed,
    NotFound,
    PermissionDenied,
    ToolDisabled,
    ToolError,
)
from affino_mcp.value_class import value_class

DRY_RUN: Final = Field("DryRun", boolean_kind())
IDEMPOTENCY_KEY: Final = Field("IdempotencyKey", line_kind(255))
IF_UPDATED: Final = Field("IfUpdated", seen_moment_kind(), "UpdatedDate as you saw it")
SEARCH_FIELD: Final = Field("Search", line_kind(200), "words")
PAGE_SIZE: Final = Field("PageSize", integer_kind(1, 100))
CURSOR: Final = Field("Cursor", line_kind(500), "NextCursor")
FIELDS: Final = Field("Fields", names_kind(100))
FIRST_STEP: Final = "FromSortOrder"
"""The argument by which a list of steps goes on."""
MINE: Final = Field("Mine", boolean_kind(), "yours")
LIVE_FIELD: Final = Field("Live", boolean_kind())
CONFIRM: Final = Field(
    "Confirm", boolean_kind(), "true once the person you act for has agreed to this very call; ask them first"
)


class Effect(StrEnum):
    """What a method does to the stored data."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADD = "add"
    REMOVE = "remove"


Errors = tuple[type[ToolError], ...]
_ALL_METHODS: Final[Errors] = (InvalidArgument, PermissionDenied, ToolDisabled)
_BY_EFFECT: Final[dict[Effect, Errors]] = {
    Effect.READ: (),
    Effect.CREATE: (Conflict,),
    Effect.UPDATE: (NotFound, Conflict),
    Effect.DELETE: (NotFound, Conflict),
    Effect.ADD: (NotFound, Conflict),
    Effect.REMOVE: (NotFound, Conflict),
}
"""Every write meets Conflict: an IdempotencyKey that was used for another call."""


class Declared(TypedDict, total=False):
    """What a row may say of its method besides the columns that every method has (see Method)."""

    errors: Errors
    carries_undo: bool
    answers_as: str
    secret_returns: tuple[str, ...]
    each_by: str
    route: str


@value_class(eq=False)
class Method:
    """One thing that can be done. `arguments` are its own; every write also takes DryRun and IdempotencyKey.

    `returns` maps each top-level key of the answer to a sentence; `record` is the record that the method is about.
    `moderates`: the method decides on what others wrote; `undoes`: it undoes a change of any method; `takes_confirm`: it takes
    Confirm too. `errors` are those that the method raises besides the ones of its effect. `carries_undo`: an undo of a
    change of its record calls this method. `answers_as` names the read whose answer for the record's code is the same.
    `secret_returns` are the keys of the answer that hold a secret (see Field): such an answer is remembered under no
    IdempotencyKey, the same key gives a fresh one. `each_by` names the method that carries out each item of a call of many.
    `route` is its verb and path in the REST API where `routes.py` does not derive them.
    """

    name: str
    family: str
    effect: Effect
    right: str
    summary: str
    example: str
    returns: dict[str, str]
    arguments: tuple[Field, ...] = ()
    notes: str = ""
    record: Record | None = None
    moderates: bool = False
    undoes: bool = False
    takes_confirm: bool = False
    errors: Errors = ()
    carries_undo: bool = False
    answers_as: str = ""
    secret_returns: tuple[str, ...] = ()
    each_by: str = ""
    route: str = ""

    @cached_property
    def access(self) -> Access:
        """Read or write: the switch of the profile that the method needs."""
        return Access.READ if self.effect is Effect.READ else Access.WRITE

    @cached_property
    def all_arguments(self) -> tuple[Field, ...]:
        """All arguments, including those that every write has, and every read of records."""
        common = self._reading_arguments if self.access is Access.READ else (DRY_RUN, IDEMPOTENCY_KEY)
        return self.arguments + common + ((CONFIRM,) if self.takes_confirm else ())

    @cached_property
    def argument_names(self) -> dict[str, str]:
        """The names of all arguments by their folded form."""
        return {fold_name(field.name): field.name for field in self.all_arguments}

    @property
    def gets_record(self) -> bool:
        """True for a read of one record, which is the only part of its answer."""
        return self.effect is Effect.READ and self.name.startswith("get_") and len(self.returns) == 1

    @property
    def lists_whole(self) -> bool:
        """True for a list that is read as a whole: what of it does not fit into an answer comes with a Cursor all the same."""
        own = {field.name for field in self.arguments}
        return self.effect is Effect.READ and self.name.startswith("list_") and not own & {CURSOR.name, FIRST_STEP}

    @property
    def long_text(self) -> Field | None:
        """The text of the record that may not fit into one answer; a read of the record takes where it goes on."""
        return self.record.longest_text if self.record and self.gets_record else None

    @property
    def _reading_arguments(self) -> tuple[Field, ...]:
        """The arguments of every read of records: which attributes, and where a long text or a long list goes on."""
        if not self.gets_record and not self.name.startswith("list_"):
            return ()
        text = (self.long_text.position,) if self.long_text else ()
        return (*text, *((CURSOR,) if self.lists_whole else ()), FIELDS)

    @property
    def all_errors(self) -> Errors:
        """The errors that a call of the method may be answered with once the gate has let it in."""
        asked = (ConfirmationRequired, NotConfirmed) if self.takes_confirm else ()
        return tuple(dict.fromkeys((*_ALL_METHODS, *_BY_EFFECT[self.effect], *self.errors, *asked)))

    @property
    def always_needs_confirmation(self) -> bool:
        """True when the method deletes or moderates: on a confirming profile the person confirms each of its calls."""
        return self.effect is Effect.DELETE or self.moderates

    @property
    def may_need_confirmation(self) -> bool:
        """True when some calls of the method need confirmation: it is grave, may publish, or undoes."""
        may_publish = self.access is Access.WRITE and LIVE_FIELD in self.arguments
        return self.always_needs_confirmation or self.undoes or may_publish

    @cached_property
    def _with_confirm(self) -> Method:
        return replace(self, takes_confirm=True)

    def for_profile(self, *, confirm: bool) -> Method:
        """The method as a profile has it: on a confirming one (`confirm`), a method that may be grave takes Confirm too."""
        return self._with_confirm if confirm and self.may_need_confirmation else self

    def listing(self) -> dict[str, Any]:
        """The tool as tools/list sends it: without title and output schema, which cost every client more than they tell."""
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": self.input_schema(),
            "annotations": self.annotations(),
        }

    def must_have(self, field: Field) -> bool:
        """True when the record must always have a value in this field."""
        record = self.record
        return record is not None and field.name in (*record.required, *record.defaults, *record.filled)

    def can_clear(self, field: Field) -> bool:
        """True when null is a valid value of this argument, which clears the attribute."""
        only_asked = field.name in (DRY_RUN.name, IDEMPOTENCY_KEY.name, IF_UPDATED.name, CONFIRM.name)
        return self.effect is Effect.UPDATE and not (field.required or only_asked or self.each_by)

    @property
    def description(self) -> str:
        """The tool's description: what the tool does, a realistic example, and notes."""
        return " ".join(part for part in (self.summary, f"Example: {self.example}", self.notes) if part)

    def input_schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments."""
        required = [field.name for field in self.all_arguments if field.required]
        properties = {f.name: f.schema(null=self.can_clear(f) and not self.must_have(f)) for f in self.all_arguments}
        return {"type": "object", "properties": properties} | ({"required": required} if required else {})

    def annotations(self) -> dict[str, bool]:
        """MCP's hints, derived from the effect; `idempotentHint` is left out where it is false, its default."""
        if self.effect is Effect.READ:
            return {"readOnlyHint": True, "openWorldHint": False}
        hints = {"destructiveHint": self.effect in (Effect.DELETE, Effect.REMOVE), "openWorldHint": False}
        return hints if self.effect is Effect.CREATE else hints | {"idempotentHint": True}

    @cached_property
    def arguments_model(self) -> type[BaseModel]:
        """The pydantic model of the arguments; it is built on first use, which keeps the start of the process short."""
        shapes: dict[str, Any] = {f.python_name: _model_field(f, self.can_clear(f)) for f in self.all_arguments}
        return create_model(self.name, __config__=ConfigDict(extra="forbid", frozen=True), **shapes)


def _model_field(field: Field, nullable: bool) -> tuple[Any, Any]:
    annotation = field.kind.annotation | None if nullable else field.kind.annotation
    return annotation, PydanticField(default=... if field.required else None, alias=field.name)


def list_arguments(record: Record, *filters: Field) -> tuple[Field, ...]:
    """The arguments that every list has, followed by its own filters."""
    return (
        record.search_field,
        Field("DateFilter", datetime_kind(), "created or updated after"),
        Field("SortBy", choice_kind(*record.sorts)),
        Field("SortOrder", choice_kind("asc", "desc")),
        PAGE_SIZE,
        CURSOR,
        Field("StartCode", record.code_field.kind, "after this code"),
        *filters,
    )


PAGE_RETURNS: Final = {
    "Items": "the rows",
    "TotalRecords": "how many there are, when known",
    "LastRecordCode": "code of the last row",
    "NextCursor": "pass as Cursor for the next page; null at the end",
    "CurrentDate": "the service's time",
}
