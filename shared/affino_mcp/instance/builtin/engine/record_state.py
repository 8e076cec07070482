"""State of a loaded record: its document, and the relations in its partition (links, consents)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from affino_mcp.instance.builtin.engine.document import RELATION_SK, Document
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Item, Key


def relation_key(pk: str, ref: str) -> Key:
    """The key of the row of a record's relation to another record."""
    return Key(pk, f"{RELATION_SK}{ref}")


@dataclass(frozen=True)
class RecordState:
    """A document with its relations, by the reference of the related record (`accounts#66`, `permissions#5`)."""

    document: Document
    relations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def relations_to(self, family: str) -> dict[int, Mapping[str, Any]]:
        """The relations to records of one family, by their codes."""
        prefix = f"{family}#"
        return {int(ref[len(prefix) :]): data for ref, data in self.relations.items() if ref.startswith(prefix)}

    def with_relation(self, ref: str, data: Mapping[str, Any] | None) -> RecordState:
        """A copy with one relation set, or removed when `data` is None."""
        others = {known: old for known, old in self.relations.items() if known != ref}
        return replace(self, relations=others if data is None else {**others, ref: data})

    def deleted_by(self, call: Call, values: Mapping[str, Any] | None = None) -> RecordState:
        """The record as a deletion leaves it: marked as deleted, with its relations.

        Takes the call and the values that the deletion sets.
        """
        return replace(self, document=replace(self.document.next_version(call, values or {}), deleted=True))

    def history_values(self) -> dict[str, Any]:
        """All values that history compares: those of the document, and the relations."""
        return {**self.document.values, **self.relations}

    def relation_rows(self) -> dict[Key, Item]:
        """The rows of the relations by their keys."""
        pk = self.document.key.pk
        keys = {ref: relation_key(pk, ref) for ref in self.relations}
        return {key: {"pk": key.pk, "sk": key.sk, "data": dict(self.relations[ref])} for ref, key in keys.items()}
