"""The errors of stores: they tell what was not written from what may have been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from affino_mcp.store.ops import Item


class StoreUnavailable(Exception):
    """The store cannot be reached, refused or throttled; nothing was written.

    Its text is the error's name, as AWS or `GivenUpCall` gives it; empty where there is none. `retry_after` is the seconds
    after which a caller may try again.
    """

    retry_after: ClassVar[float] = 1


class Unanswered(StoreUnavailable):
    """A write was sent and not answered: it may have been carried out, or may still be."""


class AccessRefused(StoreUnavailable):
    """The service's role or credentials do not allow the call, or the table does not exist: an operator must act."""

    retry_after = 30


class CollectionFull(Exception):
    """The rows of one partition have reached the limit of their table (10 GB with its local indexes); nothing was written."""


class StoreRejected(Exception):
    """The store finds the request malformed: a fault of this service. Nothing was written."""


class ConditionFailed(Exception):
    """The write's condition does not hold; `item` is the current row, or None when there is none.

    `resent` is True when an earlier attempt of this very write was sent and not answered: the row may be its own.
    """

    def __init__(self, item: Item | None, *, resent: bool = False) -> None:
        super().__init__("condition failed")
        self.item, self.resent = item, resent


class TransactionFailed(Exception):
    """A transaction failed; nothing was written.

    `failed` maps the position of each failed operation to its current row or None. An empty `failed` means a conflict
    with another transaction; a retry may succeed.
    """

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__("transaction failed")
        self.failed = dict(failed)
