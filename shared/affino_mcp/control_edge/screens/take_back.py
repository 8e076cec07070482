"""The screen that takes one change back, by the person's own right, as `undo_change` does for an agent."""

from __future__ import annotations

from starlette.responses import Response

from affino_mcp.audit.row import AuditRow
from affino_mcp.control_edge.row_offers import changed_record, list_offers, may_take_back
from affino_mcp.control_edge.row_undo import find_obstacle, undo_row
from affino_mcp.control_edge.row_visibility import restrict_row
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.control_edge.screens.logs import require_log_row
from affino_mcp.instance.elsewhere_ports import require_own_records
from affino_mcp.tool_errors import NotFound, ToolError


def ask_before_taking_back(ask: ScreenRequest) -> Response:
    """The page that shows what would be taken back, or why it cannot be, and asks for confirmation. Raises NotFound."""
    row = _require_row(ask)
    return _render_question(ask, row, wrong=find_obstacle(ask, row))


def take_back(ask: ScreenRequest) -> Response:
    """Takes the change back; a page says what prevents it. Raises NotFound."""
    row = _require_row(ask)
    try:
        undo_row(ask, row)
    except ToolError as error:
        return _render_question(ask, row, error.status, wrong=error.message)
    return _render_question(ask, row, done=True)


def _require_row(ask: ScreenRequest) -> AuditRow:
    """The row whose change is to be taken back.

    Raises NotFound for one that changed no record, or another person's, and InstanceDecides.
    """
    require_own_records(ask.centre.settings)
    row = require_log_row(ask)
    if not (may_take_back(ask, row) and list_offers(ask, row)):
        raise NotFound("id", "change that you can take back")
    return row


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
