"""A Database for tests whose calls fail as a store's calls do: not sent, carried out but not answered, sent twice, overtaken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

from affino_mcp.store.faults import ConditionFailed, StoreUnavailable, TransactionFailed, Unanswered
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, write_key

T = TypeVar("T")


class StoreFault(StrEnum):
    """What goes wrong with one store call.

    `before`: the request never arrived. `lost`: it was carried out, and its answer never came. `vanished`: it was sent, not
    carried out and not answered; for a read these three are one. `resend`: the transport sent it twice. `condition`:
    somebody else was faster (a write with a condition, and every transaction).
    """

    BEFORE = "before"
    LOST = "lost"
    VANISHED = "vanished"
    RESEND = "resend"
    CONDITION = "condition"


class FaultyDatabase:
    """Passes everything on to `inner`, except for the calls that `faults` names by their number, from 0.

    `calls` lists `(method, tables)` of each call since `arm`; a transaction names its tables joined by `+`. With `lasting`,
    the fault holds for every call from the lowest number on. `vanished` are the transactions that were sent and not carried out:
    a test may carry them out late.
    """

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.vanished: list[tuple[list[WriteOp], str]] = []
        self.arm({})

    def arm(self, faults: dict[int, StoreFault], *, lasting: bool = False) -> None:
        """Sets the faults of the next calls, which are counted from 0 again."""
        self.faults, self.lasting = faults, lasting
        self.calls: list[tuple[str, str]] = []

    @property
    def is_down(self) -> bool:
        """True when the next call fails, and the one after it."""
        number = len(self.calls)
        if self.lasting and self.faults:
            return number >= min(self.faults)
        return {number, number + 1} <= self.faults.keys()

    def _next_fault(self, method: str, *tables: str) -> StoreFault | None:
        number = len(self.calls)
        self.calls.append((method, "+".join(sorted(set(tables)))))
        if self.lasting and self.faults:
            first = min(self.faults)
            return self.faults[first] if number >= first else None
        return self.faults.get(number)

    def _read(self, work: Callable[[], T], method: str, table: str) -> T:
        match self._next_fault(method, table):
            case StoreFault.BEFORE | StoreFault.LOST | StoreFault.VANISHED:
                raise StoreUnavailable
            case StoreFault.RESEND:
                work()
        return work()

    def _write(self, work: Callable[[], T], op: Put | Update | Delete, method: str) -> T:
        match self._next_fault(method, op.table):
            case StoreFault.BEFORE:
                raise StoreUnavailable
            case StoreFault.LOST:
                with suppress(ConditionFailed):
                    work()
                raise Unanswered
            case StoreFault.VANISHED:
                raise Unanswered
            case StoreFault.RESEND:
                return self._resend(work)
            case StoreFault.CONDITION if op.condition is not None:
                raise ConditionFailed(self.inner.get(op.table, write_key(op)))
        return work()

    @staticmethod
    def _resend(work: Callable[[], T]) -> T:
        work()
        try:
            return work()
        except ConditionFailed as failed:
            raise ConditionFailed(failed.item, resent=True) from failed

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        return self._read(lambda: self.inner.get(table, key), "get", table)

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        return self._read(lambda: self.inner.get_many(table, keys), "get_many", table)

    def put(self, op: Put) -> None:
        """See Database."""
        self._write(lambda: self.inner.put(op), op, "put")

    def update(self, op: Update) -> Item:
        """See Database."""
        return self._write(lambda: self.inner.update(op), op, "update")

    def delete(self, op: Delete) -> None:
        """See Database."""
        self._write(lambda: self.inner.delete(op), op, "delete")

    def query(self, op: Query) -> QueryPage:
        """See Database."""
        return self._read(lambda: self.inner.query(op), "query", op.table)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        match self._next_fault("transact", *(op.table for op in ops)):
            case StoreFault.BEFORE:
                raise StoreUnavailable
            case StoreFault.CONDITION:
                raise TransactionFailed({})
            case StoreFault.LOST:
                with suppress(TransactionFailed):
                    self.inner.transact(ops, token)
                raise Unanswered
            case StoreFault.VANISHED:
                self.vanished.append((list(ops), token))
                raise Unanswered
            case StoreFault.RESEND:
                self.inner.transact(ops, token)
        self.inner.transact(ops, token)
