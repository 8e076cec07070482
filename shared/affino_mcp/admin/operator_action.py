"""Carries out a deed of an operator together with its row of the API Log, so that the row says what happened.

The row `ok` is part of the deed's own transaction: both are there, or neither. When that transaction stays unanswered, the
row of the same id settles what became of it (AuditLog.settle). A deed that stops something (a profile, a person, a
session) is carried out even when no row can be written; it leaves a mark from which housekeeping makes the row.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from affino_mcp.admin.deeds import DEEDS, ROW_FOLLOWS, Deed
from affino_mcp.admin.operator_audit import ActionSubject, OperatorOrigin
from affino_mcp.admin.operator_errors import (
    LogUnavailable,
    MaybeDone,
    NotDone,
    OvertakenDeed,
    describe_failure,
    describe_open_end,
)
from affino_mcp.audit.changes import Change
from affino_mcp.audit.open_rows import begun_writes
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.clock import start_stopwatch
from affino_mcp.deadline import spend_reserve
from affino_mcp.gate.identity import row_keys
from affino_mcp.store.faults import StoreUnavailable, TransactionFailed, Unanswered
from affino_mcp.store.ops import Delete, Item, Put, WriteOp, absent
from affino_mcp.store.retry import retry_on_conflict


class OperatorAction:
    """One deed, from before its first write until its row, or the operator, has been told what became of it.

    `is_unlogged` is True when the deed is done and its row follows later.
    """

    def __init__(self, by: OperatorOrigin, deed: Deed, row: AuditRow) -> None:
        self._by, self._deed, self._row, self._elapsed = by, deed, row, start_stopwatch()
        self._is_settled = self._may_be_done = self.is_unlogged = False

    @property
    def notice(self) -> str:
        """What the operator is told about a row that follows later; empty when the row is written."""
        return f"{self._deed.stops} {ROW_FOLLOWS}" if self.is_unlogged else ""

    def begin(self) -> None:
        """Writes the row `begun`. Raises LogUnavailable: then the deed must not be done."""
        closing, begun = self._row, self._row.id
        self._row = replace(closing, **self._by.audit_log.new_stamp()._asdict())
        ops = begun_writes(self._by.settings.audit_table, begun, describe_open_end(self._row, steps=self._deed.steps))
        try:
            retry_on_conflict(lambda: self._by.database.transact(ops, str(uuid.uuid4())))
        except StoreUnavailable as error:
            raise LogUnavailable from error

    def commit(self, ops: Sequence[WriteOp]) -> None:
        """Carries out the deed's last writes with its row; see store.commit.Commit. Returns only when they are done.

        Raises TransactionFailed, NotDone, StoreUnavailable.
        """
        self._row = replace(self._row, duration_ms=self._elapsed())
        try:
            self._transact(ops, Put(self._by.settings.audit_table, row_item(self._row), absent()))
        except Unanswered:
            with spend_reserve():
                self.find_out(ops)
        except StoreUnavailable:
            if not self._deed.stops:
                raise
            self._commit_unlogged(ops)
        self.note_done()

    def seal_row(self, records: Sequence[str], changes: Sequence[Change], share: str = "") -> Item:
        """The deed's row `ok` for a transaction that somebody else carries out, with the records that it changes, and how.

        Each further `share` of a deed that is carried out in several transactions has a row of its own.
        """
        if self._is_settled:
            self._row = replace(self._row, **self._by.audit_log.new_stamp()._asdict())
        self._row = replace(
            self._row,
            share=share,
            records=tuple(records) or self._row.records,
            changes=tuple(changes),
            duration_ms=self._elapsed(),
        )
        return row_item(self._row)

    def note_rest(self, records: Sequence[str], changes: Sequence[Change], share: str) -> None:
        """Writes the row of the rest of a deed in several transactions, which is not made."""
        self.seal_row(records, changes, share)
        self._by.try_store(replace(self._row, outcome=Outcome.INCOMPLETE, result="incomplete: the rest was not made"))

    def note_done(self) -> None:
        """Notes that the transaction with the row `ok` was carried out."""
        self._is_settled = True
        self._by.log_row(self._row)

    def close(self) -> None:
        """Ends a deed that raised nothing; writes the closing row of a deed of steps, or leaves it to housekeeping."""
        if self._deed.steps:
            self._by.try_store(replace(self._row, duration_ms=self._elapsed()))
        elif not self._is_settled:
            raise RuntimeError(f"{self._row.method} ended without a commit")

    def fail(self, error: Exception) -> Exception:
        """Writes what became of a deed that raised `error`; gives the error that the operator is told."""
        if self._is_settled:
            return error
        if self._may_be_done:
            return MaybeDone(next=self._deed.when_unknown)
        failed = describe_failure(replace(self._row, duration_ms=self._elapsed()), error, steps=self._deed.steps)
        is_written = self._by.try_store(failed)
        if self._deed.steps or not isinstance(error, StoreUnavailable):
            return error
        return NotDone() if is_written else LogUnavailable()

    def find_out(self, ops: Sequence[WriteOp] = ()) -> None:
        """Settles an unanswered transaction. Returns when it is done; raises NotDone, Unanswered.

        A deed that stops something is then carried out without its row, by the writes `ops`.
        """
        otherwise = describe_failure(self._row, NotDone(), steps=False)
        try:
            is_done = self._by.audit_log.settle(otherwise)
        except StoreUnavailable as error:
            self._may_be_done = True
            if not self._deed.stops:
                raise Unanswered from error
            self._row = replace(self._row, **self._by.audit_log.new_stamp()._asdict())  # the old id may say "not done"
            self._commit_unlogged(ops)
            return
        if not is_done:
            self._is_settled = True
            self._by.log_row(otherwise)
            raise NotDone

    def _commit_unlogged(self, ops: Sequence[WriteOp]) -> None:
        """Carries out the writes on the Gate table alone, with a mark that holds the row, and tries to write the row."""
        table, key = self._by.settings.gate_table, row_keys.unlogged_deed_key(self._row.id)
        try:
            self._transact(ops, Put(table, {**key._asdict(), "row": row_item(self._row)}, absent()))
        except Unanswered:
            self._may_be_done = True
            raise
        try:
            self._by.audit_log.store(self._row)
        except StoreUnavailable:
            self.is_unlogged = True
            self._by.report_unlogged(self._row)
            return
        with suppress(StoreUnavailable):  # housekeeping removes it too
            self._by.database.delete(Delete(table, key))

    def _transact(self, ops: Sequence[WriteOp], own: Put) -> None:
        try:
            self._by.database.transact([*ops, own], str(uuid.uuid4()))
        except TransactionFailed as failed:
            if len(ops) not in failed.failed:
                raise
            self._meet_own_row(failed.failed[len(ops)])

    def _meet_own_row(self, found: Item | None) -> None:
        """Returns when the row, or mark, of this deed says that it is done; raises OvertakenDeed, Unanswered."""
        if found is None:
            self._may_be_done = True
            raise Unanswered
        if found.get("row", found)["outcome"] != Outcome.OK:
            self._is_settled = True
            raise OvertakenDeed


@contextmanager
def audit_action(
    by: OperatorOrigin, name: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[OperatorAction]:
    """Audits the deed in the body, which must end with the action's `commit`, unless it is a deed of steps.

    Takes the operator, the deed's name in DEEDS, its subject, and the values before and after. Raises NotDone when the
    stores did not carry the deed out, MaybeDone when that is not known, and what the body raises.
    """
    row = by.new_row(name, subject, {"before": dict(before), "after": dict(after)})
    action = OperatorAction(by, DEEDS[name], row)
    if DEEDS[name].is_begun:
        action.begin()
    try:
        yield action
    except Exception as error:
        told = action.fail(error)
        if told is error:
            raise
        raise told from error
    action.close()
