"""How much a profile is used: counted in its row, by the write that every call makes anyway.

A day's calls have an attribute of their own (`calls_20261125`), so counting needs no condition. The write answers the whole
row, and the next one drops the days that it saw there and that are over: a row holds few such attributes at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.clock import microseconds
from affino_mcp.gate.profiles.rate_arithmetic import SECOND

USED: Final = "used"
"""When the profile was used last, in microseconds since the epoch."""
_PREFIX: Final = "calls_"


def counter(now: int) -> str:
    """The attribute that counts the calls of the day (UTC) in which this moment (microseconds) lies."""
    return f"{_PREFIX}{datetime.fromtimestamp(now // SECOND, UTC):%Y%m%d}"


def over(row: Iterable[str], now: int) -> tuple[str, ...]:
    """The counters in a row whose day is over."""
    return tuple(sorted(name for name in row if name.startswith(_PREFIX) and name < counter(now)))


@dataclass(frozen=True)
class Usage:
    """A profile's use, as its row tells it."""

    row: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def today(self, now: datetime) -> int:
        """The calls of this day (UTC) that key, secret and limit let through."""
        return int(self.row.get(counter(microseconds(now)), 0))

    @property
    def last(self) -> datetime | None:
        """When the last of them came; None: never."""
        used = self.row.get(USED)
        return None if used is None else datetime.fromtimestamp(used // SECOND, UTC)
