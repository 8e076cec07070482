"""A long API Log in memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from affino_mcp.audit.row import AuditRow, row_item
from affino_mcp.store.ops import Item, Query, QueryPage
from affino_mcp.store.testing.memory_database import MemoryDatabase


class LongLog(MemoryDatabase):
    """A log of many rows that are kept in order, so that a page is found without looking at the others."""

    def __init__(self, rows: list[AuditRow]) -> None:
        super().__init__()
        self._items = [row_item(one) for one in rows]
        self._ids = [item["sk"] for item in self._items]
        self.read = 0

    def query(self, op: Query) -> QueryPage:
        if op.index is None:
            return super().query(op)
        begin = bisect_right(self._ids, op.start["sk"]) if op.start else bisect_left(self._ids, op.span.low or "")
        end = bisect_right(self._ids, op.span.high or "~")
        found = self._items[begin : min(end, begin + op.limit)]
        self.read += len(found)
        more: Item | None = {"sk": found[-1]["sk"]} if found and begin + len(found) < end else None
        return QueryPage(found, more)
