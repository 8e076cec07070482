"""The row of an operator's deed as the log of a call to the instance, which takes it into its own transaction."""

from __future__ import annotations

from affino_mcp.admin.operator_action import OperatorAction
from affino_mcp.admin.operator_errors import NotDone
from affino_mcp.audit.changes import redact_changes
from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.instance.port import AuditWrite, Done, OutcomeNotKnown
from affino_mcp.store.faults import Unanswered


class OperatorCallLog:
    """The log of a call that an operator makes on records (see CallLog)."""

    def __init__(self, action: OperatorAction) -> None:
        self._action, self._has_written = action, False

    def seal(self, done: Done, warnings: list[CallWarning], share: str = "") -> AuditWrite | None:  # noqa: ARG002
        """See CallLog."""
        return AuditWrite(self._action.seal_row(done.records, redact_changes(done.changes), share))

    def settle(self) -> bool:
        """See CallLog. Raises NotDone when the only transaction, or the first one, was not carried out and never will be."""
        try:
            self._action.find_out()
        except Unanswered as error:
            raise OutcomeNotKnown from error
        except NotDone:
            if not self._has_written:
                raise
            return False
        return True

    def note_written(self) -> None:
        """See CallLog."""
        self._has_written = True
        self._action.note_done()

    def note_incomplete(self, done: Done, warnings: list[CallWarning], share: str) -> None:  # noqa: ARG002
        """See CallLog."""
        self._action.note_rest(done.records, redact_changes(done.changes), share)

    def begin(self, key: str) -> None:
        """See CallLog. An instance elsewhere takes no operator's call."""
