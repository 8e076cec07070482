"""What operators and rows are told about a deed that was not done, or may have been done."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.errors import AffinoError
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.tool_errors import Unexpected


class NotDone(AffinoError):
    """The stores did not carry the deed out, and will not."""

    type = "not_done"
    status: ClassVar[int] = 503
    text = "Not done: the service cannot reach its storage just now. Try again shortly."


class LogUnavailable(NotDone):
    """The deed was not carried out because its row of the API Log cannot be written."""

    type = "log_unavailable"
    text = "Not done: the API Log cannot be written."


class OvertakenDeed(NotDone):
    """The deed took so long that housekeeping has closed its row as not done; it can no longer be carried out."""

    type = "overtaken"
    text = "Not done: this took too long, and was closed as not done meanwhile. Look at how it is now, then try again."


class MaybeDone(AffinoError):
    """The deed was sent to the stores and not answered; `details` say how to find out."""

    type = "outcome_unknown"
    status: ClassVar[int] = 503
    text = "It may have been done: the service's storage did not answer in time."


def error_status(error: AffinoError) -> int:
    """Gives the HTTP status of an error: its own, or 400 for one that has none."""
    return int(getattr(error, "status", 400))


def describe_failure(row: AuditRow, error: Exception, *, steps: bool) -> AuditRow:
    """Gives the row of a deed that ended with `error`.

    A deed of one transaction was not done; a deed of steps has failed somewhere on its way.
    """
    unavailable = isinstance(error, StoreUnavailable | NotDone)
    known = NotDone() if unavailable else error if isinstance(error, AffinoError) else Unexpected()
    outcome = Outcome.NOT_DONE if unavailable and not steps else Outcome.ERROR
    told = {"code": known.code, "type": known.type, "message": _failure_text(known, steps=steps)}
    return replace(row, outcome=outcome, status=error_status(known), error=told)


def _failure_text(error: AffinoError, *, steps: bool) -> str:
    begins = "Failed" if steps else "Not done"
    if isinstance(error, NotDone):
        return f"{begins}: the service could not reach its storage."
    return f"{begins}: a fault of the service." if isinstance(error, Unexpected) else f"{begins}: {error.message}"


def describe_open_end(row: AuditRow, *, steps: bool) -> AuditRow:
    """Gives the closing row of a deed that nobody has closed: not done, or for a deed of steps, not known."""
    if steps:
        text = "It is not known whether this was done: the process that had begun it did not say."
        told = {"code": MaybeDone.code, "type": MaybeDone.type, "message": text}
        return replace(row, outcome=Outcome.UNKNOWN, status=MaybeDone.status, error=told)
    told = {"code": NotDone.code, "type": NotDone.type, "message": "Not done: it was begun and not finished."}
    return replace(row, outcome=Outcome.NOT_DONE, status=NotDone.status, error=told)
