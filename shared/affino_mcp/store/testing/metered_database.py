"""A Database for tests and benchmarks that counts what DynamoDB would charge: request units, and by partition.

The rules are those of "Read and write request units" in the Amazon DynamoDB Developer Guide. In a transaction every write is
counted twice, also those of the indexes, for which the guide gives no rule: so a count is never too low.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from affino_mcp.store.ops import Check, Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, write_key
from affino_mcp.store.testing.index_shapes import TABLE_KEYS, IndexShapes
from affino_mcp.store.testing.item_size import count_item_bytes
from affino_mcp.store.testing.memory_database import MemoryDatabase

READ_UNIT_BYTES, WRITE_UNIT_BYTES = 4096, 1024
TRANSACTION_FACTOR: Final = 2


class Place(NamedTuple):
    """A partition of a table or of a global index ("" for the table itself, whose partitions hold its local indexes too)."""

    table: str
    index_name: str
    partition: str


@dataclass
class Usage:
    """What some calls used: requests to the store, rows read, and read and write units by partition."""

    requests: int = 0
    rows_read: int = 0
    read_units: Counter[Place] = field(default_factory=Counter)
    write_units: Counter[Place] = field(default_factory=Counter)

    @property
    def reads(self) -> float:
        """All read request units. A unit by partition is counted in halves, because an eventual read costs half."""
        return self.read_units.total() / 2

    @property
    def writes(self) -> int:
        """All write request units."""
        return self.write_units.total()


def _count_write_units(size: int) -> int:
    return max(1, -(-size // WRITE_UNIT_BYTES))


class MeteredDatabase(MemoryDatabase):
    """The Database in memory, with a meter. `usage` is what was used since it was last set to an empty one."""

    def __init__(self, shapes: IndexShapes) -> None:
        super().__init__(shapes)
        self.usage = Usage()
        self._factor = 1

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        found = super().get(table, key)
        self.usage.requests += 1
        self._count_read(Place(table, "", key.pk), [found or {}], halves=2)
        return found

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        found = {key: item for key in keys if (item := super(MeteredDatabase, self).get(table, key)) is not None}
        self.usage.requests += -(-len(keys) // 100)
        for key in dict.fromkeys(keys):
            self._count_read(Place(table, "", key.pk), [found.get(key, {})], halves=2)
        return found

    def query(self, op: Query) -> QueryPage:
        """See Database."""
        looked_at = super().query(replace(op, where=None)).items
        self.usage.requests += 1
        name = op.index if op.index and op.partition_name != TABLE_KEYS[0] else ""
        self._count_read(Place(op.table, name, op.partition), looked_at, halves=1 + op.consistent)
        return super().query(op)

    def read_page(self, table: str, start: Item | None = None) -> QueryPage:
        """See TableReader."""
        page = super().read_page(table, start)
        self.usage.requests += 1
        self._count_read(Place(table, "", "(scan)"), page.items, halves=2)
        return page

    def put(self, op: Put) -> None:
        """See Database."""
        self.usage.requests += 1
        super().put(op)

    def update(self, op: Update) -> Item:
        """See Database."""
        self.usage.requests += 1
        return super().update(op)

    def delete(self, op: Delete) -> None:
        """See Database."""
        self.usage.requests += 1
        super().delete(op)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        self.usage.requests += 1
        self._factor = TRANSACTION_FACTOR
        try:
            super().transact(ops, token)
        finally:
            self._factor = 1

    def _apply_write(self, op: WriteOp) -> Item | None:
        before = self._find_row(op.table, write_key(op))
        after = super()._apply_write(op)
        if isinstance(op, Check):
            self._count_write(Place(op.table, "", op.key.pk), count_item_bytes(before or {}))
        else:
            self._count_writes(op.table, before, after)
        return after

    def _count_read(self, place: Place, rows: Sequence[Item], halves: int) -> None:
        size = sum(map(count_item_bytes, rows))
        self.usage.rows_read += sum(bool(row) for row in rows)
        self.usage.read_units[place] += halves * max(1, -(-size // READ_UNIT_BYTES))

    def _count_write(self, place: Place, size: int) -> None:
        self.usage.write_units[place] += self._factor * _count_write_units(size)

    def _count_writes(self, table: str, before: Item | None, after: Item | None) -> None:
        sizes = [count_item_bytes(row) for row in (before, after) if row]
        if sizes:
            self._count_write(Place(table, "", (after or before or {})["pk"]), max(sizes))
        for shape in self.shapes.get(table, ()):
            old, new = (shape.project(row) if row else None for row in (before, after))
            moved = bool(
                old and new and (old[shape.partition], old[shape.sort]) != (new[shape.partition], new[shape.sort])
            )
            if moved or old != new:
                name = "" if shape.partition == TABLE_KEYS[0] else shape.name
                entries = [row for row in (old, new) if row][0 if moved or not (old and new) else 1 :]
                for row in entries:
                    self._count_write(Place(table, name, row[shape.partition]), count_item_bytes(row))
