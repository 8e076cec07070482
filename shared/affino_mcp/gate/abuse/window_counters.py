"""Counting in windows: how often something happened since its first time, forgotten after a while."""

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

_TURNS = 6


def counted(
    db: Database, table: str, key: Key, window: int, now: int, *, kept: int = 0, also: Mapping[str, int] | None = None
) -> Item:
    """Count once more; gives the row as it now is: `count` since `since`.

    A window starts at its first time and is never extended. The row is kept until `kept` at least; `also` counts more
    attributes up, which no window ends. Raises StoreUnavailable.
    """
    times = {"ttl": max(now + 2 * window, kept)}
    more = dict(also or {})
    again = Update(table, key, assign=times, add={"count": 1, **more}, condition=Compare("since", ">", now - window))
    over = any_of(absent("since"), Compare("since", "<=", now - window))
    first = Update(table, key, assign={**times, "count": 1, "since": now}, add=more, condition=over)
    for turn in range(_TURNS):
        try:
            return db.update(first if turn % 2 else again)
        except ConditionFailed:
            continue
    return {"count": 1, "since": now}


def unless_down(work: Callable[[], T]) -> T | None:
    """The guard must never lock anybody out: when its counters do not answer, the call or login goes on and an alarm is told."""
    try:
        return work()
    except StoreUnavailable:
        observability.count("LoginGuardDown")
        return None
