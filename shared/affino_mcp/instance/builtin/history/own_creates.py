"""What one has just made oneself: it can be taken back without the right to delete."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.history import VERSION_FIELD
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry, entry_from_row, history_row_key
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.dependents import count_dependents
from affino_mcp.instance.port import Call, RecordRef

_MAKES_BOTH: Final = "create_account"
_DELETE_RIGHT: Final = "contacts.delete"
FRESH: Final = timedelta(days=1)
"""For how long after its creation a record can be taken back by whoever made it."""


def find_made_with(records: Records, call: Call, entry: HistoryEntry) -> list[RecordState]:
    """The contact that was made with an account, if the person may take it back too; warns of one that stays.

    It stays when it has changed since, or when something else than the account hangs on it.
    """
    places = [RecordRef.parse(ref) for ref in entry.other_refs] if entry.method == _MAKES_BOTH else []
    found = list[RecordState]()
    for place in (place for place in places if place.family == CONTACT.family):
        stored = records.load_record(*place)
        row = records.db.get(records.table, history_row_key(str(place), 1))
        if stored is None or row is None or entry.ref not in row["others"]:
            continue
        if _may_go_too(records, call, entry_from_row(row), stored):
            found.append(stored)
        else:
            text = (
                f"Contact {place.code}, which was made with it, stays: it is used or changed, or you may not delete it."
            )
            call.warn(WarningCode.NO_CHANGE, VERSION_FIELD.name, text)
    return found


def _may_go_too(records: Records, call: Call, entry: HistoryEntry, stored: RecordState) -> bool:
    if not call.writable(Family.CONTACTS):
        return False
    is_as_made = stored.document.version == entry.version and not count_dependents(records, stored)
    return is_own_fresh_create(records, call, entry, stored) or (
        is_as_made and call.actor.has_right(_DELETE_RIGHT, call.at)
    )


def is_own_fresh_create(records: Records, call: Call, entry: HistoryEntry, stored: RecordState) -> bool:
    """True for a record that the person made within a day, that has not changed since, and that nothing hangs on."""
    mine = entry.by is not None and entry.by["UserCode"] == call.actor.user_code
    fresh = call.at - datetime.fromisoformat(entry.at) <= FRESH
    if not (mine and fresh and stored.document.version == entry.version):
        return False
    made_with_it = Counter(RecordRef.parse(ref).family for ref in entry.other_refs)
    return not count_dependents(records, stored) - made_with_it
