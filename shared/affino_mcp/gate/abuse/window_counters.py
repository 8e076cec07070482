"""Counts events per key in fixed windows of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from affino_mcp import observability
from affino_mcp.store.ops import (
    Compare,
    ConditionFailed,
    Database,
    Item,
    Key,
    StoreUnavailable,
    Update,
    absent,
    any_of,
)

T = TypeVar("T")

_MAX_COUNT_ATTEMPTS = 6


def count_in_window(
    db: Database, table: str, key: Key, window: int, now: int, *, kept: int = 0, also: Mapping[str, int] | None = None
) -> Item:
    """Counts one event and gives the row after it: `count` events since `since`.

    A window starts with its first event and is never extended. The row is kept at least until `kept`; `also` increments
    further attributes, which windows do not reset. Raises StoreUnavailable.
    """
    times = {"ttl": max(now + 2 * window, kept)}
    more = dict(also or {})
    again = Update(table, key, assign=times, add={"count": 1, **more}, condition=Compare("since", ">", now - window))
    over = any_of(absent("since"), Compare("since", "<=", now - window))
    first = Update(table, key, assign={**times, "count": 1, "since": now}, add=more, condition=over)
    for turn in range(_MAX_COUNT_ATTEMPTS):
        try:
            return db.update(first if turn % 2 else again)
        except ConditionFailed:
            continue
    return {"count": 1, "since": now}


def ignore_unavailable(work: Callable[[], T]) -> T | None:
    """Runs `work`.

    When the store is down, gives None and counts for the alarm, so that a guard never blocks a login.
    """
    try:
        return work()
    except StoreUnavailable:
        observability.count_metric("LoginGuardDown")
        return None
