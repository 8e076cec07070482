"""What one has just made oneself: it can be taken back without the right to delete."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.dependents import count_dependents
from affino_mcp.instance.port import Call, RecordRef

FRESH: Final = timedelta(days=1)
"""For how long after its creation a record can be taken back by whoever made it."""


def is_own_fresh_create(records: Records, call: Call, entry: HistoryEntry, stored: RecordState) -> bool:
    """True for a record that the person made within a day, that has not changed since, and that nothing hangs on."""
    mine = entry.by is not None and entry.by["UserCode"] == call.actor.user_code
    fresh = call.at - datetime.fromisoformat(entry.at) <= FRESH
    if not (mine and fresh and stored.document.version == entry.version):
        return False
    made_with_it = Counter(RecordRef.parse(ref).family for ref in entry.other_refs)
    return not count_dependents(records, stored) - made_with_it
