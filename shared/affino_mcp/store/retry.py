"""Retries a read-then-write on conflicts, with backoff."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from affino_mcp.store.faults import StoreUnavailable, TransactionFailed

T = TypeVar("T")
MAX_CONFLICT_ATTEMPTS = 12


def back_off(attempt: int, base: float, longest: float) -> None:
    """Waits a random time before another attempt, so that processes that clashed spread out.

    The wait is shorter than `base` seconds doubled once for every attempt, and than `longest` seconds.
    """
    time.sleep(random.uniform(0, min(longest, base * 2**attempt)))  # noqa: S311 (spreads attempts; not a secret)


def retry_on_conflict(work: Callable[[], T], turns: int = MAX_CONFLICT_ATTEMPTS) -> T:
    """Runs `work`, which reads and then writes, again while it raises TransactionFailed; at most `turns` times.

    Gives the result of `work`. Raises StoreUnavailable after the last attempt, and every other exception of `work`.
    """
    for turn in range(turns):
        try:
            return work()
        except TransactionFailed:
            back_off(turn + 1, base=0.0025, longest=0.16)
    raise StoreUnavailable
