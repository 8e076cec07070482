"""Counts events per key in fixed windows of time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from affino_mcp import observability
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable, Unanswered
from affino_mcp.store.ops import Compare, Database, Item, Key, Update, absent, all_of, any_of

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
    nonce = secrets.token_hex(8)
    for turn in range(_MAX_COUNT_ATTEMPTS):
        try:
            return count_once(db, first if turn % 2 else again, nonce)
        except ConditionFailed:
            continue
    return {"count": 1, "since": now}


def count_once(db: Database, counting: Update, nonce: str) -> Item:
    """Carries out an update that counts; the row keeps the `nonce` of its last event, so that a resend counts nothing.

    Gives the row after the event, also when the store answered its write twice or not at all. Raises ConditionFailed when
    the update's own condition does not hold, Unanswered when it is not known whether the event is counted, and
    StoreUnavailable. Only when another event comes between a write and its resend is one event counted twice; none is ever
    left out.
    """
    other = any_of(absent("last"), Compare("last", "<", nonce), Compare("last", ">", nonce))
    condition = other if counting.condition is None else all_of(counting.condition, other)
    marked = replace(counting, assign={**counting.assign, "last": nonce}, condition=condition)
    for _ in range(_MAX_COUNT_ATTEMPTS):
        try:
            return db.update(marked)
        except ConditionFailed as failed:
            row = failed.item or {}
            if row.get("last") != nonce and not condition_holds(counting.condition, failed.item):
                raise
        except Unanswered as lost:
            row = _read_again(db, counting, lost)
        if row.get("last") == nonce:
            return row
    raise Unanswered


def _read_again(db: Database, counting: Update, lost: Unanswered) -> Item:
    """The row of an update that was not answered; raises `lost` when it cannot be read."""
    try:
        return db.get(counting.table, counting.key) or {}
    except StoreUnavailable:
        raise lost from None


def ignore_unavailable(work: Callable[[], T]) -> T | None:
    """Runs `work`.

    When the store is down, gives None and counts for the alarm, so that a guard never blocks a login.
    """
    try:
        return work()
    except StoreUnavailable:
        observability.count_metric("LoginGuardDown")
        return None
