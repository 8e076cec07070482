"""Aggregates storms of refusals: 60 of a profile, status and minute get rows, the others one row with a count.

A storm consists of 429s, or of refusals of a client that still uses a previous secret; no rate limit applies to those.

All processes share the counts through the table. After the sixtieth refusal a process writes at most once a second, so
that a flood of calls costs almost nothing; the totals stay exact.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from ulid import ULID

from affino_mcp.audit.row import Row, item
from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import REFUSAL_ROWS_PER_MINUTE
from affino_mcp.store.ops import Database, Key, StoreUnavailable, Update

FLUSH_EVERY: Final = timedelta(seconds=1)
"""The shortest time between two writes of counts by one process."""

_COUNTER_LIFE: Final = 3600
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class _Minute(NamedTuple):
    profile_key: str
    start: str
    status: int

    @property
    def name(self) -> str:
        """The sort key of its count, which distinguishes it from the profile's other storms and minutes."""
        return f"{self.start}#{self.status}"


class Storm:
    """Counts the refusals that this process sees, per profile, status and minute."""

    def __init__(self, database: Database, table: str, clock: Clock) -> None:
        self._database, self._table, self._clock = database, table, clock
        self._lock = threading.Lock()
        self._over: set[_Minute] = set()
        self._held: dict[_Minute, Row] = {}
        self._flushed = _LONG_AGO

    def takes(self, row: Row) -> bool:
        """True if this refusal comes after the sixtieth of its minute; it is then counted here and needs no row.

        Raises StoreUnavailable when the shared count cannot be reached.
        """
        minute = _Minute(row.profile_key, row.at[:16], row.status)
        if minute not in self._over and self._reserve(minute) <= REFUSAL_ROWS_PER_MINUTE:
            return False
        with self._lock:
            self._over = {other for other in self._over if other.start >= minute.start} | {minute}
            self._hold(minute, counting(row))
        return True

    def flush_when_due(self) -> list[Row]:
        """Writes the held counts if a second has passed since the last write; keeps them when the store is down."""
        now = self._clock()
        with self._lock:
            if not self._held or now - self._flushed < FLUSH_EVERY:
                return []
            self._flushed = now
        try:
            return self.flush()
        except StoreUnavailable:
            return []

    def flush(self) -> list[Row]:
        """Writes every held count; gives the aggregate rows, each with the count that was added.

        Raises StoreUnavailable; counts that were not written stay held.
        """
        written: list[Row] = []
        with self._lock:
            held, self._held = self._held, {}
        while held:
            minute, counted = held.popitem()
            try:
                self._write(counted)
            except StoreUnavailable:
                self._keep(held | {minute: counted})
                raise
            written.append(counted)
        return written

    def _keep(self, held: dict[_Minute, Row]) -> None:
        with self._lock:
            for minute, counted in held.items():
                self._hold(minute, counted)

    def _reserve(self, minute: _Minute) -> int:
        ttl = seconds(self._clock()) + _COUNTER_LIFE
        op = Update(self._table, Key(f"S#{minute.profile_key}", minute.name), {"ttl": ttl}, {"seen": 1})
        return int(self._database.update(op)["seen"])

    def _hold(self, minute: _Minute, counted: Row) -> None:
        held = self._held.get(minute)
        self._held[minute] = replace(counted, count=counted.count + (held.count if held else 0))

    def _write(self, counted: Row) -> None:
        stored = item(counted)
        place, count = Key(stored.pop("pk"), stored.pop("sk")), stored.pop("count")
        self._database.update(Update(self._table, place, stored, {"count": count}))


def counting(row: Row) -> Row:
    """Gives the aggregate row of a refusal's profile, status and minute: same id in every process, without a person."""
    start = datetime.fromisoformat(row.at).replace(second=0, microsecond=0)
    whose = f"{row.profile_key}#{row.status}".encode()
    identity = (seconds(start) * 1000).to_bytes(6, "big") + hashlib.sha256(whose).digest()[:10]
    return Row(
        id=str(ULID.from_bytes(identity)),
        at=row.at[:16] + ":00.000000Z",
        profile_key=row.profile_key,
        profile_name=row.profile_name,
        method="(many)",
        outcome=row.outcome,
        status=row.status,
        error=row.error,
        result=row.result,
        channel=row.channel,
    )
