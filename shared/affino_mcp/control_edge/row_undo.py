"""Takes back the change of a row of the API Log, as the signed-in person, with the method `undo_change`."""

from __future__ import annotations

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.admin.operator_call_log import OperatorCallLog
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.families.history import RECORD_CODE_FIELD, RECORD_KIND_FIELD, VERSION_FIELD
from affino_mcp.catalogue.method import DRY_RUN
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.control_edge.row_offers import changed_record
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.instance.port import Call, CallLog, Done, NoCallLog, RecordRef
from affino_mcp.tool_errors import Conflict, NotFound, ToolError

TAKE_BACK_DEED = "take_back_change"
"""The name of an undo in the browser, in the API Log."""


def rehearse_undo(ask: ScreenRequest, row: AuditRow) -> None:
    """Raises the ToolError that an undo of the row's change would meet now; writes nothing."""
    _perform_undo(ask, row, NoCallLog(), dry_run=True)


def find_obstacle(ask: ScreenRequest, row: AuditRow) -> str:
    """Gives what prevents an undo of the row's change now, in words; empty when nothing does."""
    try:
        rehearse_undo(ask, row)
    except ToolError as error:
        return error.message
    return ""


def undo_row(ask: ScreenRequest, row: AuditRow) -> None:
    """Undoes the row's change, with a row of its own in the API Log.

    Raises the ToolError that prevents it, and NotDone or MaybeDone when the stores fail.
    """
    subject = ActionSubject(NO_PROFILE, ask.site, changed_record(row))
    before, after = {"Change": name_change(row)}, {"Change": "taken back"}
    with audit_screen_action(ask, TAKE_BACK_DEED, subject, before, after) as action:
        if not _perform_undo(ask, row, OperatorCallLog(action)).sealed:
            raise Conflict("That change left every attribute as it was: there is nothing to take back.")


def name_change(row: AuditRow) -> str:
    """Gives the words by which the row of an undo names the change that it took back."""
    return f"{row.method} at {row.at}"


def _perform_undo(ask: ScreenRequest, row: AuditRow, log: CallLog, *, dry_run: bool = False) -> Done:
    ref, centre = RecordRef.parse(changed_record(row)), ask.centre
    version = centre.record_restorer.find_version(ref, row.request_id)
    if version is None:
        raise NotFound(VERSION_FIELD.name, "change of this record")
    call = Call(
        actor=ask.web_session.person,
        profile=NO_PROFILE,
        readable=lambda _: True,
        writable=lambda _: True,
        at=centre.clock(),
        request_id=ask.origin.request_id,
        cursor_key=b"",
        log=log,
        channel=CONTROL_CHANNEL,
    )
    values = {RECORD_KIND_FIELD.name: ref.family, RECORD_CODE_FIELD.name: ref.code, VERSION_FIELD.name: version}
    rehearsal = {DRY_RUN.name: True} if dry_run else {}
    done = centre.instance.perform(METHODS["undo_change"], {**values, **rehearsal}, call)
    _require_whole(call)
    return done


def _require_whole(call: Call) -> None:
    """Raises Conflict with what the call says of an undo that stopped before its end; what it took back stays so."""
    for warning in call.warnings:
        if warning["Code"] == WarningCode.INCOMPLETE:
            raise Conflict(warning["Message"])
