"""Which profile holds a name that somebody wants for another one, since when, and whether the same operator made it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from affino_mcp.admin.operator_audit import ActionSubject
from affino_mcp.audit.queries import LogQuery, search_log
from affino_mcp.control_edge.screen_request import ScreenRequest
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile_form import fold_profile_name
from affino_mcp.store.faults import StoreUnavailable

_ROW_DISTANCE: Final = timedelta(minutes=15)
"""How far from a profile's creation its rows are; longer ones are closed as not done."""


class NameHolder(NamedTuple):
    """The profile that has a name; `is_own` is True when the API Log says that this operator made it."""

    key: str
    name: str
    made: datetime
    is_own: bool


def find_name_holder(ask: ScreenRequest, name: str) -> NameHolder | None:
    """Gives the profile that has this name; None when there is none (any more)."""
    database, table = ask.centre.database, ask.centre.settings.gate_table
    held = database.get(table, row_keys.profile_name_key(fold_profile_name(name)))
    row = database.get(table, row_keys.profile_key(held["key"])) if held else None
    if held is None or row is None:
        return None
    made = datetime.fromisoformat(row["created"])
    return NameHolder(held["key"], row["name"], made, _is_made_by_asker(ask, held["key"], made))


def _is_made_by_asker(ask: ScreenRequest, key: str, made: datetime) -> bool:
    """Whether a row of the API Log says so; False when it says nothing or cannot be read."""
    centre = ask.centre
    record = ActionSubject.from_profile_key(key, "").record
    question = LogQuery(
        record=record,
        method="create_profile",
        since=made - _ROW_DISTANCE,
        until=made + _ROW_DISTANCE,
    )
    try:
        found = search_log(centre.database, centre.settings.audit_table, question, centre.clock(), reads=1).rows
    except StoreUnavailable:
        return False
    return any(row.person_code == ask.web_session.person.user_code for row in found)
