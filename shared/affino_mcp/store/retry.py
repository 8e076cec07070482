"""Going on until it is done: trying again when others changed the rows meanwhile, reading to the last page."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from affino_mcp.store.ops import Database, Item, Query, StoreUnavailable, TransactionFailed

T = TypeVar("T")
TURNS = 12


def until_settled(work: Callable[[], T], turns: int = TURNS) -> T:
    """Do `work`, which reads and then writes, again as long as it raises TransactionFailed; at most `turns` times.

    Raises StoreUnavailable when it never settles, and whatever else `work` raises.
    """
    for turn in range(turns):
        try:
            return work()
        except TransactionFailed:
            time.sleep(random.uniform(0, 0.005 * 2 ** min(turn, 5)))  # noqa: S311 (spreads attempts; not a secret)
    raise StoreUnavailable


def everything(db: Database, query: Query) -> list[Item]:
    """The rows of all pages of a query that is known to be short."""
    page = db.query(query)
    found = page.items
    while page.next is not None:
        page = db.query(replace(query, start=page.next))
        found += page.items
    return found
