"""Time, handed in so that tests decide what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

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


def stopwatch() -> Callable[[], int]:
    """Start a watch; the answer reads it in whole milliseconds."""
    start = time.perf_counter()
    return lambda: int((time.perf_counter() - start) * 1000)
