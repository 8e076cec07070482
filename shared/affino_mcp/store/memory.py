"""The store's twin in memory: same answers as DynamoDB for what `ops` can ask; for tests and for reading the rules."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from affino_mcp.store.ops import (
    Absent,
    All,
    Check,
    Compare,
    Condition,
    ConditionFailed,
    Contains,
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
)

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def holds(condition: Condition | None, item: Item | None) -> bool:
    """Whether the condition is true of the row (None: no row)."""
    row = item or {}
    match condition:
        case None:
            return True
        case Absent(name):
            return name not in row
        case Compare(name, sign, value):
            return name in row and type(row[name]) is type(value) and _SIGNS[sign](row[name], value)
        case Contains(name, value):
            return value in row.get(name, ())
        case All(parts):
            return all(holds(part, item) for part in parts)
        case Some(parts):
            return any(holds(part, item) for part in parts)


def _within(span: Span, value: str) -> bool:
    if span.prefix is not None:
        return value.startswith(span.prefix)
    return (span.low is None or value >= span.low) and (span.high is None or value <= span.high)


class MemoryDatabase:
    """A Database on dictionaries, safe for threads. `fail` holds names of methods that shall raise (for tests)."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[Key, Item]] = {}
        self._lock = threading.RLock()
        self._tokens: set[str] = set()

    def rows(self, table: str) -> list[Item]:
        """All rows of a table, in key order (tests read the audit table with it)."""
        with self._lock:
            found = self._rows.get(table, {})
            return [copy.deepcopy(found[key]) for key in sorted(found)]

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        with self._lock:
            return copy.deepcopy(self._rows.get(table, {}).get(key))

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
        with self._lock:
            rows = [
                (key, item)
                for key, item in self._rows.get(op.table, {}).items()
                if item.get(op.partition_name) == op.partition and op.sort in item and _within(op.span, item[op.sort])
            ]
        rows.sort(key=lambda row: (row[1][op.sort], row[0]), reverse=not op.forward)
        return _page(op, [item for _, item in rows])

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        with self._lock:
            if token in self._tokens:
                return
            failed = {i: self._at(op) for i, op in enumerate(ops) if not holds(op.condition, self._at(op))}
            if failed:
                raise TransactionFailed(copy.deepcopy(failed))
            for op in ops:
                self._write(op)
            self._tokens.add(token)

    def _at(self, op: WriteOp) -> Item | None:
        return self._rows.get(op.table, {}).get(_key(op))

    def _write(self, op: WriteOp) -> Item | None:
        with self._lock:
            current = self._at(op)
            if not holds(op.condition, current):
                raise ConditionFailed(copy.deepcopy(current))
            changed = _apply(op, current)
            if changed is None:
                self._rows.get(op.table, {}).pop(_key(op), None)
            else:
                self._rows.setdefault(op.table, {})[_key(op)] = changed
            return copy.deepcopy(changed)


def _key(op: WriteOp) -> Key:
    return Key(op.item["pk"], op.item["sk"]) if isinstance(op, Put) else op.key


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


def _after(op: Query, item: Item) -> bool:
    if op.start is None:
        return True
    place, last = [(row[op.sort], row["pk"], row["sk"]) for row in (item, op.start)]
    return place > last if op.forward else place < last


def _page(op: Query, rows: list[Item]) -> Page:
    ahead = [row for row in rows if _after(op, row)]
    read = ahead[: op.limit]
    names = {"pk", "sk", op.partition_name, op.sort}
    rest = {name: read[-1][name] for name in names} if len(ahead) > len(read) else None
    return Page([copy.deepcopy(row) for row in read if holds(op.where, row)], rest)
