"""A row of the API Log as the person who asks may see it."""

from __future__ import annotations

from dataclasses import replace

from affino_mcp.audit.changes import Change, only
from affino_mcp.audit.row import CONTROL, Row
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.control_edge.screen_request import Ask
from affino_mcp.gate.identity.permissions import LOGS_READ
from affino_mcp.instance.port import linked_family


def seen(ask: Ask, row: Row) -> Row:
    """The whole row for whoever may read the log, and of an operator's own action.

    Of a call of one's own, records of its own family show their values, if the person may still read that family; what
    changed with them in others is named with its deed alone, because nobody asked there whether the person may see it.
    """
    if ask.may(LOGS_READ) or row.channel == CONTROL:
        return row
    own = _family(row.record)
    return replace(row, changes=tuple(_seen(ask, own, change) for change in row.changes))


def _seen(ask: Ask, own: str, change: Change) -> Change:
    family = _family(change["record"])
    whole = family == own and ask.may(f"{family}.read")
    return only(change, lambda name: whole and _tells(ask, name))


def _tells(ask: Ask, name: str) -> bool:
    """Links to records of a family that the person may not read are left out, as in history."""
    to = linked_family(name)
    return to not in HISTORY_FAMILIES or ask.may(f"{_family(name)}.read")


def _family(ref: str) -> str:
    """The family whose rights a record follows; "" for none."""
    return HISTORY_FAMILIES.get(ref.partition("#")[0], "")
