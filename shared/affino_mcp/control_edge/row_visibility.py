"""Reduces a row of the API Log to what the person who asks may see."""

from __future__ import annotations

from dataclasses import replace

from affino_mcp.audit.changes import Change, keep_shown_fields
from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.instance.port import linked_family


def restrict_row(ask: ScreenRequest, row: AuditRow) -> AuditRow:
    """The row with the changes that the person may see.

    It is whole for a person who may read the log, and for an operator's own action. In other rows, records of the call's
    own family show their values if the person may still read that family; of records of other families only the kind of
    change is left, because the call checked no right to read them.
    """
    if ask.has_right(LOGS_READ) or row.channel == CONTROL_CHANNEL:
        return row
    own = _rights_family(row.record)
    return replace(row, changes=tuple(_restrict_change(ask, own, change) for change in row.changes))


def _restrict_change(ask: ScreenRequest, own: str, change: Change) -> Change:
    family = _rights_family(change["record"])
    whole = family == own and ask.has_right(f"{family}.read")
    return keep_shown_fields(change, lambda name: whole and _may_see_field(ask, name))


def _may_see_field(ask: ScreenRequest, name: str) -> bool:
    """Whether a changed value may be seen: links to records of a family that the person may not read are left out."""
    to = linked_family(name)
    return to not in HISTORY_FAMILIES or ask.has_right(f"{_rights_family(name)}.read")


def _rights_family(ref: str) -> str:
    """The family whose rights apply to a record; "" for none."""
    return HISTORY_FAMILIES.get(ref.partition("#")[0], "")
