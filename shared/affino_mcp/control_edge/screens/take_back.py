"""The screen that takes one change back, by the person's own right, as `undo_change` does for an agent."""

from __future__ import annotations

from starlette.responses import Response

from affino_mcp.admin.operator_audit import NO_PROFILE, ActionSubject
from affino_mcp.admin.operator_call_log import OperatorCallLog
from affino_mcp.audit.row import CONTROL_CHANNEL, AuditRow
from affino_mcp.catalogue.families.history import RECORD_CODE_FIELD, RECORD_KIND_FIELD, VERSION_FIELD
from affino_mcp.catalogue.method import DRY_RUN
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.control_edge.row_offers import changed_record, list_offers, may_take_back
from affino_mcp.control_edge.row_visibility import restrict_row
from affino_mcp.control_edge.screen_audit import audit_screen_action
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.logs import require_log_row
from affino_mcp.instance.port import Call, CallLog, Done, NoCallLog, RecordRef
from affino_mcp.tool_errors import Conflict, NotFound, ToolError


def ask_before_taking_back(ask: ScreenRequest) -> Response:
    """The page that shows what would be taken back, or why it cannot be, and asks for confirmation. Raises NotFound."""
    row = _require_row(ask)
    try:
        _undo(ask, row, NoCallLog(), dry_run=True)
    except ToolError as error:
        return _render_question(ask, row, wrong=error.message)
    return _render_question(ask, row)


def take_back(ask: ScreenRequest) -> Response:
    """Takes the change back; a page says what prevents it. Raises NotFound."""
    row = _require_row(ask)
    subject = ActionSubject(NO_PROFILE, "Control Centre", changed_record(row))
    before, after = {"Change": f"{row.method} at {row.at}"}, {"Change": "taken back"}
    try:
        with audit_screen_action(ask, "take_back_change", subject, before, after) as action:
            if not _undo(ask, row, OperatorCallLog(action)).sealed:
                raise Conflict("That change left every attribute as it was: there is nothing to take back.")
    except ToolError as error:
        return _render_question(ask, row, error.status, wrong=error.message)
    return _render_question(ask, row, done=True)


def _require_row(ask: ScreenRequest) -> AuditRow:
    """The row whose change is to be taken back. Raises NotFound for one that changed no record, or another person's."""
    row = require_log_row(ask)
    if not (may_take_back(ask, row) and list_offers(ask, row)):
        raise NotFound("id", "change that you can take back")
    return row


def _undo(ask: ScreenRequest, row: AuditRow, log: CallLog, *, dry_run: bool = False) -> Done:
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
    return centre.instance.perform(METHODS["undo_change"], {**values, **rehearsal}, call)


def _render_question(
    ask: ScreenRequest, row: AuditRow, status: int = 200, *, wrong: str = "", done: bool = False
) -> Response:
    offers = [offer for offer in list_offers(ask, row) if not offer.path.endswith("/take-back")]
    shown = {
        "row": restrict_row(ask, row),
        "record": changed_record(row),
        "wrong": wrong,
        "done": done,
        "offers": offers,
    }
    return ask.render_page("take_back.html", status, here="/logs", **shown)
