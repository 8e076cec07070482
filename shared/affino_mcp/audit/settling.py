"""Settles what became of a row whose write was not answered: afterwards it is there, or can never be written."""

from __future__ import annotations

from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.store.ops import ConditionFailed, Database, Put, StoreUnavailable, absent


def settle_row(db: Database, table: str, otherwise: AuditRow) -> Outcome | None:
    """Writes `otherwise` unless a row of its id is there; gives the outcome of the row that is there then.

    A transaction that writes a row of this id on the condition that there is none can no longer be carried out once
    `otherwise` is written. Gives None when the store does not tell.
    """
    try:
        db.put(Put(table, row_item(otherwise), absent()))
    except ConditionFailed as failed:
        return Outcome(failed.item["outcome"]) if failed.item else None
    except StoreUnavailable:
        return None
    return otherwise.outcome
