"""Hourly totals of calls: numbers of calls, errors and rate-limited calls, and their latency. Totals can be added.

The chart reads one row per hour instead of the calls. Latency is a histogram with fixed buckets, so that the median and
the 95th percentile of any profile and any span follow from the sum of its hours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Final, NamedTuple

from affino_mcp.audit.row import AuditRow, Outcome, expires_at, totals_partition
from affino_mcp.clock import format_iso
from affino_mcp.store.ops import Database, Item, Put, Query, SortSpan
from affino_mcp.value_class import value_class

ONE_HOUR: Final = timedelta(hours=1)

_BOUNDS_OF_DECADE: Final = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
BUCKET_BOUNDS_MILLISECONDS: Final = (
    *(1, 2, 3, 4, 5, 6, 8),
    *(step * size for size in (1, 10, 100, 1000) for step in _BOUNDS_OF_DECADE if step * size <= 30_000),
)
"""The buckets' upper bounds in milliseconds, each within a third of the next; no call lasts longer than the last."""

MAX_HOURS_PER_READ: Final = 50 * 24
"""The most hours of one read: less than half of what DynamoDB returns in one read."""


def is_deletion(row: AuditRow) -> bool:
    """True for a call that deleted a record, or a dry run of one: an index's entry does not tell them apart."""
    return row.outcome is Outcome.OK and row.method.startswith("delete_")


@value_class
class CallTotals:
    """The totals of some calls. `errors` are refused or failed calls except 429s, which are `limited`.

    `unauthorized` are the 401s among the errors, `deletes` the calls of methods that delete, dry runs included. `latency`
    counts the calls of each bucket without 429s, which are refused before any work.
    """

    calls: int = 0
    errors: int = 0
    limited: int = 0
    latency: tuple[int, ...] = (0,) * len(BUCKET_BOUNDS_MILLISECONDS)
    unauthorized: int = 0
    deletes: int = 0

    @classmethod
    def from_rows(cls, rows: Iterable[AuditRow]) -> CallTotals:
        """Counts these rows, each as the number of calls that it stands for (`AuditRow.calls`)."""
        calls = errors = limited = unauthorized = deletes = 0
        latency = [0] * len(BUCKET_BOUNDS_MILLISECONDS)
        for row, number in ((row, row.calls) for row in rows):
            calls += number
            if row.status == 429:
                limited += number
                continue
            errors += number if row.status >= 400 else 0
            unauthorized += number if row.status == 401 else 0
            deletes += number if is_deletion(row) else 0
            latency[_find_bucket(row.duration_ms)] += number
        return cls(calls, errors, limited, tuple(latency), unauthorized, deletes)

    def __add__(self, other: CallTotals) -> CallTotals:
        """Gives the sum of both totals."""
        latency = tuple(mine + its for mine, its in zip(self.latency, other.latency, strict=True))
        numbers = {name: getattr(self, name) + getattr(other, name) for name in NUMBERS}
        return CallTotals(**numbers, latency=latency)

    @property
    def successful_calls(self) -> int:
        """The number of successful calls."""
        return self.calls - self.errors - self.limited

    def latency_percentile(self, percent: int) -> int | None:
        """Gives the latency percentile in milliseconds, interpolated within its bucket; None without calls."""
        measured = sum(self.latency)
        if not measured:
            return None
        rank = -(-measured * percent // 100)
        reached = list(accumulate(self.latency))
        place = bisect_left(reached, rank)
        low, inside = BUCKET_BOUNDS_MILLISECONDS[place - 1] if place else 0, self.latency[place]
        return ceil(low + (BUCKET_BOUNDS_MILLISECONDS[place] - low) * (rank - reached[place] + inside) / inside)


NUMBERS: Final = tuple(field.name for field in fields(CallTotals) if field.name != "latency")
"""The names of the totals that are plain numbers, in their order."""


def _find_bucket(milliseconds: int) -> int:
    return min(bisect_left(BUCKET_BOUNDS_MILLISECONDS, milliseconds), len(BUCKET_BOUNDS_MILLISECONDS) - 1)


class HourTotals(NamedTuple):
    """The totals of the hour that begins at `start` (`2026-11-23T09`), counted at `counted` (ISO 8601).

    No rows are added to a closed hour.
    """

    start: str
    total: CallTotals
    counted: str
    closed: bool


def hour_name(moment: datetime) -> str:
    """Gives the name of a moment's hour, such as `2026-11-23T09`."""
    return format_iso(moment)[:13]


def hour_start(start: str) -> datetime:
    """Gives the moment at which the hour of this name begins."""
    return datetime.fromisoformat(f"{start}:00").replace(tzinfo=UTC)


def totals_put(table: str, profile: str | None, hour: HourTotals) -> Put:
    """Gives the write of an hour's totals of a profile, or of all profiles (None)."""
    times = {"counted": hour.counted, "closed": hour.closed, "ttl": expires_at(hour_start(hour.start))}
    figures = asdict(hour.total) | {"latency": list(hour.total.latency)}
    return Put(table, {"pk": totals_partition(profile), "sk": hour.start, **figures, **times})


def read_hours(
    database: Database, table: str, profile: str | None, since: datetime, until: datetime
) -> list[HourTotals]:
    """Gives the counted hours between two moments, oldest first, in one read.

    For a profile only hours in which it was called. Gives at most MAX_HOURS_PER_READ hours, the newest ones.
    Raises StoreUnavailable.
    """
    span = SortSpan(low=hour_name(since), high=hour_name(until))
    query = Query(
        table, totals_partition(profile), span=span, forward=False, limit=MAX_HOURS_PER_READ, consistent=False
    )
    return [_hour_from_item(item) for item in reversed(database.query(query).items)]


def _hour_from_item(item: Item) -> HourTotals:
    total = CallTotals(**{name: item.get(name, 0) for name in NUMBERS}, latency=tuple(item["latency"]))
    return HourTotals(item["sk"], total, item["counted"], item["closed"])
