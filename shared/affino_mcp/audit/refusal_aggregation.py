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

from affino_mcp.audit.row import STORM_METHOD, AuditRow, row_item
from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.settings import REFUSAL_ROWS_PER_MINUTE
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Key, Update
from affino_mcp.ulids import write_ulid

FLUSH_INTERVAL: Final = timedelta(seconds=1)
"""The shortest time between two writes of counts by one process."""

_COUNTER_LIFETIME_SECONDS: Final = 3600
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class _StormMinute(NamedTuple):
    profile_key: str
    start: str
    status: int

    @property
    def counter_name(self) -> str:
        """The sort key of its count, which distinguishes it from the profile's other storms and minutes."""
        return f"{self.start}#{self.status}"


class RefusalAggregator:
    """Counts the refusals that this process sees, per profile, status and minute."""

    def __init__(self, database: Database, table: str, clock: Clock) -> None:
        self._database, self._table, self._clock = database, table, clock
        self._lock = threading.Lock()
        self._over: set[_StormMinute] = set()
        self._held: dict[_StormMinute, AuditRow] = {}
        self._flushed = _NEVER

    def try_count(self, row: AuditRow) -> bool:
        """True if this refusal comes after the sixtieth of its minute; it is then counted here and needs no row.

        Raises StoreUnavailable when the shared count cannot be reached.
        """
        minute = _StormMinute(row.profile_key, row.at[:16], row.status)
        if minute not in self._over and self._count_shared(minute) <= REFUSAL_ROWS_PER_MINUTE:
            return False
        with self._lock:
            self._over = {other for other in self._over if other.start >= minute.start} | {minute}
            self._hold_count(minute, aggregate_row(row))
        return True

    def flush_when_due(self) -> list[AuditRow]:
        """Writes the held counts if a second has passed since the last write; keeps them when the store is down."""
        now = self._clock()
        with self._lock:
            if not self._held or now - self._flushed < FLUSH_INTERVAL:
                return []
            self._flushed = now
        try:
            return self.flush_counts()
        except StoreUnavailable:
            return []

    def flush_counts(self) -> list[AuditRow]:
        """Writes every held count; gives the aggregate rows, each with the count that was added.

        Raises StoreUnavailable; counts that were not written stay held.
        """
        written: list[AuditRow] = []
        with self._lock:
            held, self._held = self._held, {}
        while held:
            minute, counted = held.popitem()
            try:
                self._write_count(counted)
            except StoreUnavailable:
                self._hold_again(held | {minute: counted})
                raise
            written.append(counted)
        return written

    def _hold_again(self, held: dict[_StormMinute, AuditRow]) -> None:
        with self._lock:
            for minute, counted in held.items():
                self._hold_count(minute, counted)

    def _count_shared(self, minute: _StormMinute) -> int:
        ttl = epoch_seconds(self._clock()) + _COUNTER_LIFETIME_SECONDS
        op = Update(self._table, Key(f"S#{minute.profile_key}", minute.counter_name), {"ttl": ttl}, {"seen": 1})
        return int(self._database.update(op)["seen"])

    def _hold_count(self, minute: _StormMinute, counted: AuditRow) -> None:
        held = self._held.get(minute)
        self._held[minute] = replace(counted, count=counted.count + (held.count if held else 0))

    def _write_count(self, counted: AuditRow) -> None:
        stored = row_item(counted)
        place, count = Key(stored.pop("pk"), stored.pop("sk")), stored.pop("count", counted.count)
        self._database.update(Update(self._table, place, stored, {"count": count}))


def aggregate_row(row: AuditRow) -> AuditRow:
    """Gives the aggregate row of a refusal's profile, status and minute: same id in every process, without a person."""
    start = datetime.fromisoformat(row.at).replace(second=0, microsecond=0)
    whose = f"{row.profile_key}#{row.status}".encode()
    identity = (epoch_seconds(start) * 1000).to_bytes(6, "big") + hashlib.sha256(whose).digest()[:10]
    return AuditRow(
        id=write_ulid(int.from_bytes(identity)),
        at=row.at[:16] + ":00.000000Z",
        profile_key=row.profile_key,
        profile_name=row.profile_name,
        method=STORM_METHOD,
        outcome=row.outcome,
        status=row.status,
        error=row.error,
        result=row.result,
        channel=row.channel,
    )
