"""Totals of an hour's calls: how many, how many errors and refusals, and how long they took. Totals add up.

The chart reads a row per hour rather than the calls. Latency is a histogram of fixed buckets, so that the median and
the 95th percentile of any profile and any span can be read from the sum of its hours.
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
"""The buckets' upper bounds in milliseconds, each within a third of the next; no call can last longer than the last one."""

MOST: Final = 50 * 24
"""Hours that are read at once: less than half of what DynamoDB gives in one read."""


@dataclass(frozen=True)
class Total:
    """Figures of some calls. `errors` are refused or failed calls but 429s, which are `limited`.

    `latency` counts the calls of each bucket, 429s left out: they are refused before anything is done.
    """

    calls: int = 0
    errors: int = 0
    limited: int = 0
    latency: tuple[int, ...] = (0,) * len(BOUNDS)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Total:
        """The figures of these rows; operators' own actions are no calls."""
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
        """The figures of both."""
        latency = tuple(mine + its for mine, its in zip(self.latency, other.latency, strict=True))
        return Total(self.calls + other.calls, self.errors + other.errors, self.limited + other.limited, latency)

    @property
    def done(self) -> int:
        """Calls that did what was asked."""
        return self.calls - self.errors - self.limited

    def percentile(self, percent: int) -> int | None:
        """The duration in milliseconds that so many in a hundred calls did not exceed, to its bucket; None without calls."""
        measured = sum(self.latency)
        if not measured:
            return None
        rank = -(-measured * percent // 100)
        reached = list(accumulate(self.latency))
        place = bisect_left(reached, rank)
        low, inside = BOUNDS[place - 1] if place else 0, self.latency[place]
        return ceil(low + (BOUNDS[place] - low) * (rank - reached[place] + inside) / inside)


class Hour(NamedTuple):
    """The total of the hour that begins at `start` (`2026-11-23T09`), as it stood at `counted` (ISO).

    Closed: nothing can be added any more.
    """

    start: str
    total: Total
    counted: str
    closed: bool


def start_of(moment: datetime) -> str:
    """The hour of a moment, as totals name it."""
    return iso(moment)[:13]


def moment_of(start: str) -> datetime:
    """When an hour begins."""
    return datetime.fromisoformat(f"{start}:00").replace(tzinfo=UTC)


def put(table: str, profile: str | None, hour: Hour) -> Put:
    """The write of an hour's total of a profile, or of everybody."""
    times = {"counted": hour.counted, "closed": hour.closed, "ttl": expiry(moment_of(hour.start))}
    figures = asdict(hour.total) | {"latency": list(hour.total.latency)}
    return Put(table, {"pk": totals(profile), "sk": hour.start, **figures, **times})


def read(database: Database, table: str, profile: str | None, since: datetime, until: datetime) -> list[Hour]:
    """The hours between that have been counted, oldest first, in one read; a profile's only where it was called.

    Raises StoreUnavailable. At most MOST hours are given, the newest.
    """
    span = Span(low=start_of(since), high=start_of(until))
    query = Query(table, totals(profile), span=span, forward=False, limit=MOST, consistent=False)
    return [_hour(item) for item in reversed(database.query(query).items)]


def _hour(item: Item) -> Hour:
    figures = {field.name: item[field.name] for field in fields(Total)}
    total = Total(**figures | {"latency": tuple(item["latency"])})
    return Hour(item["sk"], total, item["counted"], item["closed"])
