"""The audit row of one call, completed while the call proceeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeVar

from affino_mcp import observability
from affino_mcp.audit.changes import redact_changes
from affino_mcp.audit.log import AuditLog, summarise_error, summarise_result
from affino_mcp.audit.redact import redact_arguments
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.audit.told_rows import fill_rows
from affino_mcp.audit.visible_changes import MayRead, restrict_changes
from affino_mcp.call_meta import CallMeta, start_row
from affino_mcp.catalogue.families.always import DENIED_BY
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.tool_view import find_method
from affino_mcp.catalogue.warning import CallWarning, WarningCode
from affino_mcp.clock import start_stopwatch
from affino_mcp.errors import AffinoError, BadRequest, OutcomeUnknown, Refusal, Unavailable, UnknownTool
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.instance.confirming import ConfirmationMethod
from affino_mcp.instance.port import AuditWrite, Done, OutcomeNotKnown
from affino_mcp.store.faults import StoreUnavailable, TransactionFailed
from affino_mcp.tool_errors import ToolError
from affino_mcp.value_class import replace, work_class

T = TypeVar("T")


@work_class
class CallAudit:
    """Builds and writes the audit row of one call. `elapsed` gives the call's duration in milliseconds.

    `secrets` are the secrets of this call, which no row may hold. `has_written` is True once a transaction has written a
    row. `repeat_with` are the arguments that make a repeat of the call safe. `whole` is the audit of the call that this item
    is one of. `is_begun` is True once a row says that the call is begun: housekeeping closes what nobody closes. `written` are
    the rows of the call, of its parts and items, that are written.
    """

    audit: AuditLog
    row: AuditRow
    method: Method | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    elapsed: Callable[[], int] = field(default_factory=start_stopwatch)
    has_written: bool = False
    repeat_with: dict[str, str] = field(default_factory=dict)
    whole: CallAudit | None = None
    is_begun: bool = False
    written: list[AuditRow] = field(default_factory=list)

    @classmethod
    def from_call(
        cls, audit: AuditLog, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta
    ) -> CallAudit:
        """Starts the row of an admitted call."""
        method = find_method(tool)
        row = start_row(audit.new_stamp(), caller.profile, caller.person, tool, arguments, meta, caller.session)
        return cls(audit, row, method, meta.known_secrets(caller.profile))

    @classmethod
    def from_refusal(
        cls, audit: AuditLog, refusal: Refusal, tool: str, arguments: dict[str, Any], meta: CallMeta
    ) -> CallAudit:
        """Starts the row of a call that the gate refused; the refusal must name the profile."""
        row = start_row(audit.new_stamp(), refusal.profile, refusal.person, tool, arguments, meta, refusal.session)
        return cls(audit, replace(row, fingerprint=refusal.fingerprint or ""))

    @property
    def request_id(self) -> str:
        """The request id, by which callers and operators identify this call."""
        return self.row.request_id

    def set_warnings(self, warnings: list[CallWarning]) -> None:
        """Sets the warnings that apply to the call whatever its result."""
        if warnings or self.row.warnings:
            self.row = replace(self.row, warnings=tuple(warnings))

    def set_confirmation(self, how: ConfirmationMethod) -> None:
        """Sets how the person has confirmed the call."""
        self.row = replace(self.row, confirmed=how.value)

    def seal(self, done: Done, warnings: list[CallWarning], share: str = "") -> AuditWrite:
        """Finishes the row, of each share another; gives its write, for the transaction of the change (see CallLog)."""
        if self.has_written:
            self.row = replace(self.row, **self.audit.new_stamp()._asdict())
        self._finish_row(done, warnings, share or (self.row.share if self.whole else ""))
        return AuditWrite(row_item(self.row))

    def begin(self, key: str) -> None:
        """Writes the row of a call that is begun; the row that closes it gets an id of its own (see CallLog)."""
        begun = self.row.id
        self.row = replace(self.row, **self.audit.new_stamp()._asdict())
        self.audit.begin(begun, self._ended_row(Outcome.UNKNOWN, OutcomeUnknown.status, OutcomeUnknown()), key)
        self.is_begun = True

    def settle(self) -> bool:
        """Finds out whether the transaction with the sealed row was carried out (see CallLog)."""
        fence = self._ended_row(Outcome.REFUSED, Unavailable.status, Unavailable())
        try:
            return self.audit.settle(fence)
        except StoreUnavailable as error:
            raise OutcomeNotKnown from error

    def note_written(self) -> None:
        """Writes the log line of the row that a transaction has written; its duration includes the transaction's."""
        self.has_written = True
        self.written.append(self.row)
        if self.whole is not None:
            self.whole.has_written = True
        self.audit.log_row(replace(self.row, duration_ms=self.elapsed()))

    def note_incomplete(self, done: Done, warnings: list[CallWarning], share: str) -> None:
        """Writes the row of the rest of a change in shares (see CallLog); a row that cannot be written is reported."""
        self.row = replace(self.row, **self.audit.new_stamp()._asdict())
        self._finish_row(done, warnings, share)
        self.row = replace(self.row, outcome=Outcome.INCOMPLETE, result="incomplete: the rest was not made")
        self._write_or_report()

    def start_item(self, arguments: Mapping[str, Any], share: str) -> CallAudit:
        """Starts the rows of one item of this call (see ItemLogs); they are redacted as those of the item's own method."""
        method = find_method(self.method.each_by) if self.method else None
        takes = [f.name for f in method.all_arguments] if method else None
        kept = redact_arguments(arguments, takes, self.secrets)
        row = replace(self.row, **self.audit.new_stamp()._asdict(), arguments=kept, share=share, warnings=())
        return CallAudit(self.audit, row, self.method, self.secrets, whole=self, written=self.written)

    def note_receipt(self, done: Done, warnings: list[CallWarning], *, whole: bool) -> None:
        """Writes the row of a call of many items (see ItemLogs); a row that cannot be written is reported."""
        self._finish_row(done, warnings)
        self.row = self.row if whole else replace(self.row, outcome=Outcome.INCOMPLETE)
        self._write_or_report()

    def _write_or_report(self) -> None:
        try:
            self.audit.write_row(self.row)
        except StoreUnavailable:
            self.report_lost_row()
        self.written.append(self.row)

    def _finish_row(self, done: Done, warnings: list[CallWarning], share: str = "") -> None:
        self.row = replace(
            self.row,
            outcome=Outcome.OK,
            status=200,
            record=done.record,
            records=done.records,
            result=self._build_safely(lambda: summarise_result(self.method, done) if self.method else "", ""),
            changes=self._build_safely(lambda: redact_changes(done.changes, self.secrets), ()),
            warnings=tuple(warnings),
            denied_by=done.body.get(DENIED_BY, ""),
            share=share,
            duration_ms=self.elapsed(),
        )

    def write_result(self, done: Done, warnings: list[CallWarning]) -> None:
        """Writes the row of a call that changed nothing, or that an instance elsewhere carried out. Raises StoreUnavailable."""
        self._finish_row(done, warnings)
        if done.told:
            self._write_told(done)
        elif self.is_begun and any(warning["Code"] == WarningCode.INCOMPLETE for warning in warnings):
            self.row = replace(self.row, outcome=Outcome.INCOMPLETE)
        self._write_row()
        self.written.append(self.row)

    def _write_told(self, done: Done) -> None:
        """Fills the row with what the instance tells, and writes the rows of the call's parts; lost ones are reported."""
        unfilled: tuple[AuditRow, list[AuditRow]] = (self.row, [])
        stamp = self.audit.new_stamp
        self.row, parts = self._build_safely(lambda: fill_rows(self.row, done.told, self.secrets, stamp), unfilled)
        try:
            self.audit.write_parts(parts)
        except (StoreUnavailable, TransactionFailed):
            self.report_lost_row()

    def list_visible(self, may_read: MayRead) -> list[AuditRow]:
        """Gives the rows of the call that are written, with what its person may see of them."""
        return [replace(row, changes=restrict_changes(row.changes, row.record, may_read)) for row in self.written]

    def write_error(self, error: ToolError | UnknownTool) -> None:
        """Writes the row of a call that the tool rejected. Raises StoreUnavailable."""
        self._close_row(Outcome.ERROR, error.status, error)
        self._write_row()

    def _write_row(self) -> None:
        """Writes the row. Of a call that is begun, housekeeping writes the closing row when it cannot be written now."""
        try:
            self.audit.write_row(self.row)
        except StoreUnavailable:
            if not self.is_begun:
                raise
            self.audit.log_row(self.row)
            self.report_lost_row(follows=True)

    def write_refusal(self, refusal: Refusal) -> None:
        """Writes the row of a call that the gate refused, or that could not be read. Raises StoreUnavailable."""
        outcome = Outcome.ERROR if isinstance(refusal, BadRequest) else Outcome.REFUSED
        self._close_row(outcome, refusal.status, refusal)
        self.audit.write_refusal(self.row, hammered=isinstance(refusal, PreviousSecretRefused))

    def report_lost_row(self, *, follows: bool = False) -> None:
        """Logs that the row could not be written, with ids only, and counts it for the alarm unless housekeeping writes it."""
        if not follows:
            observability.count_metric("AuditRowLost")
        said = "closing row late" if follows else "audit row lost"
        observability.log_fault(said, {"request_id": self.request_id, "row": self.row.id})

    def log_unknown(self, refusal: OutcomeUnknown) -> None:
        """Writes the log line of a change whose outcome is not known; its row is there if it was carried out."""
        self.audit.log_row(self._ended_row(Outcome.UNKNOWN, refusal.status, refusal))

    def _close_row(self, outcome: Outcome, status: int, error: AffinoError) -> None:
        self.row = self._ended_row(outcome, status, error)

    def _ended_row(self, outcome: Outcome, status: int, error: AffinoError) -> AuditRow:
        found = {"code": error.code, "type": error.type, "message": error.message}
        found |= {"argument": error.details["argument"]} if "argument" in error.details else {}
        ended = replace(self.row, outcome=outcome, status=status, error=found, duration_ms=self.elapsed())
        return replace(ended, result=summarise_error(error, status), changes=())

    def _build_safely(self, build: Callable[[], T], otherwise: T) -> T:
        """The result of `build`, or `otherwise` when it fails: a fault there must not fail the call. Logs the fault."""
        try:
            return build()
        except Exception as error:  # noqa: BLE001
            fields = {"request_id": self.request_id, "row": self.row.id, "error": type(error).__name__}
            observability.log_fault("audit row incomplete", fields)
            return otherwise
