"""The port through which operators make and change the structure of a system of record (`catalogue/structure.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Protocol

from affino_mcp.instance.port import CallLog
from affino_mcp.value_class import value_class


@value_class
class StructureItem:
    """One entry of a kind; `values` are those of the record's fields by name."""

    code: int
    values: Mapping[str, Any]
    version: int


@value_class
class StructurePlan:
    """What a change would do: the values that differ before and after, and in sentences what else follows from it.

    `consequences` say who can see it, what uses it, and how many; none when nothing depends on the change. `notes` say what
    the operator should know and need not agree to.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    consequences: Sequence[str] = ()
    notes: Sequence[str] = field(default=())


class StructureKeeper(Protocol):
    """Lists, plans and changes entries. `kind` is the family of the kind's records, `values` are by the fields' names.

    Raises InvalidArgument, naming the field, NotFound, Conflict (in use, with the number; no room for more; name taken;
    changed meanwhile), StoreUnavailable and OutcomeNotKnown.
    """

    def list_items(self, kind: str) -> Sequence[StructureItem]:
        """All entries of a kind, by their order, then by code."""

    def plan_save(self, kind: str, code: int | None, values: Mapping[str, Any]) -> StructurePlan:
        """Gives what `save` would do; changes nothing."""

    def save(self, kind: str, code: int | None, values: Mapping[str, Any], at: datetime, log: CallLog) -> StructureItem:
        """Sets the given values of an entry, and leaves the others; without a code, makes a new entry.

        The row that `log` seals is part of the change's own transaction. Nothing is written when nothing differs.
        """

    def plan_remove(self, kind: str, code: int) -> StructurePlan:
        """Gives what `remove` would do; changes nothing. Raises Conflict when it would be refused."""

    def remove(self, kind: str, code: int, at: datetime, log: CallLog) -> None:
        """Removes an entry, or switches it off, as its kind says."""
