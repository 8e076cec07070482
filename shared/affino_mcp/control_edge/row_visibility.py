"""Reduces a row of the API Log to what the person who asks may see."""

from __future__ import annotations

from dataclasses import replace

from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow
from affino_mcp.audit.visible_changes import restrict_changes
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.permissions import LOGS_READ


def restrict_row(ask: ScreenRequest, row: AuditRow) -> AuditRow:
    """The row with the changes that the person may see.

    It is whole for a person who may read the log, and for an operator's own action; otherwise see `restrict_changes`.
    """
    if ask.has_right(LOGS_READ) or row.channel == CONTROL_CHANNEL:
        return row
    seen = restrict_changes(row.changes, row.record, lambda family: ask.has_right(f"{family}.read"))
    return replace(row, changes=seen)
