"""What can be done about a change in a row of the API Log: taking it back by one's own right, or restoring the record."""

from __future__ import annotations

from typing import NamedTuple

from affino_mcp.audit.channels import CONTROL_CHANNEL
from affino_mcp.audit.row import AuditRow, Outcome
from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.history import HISTORY_FAMILIES
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity.permissions import RECORDS_RESTORE
from affino_mcp.instance.record_restorer import RecordPresence


class RowOffer(NamedTuple):
    """A link of a row's page: its path and its words."""

    path: str
    words: str


def changed_record(row: AuditRow) -> str:
    """The record that the row's call changed: of several, one of the kind that its method is about; "" for none."""
    method = METHODS.get(row.method)
    kind = method.record.family if method and method.record else row.record.partition("#")[0]
    found = [change["record"] for change in row.changes if change["record"].startswith(f"{kind}#")]
    return row.record if row.record in found else next(iter(found), "")


def list_offers(ask: ScreenRequest, row: AuditRow) -> list[RowOffer]:
    """The links for the record that the row's call changed; the pages behind them say whether it is possible now.

    None where the records are in an instance elsewhere.
    """
    if ask.centre.settings.instance_url:
        return []
    record = changed_record(row)
    if row.outcome is not Outcome.OK or row.channel == CONTROL_CHANNEL or _rights_family(record) is None:
        return []
    kinds, found = {change["deed"] for change in row.changes if change["record"] == record}, list[RowOffer]()
    if may_take_back(ask, row):
        found.append(RowOffer(f"/logs/{row.profile_key}/{row.id}/take-back", "Take back"))
    if RecordPresence.DELETED in kinds and ask.has_right(RECORDS_RESTORE):
        found.append(RowOffer(f"/deleted/{record.replace('#', '/')}", "Restore"))
    return found


def may_take_back(ask: ScreenRequest, row: AuditRow) -> bool:
    """Whether undo could be allowed: it is the person's own change, or the person may change what is others'."""
    family = _rights_family(changed_record(row))
    mine = row.person_code is not None and row.person_code == ask.web_session.person.user_code
    return family is not None and (mine or ask.has_right(f"{family}.all"))


def _rights_family(record: str) -> Family | None:
    return HISTORY_FAMILIES.get(record.partition("#")[0])
