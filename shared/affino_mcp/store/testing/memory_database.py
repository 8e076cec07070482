"""The Database in memory, for tests: gives the same answers as DynamoDB for all operations of `ops`."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence

from affino_mcp.store.conditions import holds
from affino_mcp.store.ops import (
    LONGEST_PARTITION,
    LONGEST_SORT,
    All,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Item,
    Key,
    Page,
    Put,
    Query,
    Some,
    Span,
    TransactionFailed,
    Update,
    WriteOp,
    key_of,
)

MOST_AT_ONCE = 100
"""DynamoDB's limit for the rows of one batch or transaction."""

_Partition = dict[str, Item]


def _within(span: Span, value: str) -> bool:
    if span.prefix is not None:
        return value.startswith(span.prefix)
    return (span.low is None or value >= span.low) and (span.high is None or value <= span.high)


class MemoryDatabase:
    """A Database on dictionaries, safe for threads. Raises ValueError for what DynamoDB calls a ValidationException."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, _Partition]] = {}
        self._lock = threading.RLock()
        self._tokens: set[str] = set()

    def rows(self, table: str) -> list[Item]:
        """Gives all rows of a table, in key order (tests read the audit table with it)."""
        with self._lock:
            partitions = self._tables.get(table, {})
            return [copy.deepcopy(partitions[pk][sk]) for pk in sorted(partitions) for sk in sorted(partitions[pk])]

    def clear(self, table: str) -> None:
        """Removes all rows of a table."""
        with self._lock:
            self._tables.pop(table, None)

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        with self._lock:
            return copy.deepcopy(self._row(table, key))

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        found = {key: self.get(table, key) for key in keys}
        return {key: item for key, item in found.items() if item is not None}

    def put(self, op: Put) -> None:
        """See Database."""
        self._write(op)

    def update(self, op: Update) -> Item:
        """See Database."""
        item = self._write(op)
        return item if item is not None else {}

    def delete(self, op: Delete) -> None:
        """See Database."""
        self._write(op)

    def query(self, op: Query) -> Page:
        """See Database."""
        _must(not {op.partition_name, op.sort} & _names(op.where), "a filter on a key")
        _must(0 < len(op.partition.encode()) <= LONGEST_PARTITION, "a partition of a wrong length")
        ends = [op.span.prefix, op.span.low, op.span.high, op.start and op.start[op.sort]]
        _must(all(len(str(end).encode()) <= LONGEST_SORT for end in ends), "a range longer than a key")
        _must(op.start is None or _within(op.span, op.start[op.sort]), "a start outside the range")
        with self._lock:
            found = [item for item in self._partition(op) if op.sort in item and _within(op.span, item[op.sort])]
        found.sort(key=lambda item: _place(op, item), reverse=not op.forward)
        return _page(op, found)

    def _partition(self, op: Query) -> list[Item]:
        partitions = self._tables.get(op.table, {})
        if op.partition_name == "pk":
            return list(partitions.get(op.partition, {}).values())
        items = (item for partition in partitions.values() for item in partition.values())
        return [item for item in items if item.get(op.partition_name) == op.partition]

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        _must(0 < len(ops) <= MOST_AT_ONCE, "too many operations")
        _must(len({(op.table, key_of(op)) for op in ops}) == len(ops), "two operations on one row")
        with self._lock:
            if token in self._tokens:
                return
            failed = {i: self._at(op) for i, op in enumerate(ops) if not holds(op.condition, self._at(op))}
            if failed:
                raise TransactionFailed(copy.deepcopy(failed))
            for op in ops:
                self._write(op)
            self._tokens.add(token)

    def _row(self, table: str, key: Key) -> Item | None:
        _must(
            0 < len(key.pk.encode()) <= LONGEST_PARTITION and 0 < len(key.sk.encode()) <= LONGEST_SORT,
            "a key of a wrong length",
        )
        return self._tables.get(table, {}).get(key.pk, {}).get(key.sk)

    def _at(self, op: WriteOp) -> Item | None:
        return self._row(op.table, key_of(op))

    def _write(self, op: WriteOp) -> Item | None:
        key = key_of(op)
        with self._lock:
            current = self._at(op)
            if not holds(op.condition, current):
                raise ConditionFailed(copy.deepcopy(current))
            changed = _apply(op, current)
            partition = self._tables.setdefault(op.table, {}).setdefault(key.pk, {})
            if changed is None:
                partition.pop(key.sk, None)
            else:
                partition[key.sk] = changed
            return copy.deepcopy(changed)


def _must(good: bool, what: str) -> None:
    if not good:
        raise ValueError(f"DynamoDB refuses {what}")


def _names(condition: Condition | None) -> set[str]:
    match condition:
        case None:
            return set()
        case All(parts) | Some(parts):
            return {name for part in parts for name in _names(part)}
    return {condition.name}


def _apply(op: WriteOp, current: Item | None) -> Item | None:
    match op:
        case Put():
            return copy.deepcopy(op.item)
        case Delete():
            return None
        case Check():
            return current
        case Update():
            item = dict(current or {"pk": op.key.pk, "sk": op.key.sk})
            item.update(copy.deepcopy(dict(op.assign)))
            for name, amount in op.add.items():
                item[name] = item.get(name, 0) + amount
            for name in op.remove:
                item.pop(name, None)
            return item


def _place(op: Query, item: Item) -> tuple[str, str, str]:
    return item[op.sort], item["pk"], item["sk"]


def _after(op: Query, item: Item) -> bool:
    if op.start is None:
        return True
    place, last = _place(op, item), _place(op, op.start)
    return place > last if op.forward else place < last


def _page(op: Query, rows: list[Item]) -> Page:
    ahead = [row for row in rows if _after(op, row)]
    read = ahead[: op.limit]
    names = {"pk", "sk", op.partition_name, op.sort}
    rest = {name: read[-1][name] for name in names} if len(ahead) > len(read) else None
    return Page([copy.deepcopy(row) for row in read if holds(op.where, row)], rest)
