"""The rows of an operator's change of the structure: each is part of the transaction that makes the change (see CallLog)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from affino_mcp.admin.deeds import DEEDS
from affino_mcp.admin.operator_audit import ActionSubject, OperatorOrigin
from affino_mcp.admin.operator_errors import LogUnavailable, MaybeDone, NotDone, describe_failure
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.clock import start_stopwatch
from affino_mcp.instance.port import AuditWrite, Done, OutcomeNotKnown
from affino_mcp.store.faults import StoreUnavailable


class StructureCallLog:
    """The CallLog of one deed of an operator.

    Each transaction of the deed gets a row of its own, with the values before and after. `is_written` is True from the
    first transaction on.
    """

    def __init__(self, by: OperatorOrigin, name: str, subject: ActionSubject, planned: Mapping[str, Any]) -> None:
        self._by, self._name, self._subject = by, name, subject
        self._elapsed = start_stopwatch()
        self._planned, self._row = planned, by.new_row(name, subject, planned)
        self._is_fenced = self.is_written = False

    def seal(self, done: Done, warnings: list[CallWarning], share: str = "") -> AuditWrite:
        """See CallLog."""
        arguments = _sides(done, self._planned)
        row = self._by.new_row(self._name, replace(self._subject, record=done.record), arguments)
        self._row = replace(
            row, records=done.records, warnings=tuple(warnings), share=share, duration_ms=self._elapsed()
        )
        return AuditWrite(row_item(self._row))

    def settle(self) -> bool:
        """See CallLog."""
        try:
            is_done = self._by.audit_log.settle(describe_failure(self._row, NotDone(), steps=False))
        except StoreUnavailable as error:
            raise OutcomeNotKnown from error
        self._is_fenced = not is_done
        return is_done

    def note_written(self) -> None:
        """See CallLog."""
        self.is_written = True
        self._by.log_row(self._row)

    def note_incomplete(self, done: Done, warnings: list[CallWarning], share: str) -> None:
        """See CallLog."""
        self.seal(done, warnings, share)
        row = replace(self._row, outcome=Outcome.INCOMPLETE, result="incomplete: the rest was not made")
        if not self._by.try_store(row):
            self._by.report_unlogged(row)

    def begin(self, key: str) -> None:
        """See CallLog. An instance elsewhere takes no operator's call."""

    def fail(self, error: Exception) -> Exception:
        """Writes the row of a deed that raised `error` before anything was written; gives what the operator is told."""
        if isinstance(error, OutcomeNotKnown):
            return MaybeDone(next=DEEDS[self._name].when_unknown)
        if self._is_fenced:
            return NotDone()
        if self.is_written:
            return error
        is_stored = self._by.try_store(describe_failure(self._failed_row(), error, steps=False))
        if not isinstance(error, StoreUnavailable):
            return error
        return NotDone() if is_stored else LogUnavailable()

    def _failed_row(self) -> AuditRow:
        return replace(self._row, duration_ms=self._elapsed(), **self._by.audit_log.new_stamp()._asdict())


def _sides(done: Done, planned: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values before and after of the record that the deed is about, as the transaction writes them.

    A record that is removed has no values after, one that is put back none before: those are as planned.
    """
    own = [change for change in done.changes if change.record == done.record]
    main = next(iter([*own, *done.changes]), None)
    if main is not None and (main.before or main.after):
        return {"before": main.before, "after": main.after}
    is_back = main is not None and main.kind == "restored"
    return {"before": planned["after"], "after": planned["before"]} if is_back else planned


@contextmanager
def audit_structure_call(
    by: OperatorOrigin, name: str, subject: ActionSubject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[StructureCallLog]:
    """Audits the deed in the body, which hands the log to the instance.

    Takes the operator, the deed's name in DEEDS, its subject, and the values before and after as planned: the row of a
    deed that is done has those that the transaction wrote. Raises NotDone, LogUnavailable, MaybeDone, and what the body
    raises.
    """
    log = StructureCallLog(by, name, subject, {"before": dict(before), "after": dict(after)})
    try:
        yield log
    except Exception as error:
        told = log.fail(error)
        if told is error:
            raise
        raise told from error
