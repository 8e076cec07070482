"""The indexes of tables as their CreateTable bodies describe them: which rows they hold, and how much of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.store.ops import Item
from affino_mcp.value_class import value_class

TABLE_KEYS: Final = ("pk", "sk")
_INDEX_PROPERTIES: Final = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")


@value_class
class IndexShape:
    """One index: its two key attributes, and the further attributes that it holds (None: all)."""

    name: str
    partition: str
    sort: str
    attributes: frozenset[str] | None

    def project(self, item: Item) -> Item | None:
        """The row as the index holds it; None when the index does not hold it."""
        if self.partition not in item or self.sort not in item:
            return None
        if self.attributes is None:
            return dict(item)
        kept = {*TABLE_KEYS, self.partition, self.sort, *self.attributes}
        return {name: value for name, value in item.items() if name in kept}


IndexShapes = Mapping[str, tuple[IndexShape, ...]]
"""The indexes of each table, by the table's name."""


def read_index_shapes(create: Mapping[str, Any]) -> tuple[IndexShape, ...]:
    """Reads the indexes from the body of a CreateTable request."""
    return tuple(_read_index(index) for kind in _INDEX_PROPERTIES for index in create.get(kind, ()))


def _read_index(index: Mapping[str, Any]) -> IndexShape:
    keys = {key["KeyType"]: str(key["AttributeName"]) for key in index["KeySchema"]}
    held = index["Projection"]
    whole = held["ProjectionType"] == "ALL"
    return IndexShape(
        str(index["IndexName"]),
        keys["HASH"],
        keys["RANGE"],
        None if whole else frozenset(held.get("NonKeyAttributes", ())),
    )
