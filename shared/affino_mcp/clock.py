"""Time, handed in so that tests decide what time it is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_SPAN: Final = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Clock = Callable[[], datetime]
"""Answers the current moment, timezone-aware, in UTC."""


def now() -> datetime:
    """The wall clock in UTC."""
    return datetime.now(UTC)


def microseconds(moment: datetime) -> int:
    """Microseconds since the epoch; the unit of the rate limit (integers only: DynamoDB numbers)."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def seconds(moment: datetime) -> int:
    """Whole seconds since the epoch; the unit of DynamoDB's TTL attribute."""
    return int(moment.timestamp())


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and `Z`: sorts as text in the order of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def precise(text: str) -> str:
    """An ISO moment in UTC with the microseconds that `iso` writes, so that the two compare as text."""
    return text if "." in text else text.removesuffix("Z") + ".000000Z"


def understood(words: str, at: datetime) -> datetime:
    """The moment that a person means: `30s`, `10m`, `2h`, `3d` before `at`, or ISO 8601 (UTC when no offset is said).

    Nothing is older than the epoch. Raises ValueError for anything else.
    """
    span = _SPAN.fullmatch(words)
    try:
        ago = timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else None
        found = datetime.fromisoformat(words) if ago is None else at - ago
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(words) from error
    return max(found, _EPOCH)


def stopwatch() -> Callable[[], int]:
    """Start a watch; the answer reads it in whole milliseconds."""
    start = time.perf_counter()
    return lambda: int((time.perf_counter() - start) * 1000)
