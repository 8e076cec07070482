"""Undoes a merge as one: everything that moved goes back, and the merged record is there again."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.catalogue.families.history import VERSION_FIELD
from affino_mcp.catalogue.families.merging import MERGED_FIELDS, MERGED_FROM, MERGED_INTO, MOVED
from affino_mcp.catalogue.families.shared import MOVED_SCOPE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.crm.opportunity_people import require_participation
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import EditedRecords, RecordEdit
from affino_mcp.instance.builtin.merging.memberships import LIST_FAMILIES, leave_lists
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, Done, RecordRef, linked_family
from affino_mcp.store.ops import Item, Query, SortSpan
from affino_mcp.tool_errors import Conflict

MAX_LATER_CHANGES: Final = 50
"""Behind so many later changes of a record its part of the merge is found."""
_NOTED: Final = (MERGED_FROM, MERGED_INTO, MOVED)


def undo_merge(records: Records, method: Method, values: Values, call: Call, entry: HistoryEntry) -> Done:
    """Undoes the merge that a history entry of the kept record is about; `records` are those of the undo.

    Raises Conflict, naming the record, when what the merge changed has changed since, and PermissionDenied for what the
    person may not change.
    """
    merge = METHODS[entry.method]
    require_crossings(call, merge, {MERGED_FIELDS[merge.name].name: entry.after[MERGED_FROM]})
    edited = EditedRecords(records, records.start_change(method, values, call))
    kept = RecordRef.parse(entry.ref)
    lists = [name for name in entry.after if linked_family(name) == LIST_FAMILIES[kept.family]]
    request = _find_row(records, entry.ref, entry.version)["request_id"]
    for ref in (entry.ref, *entry.other_refs):
        _put_back(records, edited, call, RecordRef.parse(ref), request)
    if not leave_lists(records, edited.change, kept, lists):
        raise _changed_error(entry.ref, lists)
    edited.save(f"{len(entry.other_refs)} records go back")
    return edited.change.commit({})


def _find_row(records: Records, ref: str, version: int) -> Item:
    row = records.db.get(records.table, change_journal.history_row_key(ref, version))
    assert row is not None  # the undo read the entry from it
    return row


def _put_back(records: Records, edited: EditedRecords, call: Call, place: RecordRef, request: str) -> None:
    stored = records.load_including_deleted(*place)
    entry = _find_part(records, str(place), request)
    if stored is None or entry is None or stored.document.deleted != (MERGED_INTO in entry.after):
        raise _changed_error(str(place), [])
    _require_may_change(call, stored)
    edit, now = edited.edit(stored), _current_values(stored)
    names = [name for name in entry.after if name not in _NOTED and linked_family(name) not in LIST_FAMILIES.values()]
    if moved := [name for name in names if now.get(name) != entry.after[name]]:
        raise _changed_error(str(place), moved)
    for name in names:
        _set_back(edit, name, entry.before[name])
    if MERGED_INTO in entry.after:
        edit.deleted, edit.system[MERGED_INTO] = False, None
        edit.noted[MERGED_INTO] = (entry.after[MERGED_INTO], None)


def _find_part(records: Records, ref: str, request: str) -> HistoryEntry | None:
    """The entry of a record's history that the merge made; None behind too many later changes."""
    span = SortSpan(prefix=HISTORY_SK)
    rows = records.db.query(Query(records.table, ref, span=span, forward=False, limit=MAX_LATER_CHANGES)).items
    found = (row for row in rows if row["request_id"] == request and row["method"] in MERGED_FIELDS)
    row = next(found, None)
    return change_journal.entry_from_row(row) if row else None


def _require_may_change(call: Call, stored: RecordState) -> None:
    if stored.document.family in ("notes", "tasks"):
        require_ownership(call, stored.document)
    if stored.document.family == "opportunities":
        require_participation(call, stored)


def _current_values(stored: RecordState) -> dict[str, Any]:
    return {**stored.history_values(), MOVED_SCOPE.name: subject_record.scope_arguments(stored.document)}


def _set_back(edit: RecordEdit, name: str, value: Any) -> None:
    if name == MOVED_SCOPE.name:
        ((argument, code),) = value.items()
        edit.move_to(RecordRef(subject_record.SUBJECT_FAMILIES[argument], code))
    elif linked_family(name):
        edit.relations[name] = value
    else:
        edit.values[name] = value


def _changed_error(ref: str, names: list[str]) -> Conflict:
    what = f" ({', '.join(names)})" if names else ""
    text = f"{ref} has changed since the merge{what}, so it is not undone as a whole. Nothing was changed."
    return Conflict(f"{text} Undo that change first.", argument=VERSION_FIELD.name, Attributes=names or None)
