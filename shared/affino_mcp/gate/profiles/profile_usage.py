"""Counts a profile's use in its row, with the rate limit's write that every call makes.

Each day has its own attribute (`calls_20261125`), so counting needs no condition. The write returns the whole row, and
the next write removes the counters of past days that it saw there; so a row never holds many of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.clock import epoch_microseconds
from affino_mcp.gate.profiles.rate_arithmetic import SECOND_MICROSECONDS

LAST_USED_ATTRIBUTE: Final = "used"
"""The attribute that holds the last use, in microseconds since the epoch."""
_COUNTER_PREFIX: Final = "calls_"


def day_counter(now: int) -> str:
    """Names the attribute that counts the calls of the UTC day of this moment (in microseconds)."""
    return f"{_COUNTER_PREFIX}{datetime.fromtimestamp(now // SECOND_MICROSECONDS, UTC):%Y%m%d}"


def past_day_counters(row: Iterable[str], now: int) -> tuple[str, ...]:
    """Gives the names of a row's counters of past days."""
    return tuple(sorted(name for name in row if name.startswith(_COUNTER_PREFIX) and name < day_counter(now)))


@dataclass(frozen=True)
class ProfileUsage:
    """A profile's use, read from its row."""

    row: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def today(self, now: datetime) -> int:
        """Gives the number of calls of this day (UTC) that passed credentials and rate limit."""
        return int(self.row.get(day_counter(epoch_microseconds(now)), 0))

    @property
    def last(self) -> datetime | None:
        """The time of the last such call; None when there was none."""
        used = self.row.get(LAST_USED_ATTRIBUTE)
        return None if used is None else datetime.fromtimestamp(used // SECOND_MICROSECONDS, UTC)
