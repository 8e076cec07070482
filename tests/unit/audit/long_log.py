"""A long API Log in memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict

from affino_mcp.audit.row import AuditRow, row_item
from affino_mcp.store.ops import Item, Query, QueryPage
from affino_mcp.store.testing.memory_database import MemoryDatabase


class LongLog(MemoryDatabase):
    """A log of many rows that are kept in order, so that a page is found without looking at the others."""

    def __init__(self, rows: list[AuditRow]) -> None:
        super().__init__()
        self._items = defaultdict[str, list[Item]](list)
        for item in map(row_item, rows):
            self._items[item["everybody"]].append(item)
        self.read = 0

    def query(self, op: Query) -> QueryPage:
        if op.index is None:
            return super().query(op)
        items = self._items[op.partition]
        ids = [item["sk"] for item in items]
        begin = bisect_right(ids, op.start["sk"]) if op.start else bisect_left(ids, op.span.low or "")
        end = bisect_right(ids, op.span.high or "~")
        found = items[begin : min(end, begin + op.limit)]
        self.read += len(found)
        more: Item | None = (
            {"sk": found[-1]["sk"], "everybody": op.partition} if found and begin + len(found) < end else None
        )
        return QueryPage(found, more)
