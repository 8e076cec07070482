"""An API Log of a million calls that is not stored: each row is computed when it is read."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from ulid import ULID

from affino_mcp.audit import totals
from affino_mcp.audit.redact import json_bytes
from affino_mcp.audit.row import ALL_CALLS_PARTITIONS, AuditRow, Outcome, all_calls_partition, row_item
from affino_mcp.audit.totals import ONE_HOUR, CallTotals, HourTotals
from affino_mcp.clock import format_iso
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.ops import Item, Key, Query, QueryPage
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.clock import START
from tests.template_tables import template_shapes

MILLION: Final = 1_000_000
STEP: Final = timedelta(seconds=30)
PEOPLE, RECORDS, RARE = 100, 1000, 50_000
READ_AT_ONCE: Final = 1_000_000
"""Bytes after which DynamoDB ends a read, approximately."""
_PARTITION: Final = re.compile(r"([PURT])#(?:accounts#)?(.+)")


class Million(MemoryDatabase):
    """A database whose log has `size` calls, the newest at START, one every half minute; other tables are in memory.

    Call n (0 is the oldest) is of profile n, person n and record n, each modulo how many there are. `looked_at` counts
    the rows that were read.
    """

    def __init__(self, table: str, profiles: int, size: int = MILLION) -> None:
        super().__init__(template_shapes())
        self.table, self.size, self.looked_at = table, size, 0
        self.profiles = [f"K{number}" for number in range(profiles)]

    def query(self, op: Query) -> QueryPage:
        """Queries the log's table by computed rows, any other table in memory."""
        if op.table != self.table:
            return super().query(op)
        if op.partition.startswith("T#"):
            return self._totals(op)
        first, step = self._places(op.partition)
        return self._page(op, range(first + self._from(op, first, step) * step, self._to(op), step))

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """Gives rows of the log by computing them, rows of any other table from memory."""
        if table != self.table:
            return super().get_many(table, keys)
        self.looked_at += len(keys)
        places = (int(ULID.from_str(key.sk)) % (1 << 80) for key in keys)
        return {key: row_item(self.call(n)) for key, n in zip(keys, places, strict=True)}

    def call(self, n: int) -> AuditRow:
        """The row of call n."""
        error = {"code": -500, "type": "unavailable", "message": "m"} if n % RARE == 0 else None
        return AuditRow(
            id=self._id(n),
            at=format_iso(START - (self.size - 1 - n) * STEP),
            profile_key=self.profiles[n % len(self.profiles)],
            profile_name="One of many",
            method="list_accounts" if n % 3 else "update_account",
            outcome=Outcome.ERROR if error else Outcome.OK,
            status=500 if error else 200,
            family="accounts",
            person_code=1 + n % PEOPLE,
            person_name="Jane Doe",
            error=error,
            record=f"accounts#{n % RECORDS}",
            duration_ms=n % 700,
            request_id=f"request-{n}",
        )

    def _id(self, n: int) -> str:
        milliseconds = int((START - (self.size - 1 - n) * STEP).timestamp()) * 1000
        return str(ULID.from_int((milliseconds << 80) + n))

    def _places(self, partition: str) -> tuple[int, int]:
        """The first call of a partition, and the distance from one of its calls to the next."""
        if partition in ALL_CALLS_PARTITIONS:
            return 0, 1
        match = _PARTITION.fullmatch(partition)
        kind, name = match.groups() if match else ("", "")
        many = {"P": len(self.profiles), "U": PEOPLE, "R": RECORDS}.get(kind, 1)
        numbers = {"P": self.profiles.index(name) if name in self.profiles else None}
        found = numbers[kind] if kind in numbers else int(name) - (kind == "U") if name.isdecimal() else None
        return (found, many) if found is not None and 0 <= found < many else (self.size, 1)

    def _from(self, op: Query, first: int, step: int) -> int:
        """The position in its partition at which the query's span begins."""
        low = bisect_left(range(self.size), op.span.low or "", key=self._id)
        return max(0, -(-(low - first) // step))

    def _to(self, op: Query) -> int:
        return bisect_right(range(self.size), op.span.high or "~", key=self._id)

    def _page(self, op: Query, calls: range) -> QueryPage:
        read, size = list[Item](), 0
        ahead = self._ahead(op, calls)
        for n in ahead:
            read.append(self._projected(op, row_item(self.call(n))) or {})
            size += json_bytes(read[-1])
            if len(read) == op.limit or size > READ_AT_ONCE:
                break
        self.looked_at += len(read)
        names = ("pk", "sk", op.partition_name)
        rest = {name: read[-1][name] for name in names} if next(ahead, None) is not None else None
        return QueryPage([row for row in read if condition_holds(op.where, row)], rest)

    def _ahead(self, op: Query, calls: range) -> Iterator[int]:
        start = op.start["sk"] if op.start else None
        for n in calls if op.forward else reversed(calls):
            if op.partition in ALL_CALLS_PARTITIONS and all_calls_partition(self._id(n)) != op.partition:
                continue
            if start is None or (self._id(n) > start if op.forward else self._id(n) < start):
                yield n

    def _totals(self, op: Query) -> QueryPage:
        """The hourly totals, counted from the positions of the calls without reading a row."""
        of = op.partition.removeprefix("T#")
        first, step = (0, 1) if of == "*" else self._places(f"P#{of}")
        hours = int((self.size * STEP) / ONE_HOUR)
        starts = [totals.hour_name(START - back * ONE_HOUR) for back in range(hours)]
        wanted = [start for start in starts if (op.span.low or "") <= start <= (op.span.high or "~")][: op.limit]
        return QueryPage([self._hour(op.table, None if of == "*" else of, start, first, step) for start in wanted])

    def _hour(self, table: str, profile: str | None, start: str, first: int, step: int) -> Item:
        at = totals.hour_start(start)
        low, high = (int((moment - START) / STEP) + self.size - 1 for moment in (at, at + ONE_HOUR))
        calls = range(low + (first - low) % step, min(high, self.size), step)
        latency = (len(calls), *CallTotals().latency[1:])
        return totals.totals_put(
            table, profile, HourTotals(start, CallTotals(len(calls), latency=latency), format_iso(START), closed=True)
        ).item
