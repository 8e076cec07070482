"""The Database in memory, for tests: gives the same answers as DynamoDB for all operations of `ops`."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.faults import ConditionFailed, TransactionFailed
from affino_mcp.store.ops import (
    MAX_PARTITION_BYTES,
    MAX_SORT_BYTES,
    AllHold,
    AnyHolds,
    Check,
    Condition,
    Delete,
    Item,
    Key,
    Put,
    Query,
    QueryPage,
    SortSpan,
    Update,
    WriteOp,
    write_key,
)
from affino_mcp.store.table_reader import TABLE_PAGE_ROWS
from affino_mcp.store.testing.index_shapes import IndexShapes

MAX_ROWS_AT_ONCE = 100
"""DynamoDB's limit for the rows of one batch or transaction."""

_Partition = dict[str, Item]
_Value = TypeVar("_Value")


def _is_in_span(span: SortSpan, value: str) -> bool:
    if span.prefix is not None:
        return value.startswith(span.prefix)
    return (span.low is None or value >= span.low) and (span.high is None or value <= span.high)


class MemoryDatabase:
    """A Database on dictionaries, safe for threads. Raises ValueError for what DynamoDB calls a ValidationException.

    An index gives the attributes that its table's `shapes` name; all of them where no shape is given.
    """

    def __init__(self, shapes: IndexShapes | None = None) -> None:
        self.shapes = shapes or {}
        self._tables: dict[str, dict[str, _Partition]] = {}
        self._lock = threading.RLock()
        self._tokens: set[str] = set()

    def list_rows(self, table: str) -> list[Item]:
        """Gives all rows of a table, in key order (tests read the audit table with it)."""
        with self._lock:
            partitions = self._tables.get(table, {})
            return [_copied(partitions[pk][sk]) for pk in sorted(partitions) for sk in sorted(partitions[pk])]

    def clear_table(self, table: str) -> None:
        """Removes all rows of a table."""
        with self._lock:
            self._tables.pop(table, None)

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        with self._lock:
            return _copied(self._find_row(table, key))

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        found = {key: self.get(table, key) for key in keys}
        return {key: item for key, item in found.items() if item is not None}

    def put(self, op: Put) -> None:
        """See Database."""
        self._apply_write(op)

    def update(self, op: Update) -> Item:
        """See Database."""
        return _copied(self._apply_write(op) or {})

    def delete(self, op: Delete) -> None:
        """See Database."""
        self._apply_write(op)

    def query(self, op: Query) -> QueryPage:
        """See Database."""
        _require_valid(not {op.partition_name, op.sort} & _condition_names(op.where), "a filter on a key")
        _require_valid(0 < len(op.partition.encode()) <= MAX_PARTITION_BYTES, "a partition of a wrong length")
        ends = [op.span.prefix, op.span.low, op.span.high, op.start and op.start[op.sort]]
        _require_valid(all(len(str(end).encode()) <= MAX_SORT_BYTES for end in ends), "a range longer than a key")
        _require_valid(op.start is None or _is_in_span(op.span, op.start[op.sort]), "a start outside the range")
        with self._lock:
            found = [
                item for item in self._partition_rows(op) if op.sort in item and _is_in_span(op.span, item[op.sort])
            ]
        found.sort(key=lambda item: _sort_position(op, item), reverse=not op.forward)
        page = _cut_page(op, found)
        return QueryPage([row for item in page.items if (row := self._projected(op, item)) is not None], page.next)

    def _projected(self, op: Query, item: Item) -> Item | None:
        shape = next((one for one in self.shapes.get(op.table, ()) if one.name == op.index), None)
        return shape.project(item) if shape else item

    def _partition_rows(self, op: Query) -> list[Item]:
        partitions = self._tables.get(op.table, {})
        if op.partition_name == "pk":
            return list(partitions.get(op.partition, {}).values())
        items = (item for partition in partitions.values() for item in partition.values())
        return [item for item in items if item.get(op.partition_name) == op.partition]

    def read_page(self, table: str, start: Item | None = None) -> QueryPage:
        """See TableReader: the rows in key order."""
        after = (start["pk"], start["sk"]) if start else ("", "")
        with self._lock:
            ahead = [(pk, sk) for pk, rows in self._tables.get(table, {}).items() for sk in rows if (pk, sk) > after]
            found = heapq.nsmallest(TABLE_PAGE_ROWS, ahead)
            items = [_copied(self._tables[table][pk][sk]) for pk, sk in found]
        return QueryPage(items, {"pk": found[-1][0], "sk": found[-1][1]} if len(ahead) > len(found) else None)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        _require_valid(0 < len(ops) <= MAX_ROWS_AT_ONCE, "too many operations")
        _require_valid(len({(op.table, write_key(op)) for op in ops}) == len(ops), "two operations on one row")
        with self._lock:
            if token in self._tokens:
                return
            failed = {
                i: self._row_written(op)
                for i, op in enumerate(ops)
                if not condition_holds(op.condition, self._row_written(op))
            }
            if failed:
                raise TransactionFailed(_copied(failed))
            for op in ops:
                self._apply_write(op)
            self._tokens.add(token)

    def _find_row(self, table: str, key: Key) -> Item | None:
        _require_valid(
            0 < len(key.pk.encode()) <= MAX_PARTITION_BYTES and 0 < len(key.sk.encode()) <= MAX_SORT_BYTES,
            "a key of a wrong length",
        )
        return self._tables.get(table, {}).get(key.pk, {}).get(key.sk)

    def _row_written(self, op: WriteOp) -> Item | None:
        return self._find_row(op.table, write_key(op))

    def _apply_write(self, op: WriteOp) -> Item | None:
        key = write_key(op)
        with self._lock:
            current = self._row_written(op)
            if not condition_holds(op.condition, current):
                raise ConditionFailed(_copied(current))
            changed = _written_row(op, current)
            partition = self._tables.setdefault(op.table, {}).setdefault(key.pk, {})
            if changed is None:
                partition.pop(key.sk, None)
            else:
                partition[key.sk] = changed
            return changed


