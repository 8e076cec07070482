"""A Database for tests that records its calls and can be made to fail.

Tests assert the store calls of a request with `calls` and make outages with `broken`, without mocks or timing.
"""

from __future__ import annotations

from collections.abc import Sequence

from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, split_batches


class RecordingDatabase:
    """Passes everything on to `inner`.

    `calls` lists `(method, table)` in order; a transaction names its tables joined by `+`.
    A method and table in `broken` raise StoreUnavailable before anything happens.
    """

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.calls: list[tuple[str, str]] = []
        self.broken: set[tuple[str, str]] = set()

    def _record_call(self, method: str, *tables: str) -> None:
        self.calls.append((method, "+".join(sorted(set(tables)))))
        if any((method, table) in self.broken for table in tables):
            raise StoreUnavailable

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        self._record_call("get", table)
        return self.inner.get(table, key)

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        for _ in split_batches(keys):
            self._record_call("get_many", table)
        return self.inner.get_many(table, keys)

    def put(self, op: Put) -> None:
        """See Database."""
        self._record_call("put", op.table)
        self.inner.put(op)

    def update(self, op: Update) -> Item:
        """See Database."""
        self._record_call("update", op.table)
        return self.inner.update(op)

    def delete(self, op: Delete) -> None:
        """See Database."""
        self._record_call("delete", op.table)
        self.inner.delete(op)

    def query(self, op: Query) -> QueryPage:
        """See Database."""
        self._record_call("query", op.table)
        return self.inner.query(op)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        self._record_call("transact", *(op.table for op in ops))
        self.inner.transact(ops, token)
