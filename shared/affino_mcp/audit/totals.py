"""Hourly totals of calls: numbers of calls, errors and rate-limited calls, and their latency. Totals can be added.

The chart reads one row per hour instead of the calls. Latency is a histogram with fixed buckets, so that the median and
the 95th percentile of any profile and any span follow from the sum of its hours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Final, NamedTuple

from affino_mcp.audit.row import CONTROL, Row, expiry, totals
from affino_mcp.clock import iso
from affino_mcp.store.ops import Database, Item, Put, Query, Span

HOUR: Final = timedelta(hours=1)

_DECADE: Final = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
BOUNDS: Final = (
    *(1, 2, 3, 4, 5, 6, 8),
    *(step * size for size in (1, 10, 100, 1000) for step in _DECADE if step * size <= 30_000),
)
"""The buckets' upper bounds in milliseconds, each within a third of the next; no call lasts longer than the last."""

MOST: Final = 50 * 24
"""The most hours of one read: less than half of what DynamoDB returns in one read."""


@dataclass(frozen=True)
class Total:
    """The totals of some calls. `errors` are refused or failed calls except 429s, which are `limited`.

    `latency` counts the calls of each bucket without 429s, which are refused before any work.
    """

    calls: int = 0
    errors: int = 0
    limited: int = 0
    latency: tuple[int, ...] = (0,) * len(BOUNDS)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Total:
        """Counts these rows, without operators' actions, which are no calls."""
        calls = errors = limited = 0
        latency = [0] * len(BOUNDS)
        for row in rows:
            if row.channel == CONTROL:
                continue
            calls += row.count
            if row.status == 429:
                limited += row.count
                continue
            errors += row.count if row.status >= 400 else 0
            latency[min(bisect_left(BOUNDS, row.duration_ms), len(BOUNDS) - 1)] += row.count
        return cls(calls, errors, limited, tuple(latency))

    def __add__(self, other: Total) -> Total:
        """Gives the sum of both totals."""
        latency = tuple(mine + its for mine, its in zip(self.latency, other.latency, strict=True))
        return Total(self.calls + other.calls, self.errors + other.errors, self.limited + other.limited, latency)

    @property
    def done(self) -> int:
        """The number of successful calls."""
        return self.calls - self.errors - self.limited

    def percentile(self, percent: int) -> int | None:
        """Gives the latency percentile in milliseconds, interpolated within its bucket; None without calls."""
        measured = sum(self.latency)
        if not measured:
            return None
        rank = -(-measured * percent // 100)
        reached = list(accumulate(self.latency))
        place = bisect_left(reached, rank)
        low, inside = BOUNDS[place - 1] if place else 0, self.latency[place]
        return ceil(low + (BOUNDS[place] - low) * (rank - reached[place] + inside) / inside)


class Hour(NamedTuple):
    """The totals of the hour that begins at `start` (`2026-11-23T09`), counted at `counted` (ISO 8601).

    No rows are added to a closed hour.
    """

    start: str
    total: Total
    counted: str
    closed: bool


def start_of(moment: datetime) -> str:
    """Gives the name of a moment's hour, such as `2026-11-23T09`."""
    return iso(moment)[:13]


def moment_of(start: str) -> datetime:
    """Gives the moment at which the hour of this name begins."""
    return datetime.fromisoformat(f"{start}:00").replace(tzinfo=UTC)


def put(table: str, profile: str | None, hour: Hour) -> Put:
    """Gives the write of an hour's totals of a profile, or of all profiles (None)."""
    times = {"counted": hour.counted, "closed": hour.closed, "ttl": expiry(moment_of(hour.start))}
    figures = asdict(hour.total) | {"latency": list(hour.total.latency)}
    return Put(table, {"pk": totals(profile), "sk": hour.start, **figures, **times})


def read(database: Database, table: str, profile: str | None, since: datetime, until: datetime) -> list[Hour]:
    """Gives the counted hours between two moments, oldest first, in one read.

    For a profile only hours in which it was called. Gives at most MOST hours, the newest ones. Raises StoreUnavailable.
    """
    span = Span(low=start_of(since), high=start_of(until))
    query = Query(table, totals(profile), span=span, forward=False, limit=MOST, consistent=False)
    return [_hour(item) for item in reversed(database.query(query).items)]


def _hour(item: Item) -> Hour:
    figures = {field.name: item[field.name] for field in fields(Total)}
    total = Total(**figures | {"latency": tuple(item["latency"])})
    return Hour(item["sk"], total, item["counted"], item["closed"])