def _copied(value: _Value) -> _Value:
    """A value of a row with maps and lists of its own; what else a row holds cannot be changed."""
    made: Any = value
    if isinstance(value, dict):
        made = dict(value)
        for name, part in value.items():
            if isinstance(part, (dict, list)):
                made[name] = _copied(part)
    elif isinstance(value, list):
        made = [_copied(part) if isinstance(part, (dict, list)) else part for part in value]
    return cast("_Value", made)


def _require_valid(good: bool, what: str) -> None:
    if not good:
        raise ValueError(f"DynamoDB refuses {what}")


def _condition_names(condition: Condition | None) -> set[str]:
    match condition:
        case None:
            return set()
        case AllHold(parts) | AnyHolds(parts):
            return {name for part in parts for name in _condition_names(part)}
    return {condition.name}


def _written_row(op: WriteOp, current: Item | None) -> Item | None:
    match op:
        case Put():
            return _copied(op.item)
        case Delete():
            return None
        case Check():
            return current
        case Update():
            item = dict(current or {"pk": op.key.pk, "sk": op.key.sk})
            item.update(_copied(dict(op.assign)))
            for name, amount in op.add.items():
                item[name] = item.get(name, 0) + amount
            for name in op.remove:
                item.pop(name, None)
            return item


def _sort_position(op: Query, item: Item) -> tuple[str, str, str]:
    return item[op.sort], item["pk"], item["sk"]


def _is_after_start(op: Query, item: Item) -> bool:
    if op.start is None:
        return True
    place, last = _sort_position(op, item), _sort_position(op, op.start)
    return place > last if op.forward else place < last


def _cut_page(op: Query, rows: list[Item]) -> QueryPage:
    ahead = [row for row in rows if _is_after_start(op, row)]
    read = ahead[: op.limit]
    names = {"pk", "sk", op.partition_name, op.sort}
    rest = {name: read[-1][name] for name in names} if len(ahead) > len(read) else None
    return QueryPage([_copied(row) for row in read if condition_holds(op.where, row)], rest)
