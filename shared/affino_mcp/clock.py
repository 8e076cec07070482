"""Clocks and forms of time; a clock is passed in, so that tests can set the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from affino_mcp.late_pattern import late_pattern

_AGO_PATTERN: Final = late_pattern(r"([0-9]{1,6})([smhd])")
_TIMEDELTA_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
SECOND_MICROSECONDS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Clock = Callable[[], datetime]
"""Gives the current moment, timezone-aware, in UTC."""
_MAX_REMEMBERED_KEYS: Final = 1000


def utc_now() -> datetime:
    """Gives the current time of the system clock, in UTC."""
    return datetime.now(UTC)


def epoch_microseconds(moment: datetime) -> int:
    """Gives microseconds since the epoch, the unit of the rate limit (rows hold whole numbers only)."""
    return int(moment.timestamp()) * SECOND_MICROSECONDS + moment.microsecond


def epoch_seconds(moment: datetime) -> int:
    """Gives whole seconds since the epoch, the unit of DynamoDB's TTL attribute."""
    return int(moment.timestamp())


def format_iso(moment: datetime) -> str:
    """Gives ISO 8601 in UTC with microseconds and `Z`; such texts sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def with_microseconds(text: str) -> str:
    """Gives an ISO 8601 text in UTC with microseconds, so that it can be compared as text with other moments."""
    return text if "." in text else text.removesuffix("Z") + ".000000Z"


def start_of_day(day: date) -> datetime:
    """Gives the first moment of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def parse_time(words: str, at: datetime) -> datetime:
    """Parses `30s`, `10m`, `2h` or `3d`, meaning so long before `at`, or ISO 8601 (in UTC without an offset).

    Gives no moment before the epoch. Raises ValueError for any other text.
    """
    span = _AGO_PATTERN.fullmatch(words)
    try:
        ago = timedelta(**{_TIMEDELTA_UNITS[span[2]]: int(span[1])}) if span else None
        found = datetime.fromisoformat(words) if ago is None else at - ago
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(words) from error
    return max(found, _EPOCH)


def start_stopwatch() -> Callable[[], int]:
    """Starts a stopwatch; gives a function that returns the elapsed whole milliseconds."""
    start = time.perf_counter()
    return lambda: int((time.perf_counter() - start) * 1000)


class Throttle:
    """Allows one action per key in `every` seconds.

    When it forgets old keys, it allows an action too early, never too late.
    """

    def __init__(self, every: int) -> None:
        self._every = every
        self._noted: dict[Hashable, int] = {}

    def allow(self, what: Hashable, now: int) -> bool:
        """True if the action is due at `now` (seconds since the epoch); it then counts as done."""
        if now - self._noted.get(what, 0) < self._every:
            return False
        if len(self._noted) >= _MAX_REMEMBERED_KEYS:
            self._noted.clear()
        self._noted[what] = now
        return True
