"""Adds the restore of a deleted record to a change, whoever restores it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.history import rejoining, restore_check, undo_context
from affino_mcp.instance.builtin.history.guarding import load_guards
from affino_mcp.instance.builtin.history.rejoining import Rejoined, Rejoining
from affino_mcp.instance.port import RecordRef

_ALONE: Final = {ACCOUNT.family, CONTACT.family}
"""The families whose records can be deleted together, and come back each by itself."""


def _needs_others(entry: HistoryEntry) -> bool:
    """True for a record that was deleted together with others, without which it is not what it was."""
    families = {RecordRef.parse(ref).family for ref in entry.other_refs}
    return bool(families) and not _ALONE.issuperset({RecordRef.parse(entry.ref).family, *families})


def add_restored(records: Records, change: Change, stored: RecordState, entry: HistoryEntry) -> Rejoined:
    """Adds to a change what restores a deleted record; gives what comes back with it, and what does not.

    Takes the record, and the history entry of its deletion. Raises Conflict for a record that cannot come back alone, and
    NotFound when the record that it is a part of does not exist.
    """
    restore_check.require_not_merged(stored.document)
    document = replace(stored.document.next_version(change.call, entry.before), deleted=False)
    after = replace(stored, document=document)
    guards.require_unchanged(change, *load_guards(records, [document])[document.ref].values())
    rejoin = rejoining.REJOIN.get(document.family)
    if rejoin is not None:
        return rejoin(Rejoining(records, change, stored, after, entry))
    if _needs_others(entry):
        raise undo_context.changed_together_error(document.family, entry)
    records.save_record(change, stored, after)
    return Rejoined()
