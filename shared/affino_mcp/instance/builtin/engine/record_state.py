"""A record as loaded: its document and the relations that stand in its partition (links, consents)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from affino_mcp.instance.builtin.engine.document import RELATION_SK, Document
from affino_mcp.store.ops import Item, Key


def relation_key(pk: str, ref: str) -> Key:
    """The address of a record's relation to another."""
    return Key(pk, f"{RELATION_SK}{ref}")


@dataclass(frozen=True)
class Stored:
    """A document with its relations, by what they point to (`accounts#66`, `permissions#5`)."""

    document: Document
    relations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def to(self, family: str) -> dict[int, Mapping[str, Any]]:
        """The relations to one family, by code."""
        prefix = f"{family}#"
        return {int(ref[len(prefix) :]): data for ref, data in self.relations.items() if ref.startswith(prefix)}

    def related(self, ref: str, data: Mapping[str, Any] | None) -> Stored:
        """The same record with one relation written, or removed (None)."""
        others = {known: old for known, old in self.relations.items() if known != ref}
        return replace(self, relations=others if data is None else {**others, ref: data})

    def values(self) -> dict[str, Any]:
        """All that history compares: the document's values and its relations."""
        return {**self.document.values, **self.relations}

    def relation_rows(self) -> dict[Key, Item]:
        """The rows of the relations."""
        pk = self.document.key.pk
        keys = {ref: relation_key(pk, ref) for ref in self.relations}
        return {key: {"pk": key.pk, "sk": key.sk, "data": dict(self.relations[ref])} for ref, key in keys.items()}
