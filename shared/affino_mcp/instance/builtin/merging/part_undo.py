"""How the part of one record in a merge goes back: what the merge changed in it, if it is still as the merge left it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.history import VERSION_FIELD
from affino_mcp.catalogue.families.merging import MERGED_FIELDS, MERGED_FROM, MERGED_INTO, MERGING_FROM, MOVED
from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.shared import MOVED_SCOPE
from affino_mcp.catalogue.families.tasks import TASK
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.crm.opportunity_people import require_participation
from affino_mcp.instance.builtin.engine import change_journal
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.memberships import LIST_FAMILIES
from affino_mcp.instance.port import Call, RecordRef, linked_family
from affino_mcp.store.ops import Item, Query, SortSpan
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import value_class

MAX_LATER_CHANGES: Final = 50
"""Behind so many later changes of a record its part of the merge is found."""
_NOTED: Final = (MERGED_FROM, MERGING_FROM, MERGED_INTO, MOVED)
_ABOUT: Final = (NOTE.family, TASK.family)


@value_class
class Part:
    """A record as it is now, and the entry of its history that the merge made."""

    stored: RecordState
    entry: HistoryEntry


def load_parts(records: Records, places: Sequence[RecordRef], request: str) -> Iterator[Part]:
    """The parts of some records in what one request did; two batch reads for all notes and tasks that have not changed since.

    Raises Conflict, naming the record, for one that is gone, or has changed so often since that its part is not found.
    """
    known = records.load_documents([place for place in places if place.family in _ABOUT])
    keys = {place: change_journal.history_row_key(str(place), document.version) for place, document in known.items()}
    rows = records.db.get_many(records.table, list(keys.values())) if keys else {}
    for place in places:
        stored = RecordState(known[place]) if place in known else None
        if place.family not in _ABOUT:
            stored = records.load_record(*place)
        row = rows.get(keys[place]) if place in keys else None
        entry = change_journal.entry_from_row(row) if row and _is_of(row, request) else None
        entry = entry or _find_entry(records, str(place), request)
        if stored is None or entry is None:
            raise changed_error(str(place), [])
        yield Part(stored, entry)


def _is_of(row: Item, request: str) -> bool:
    return bool(row["request_id"] == request and row["method"] in MERGED_FIELDS)


def _find_entry(records: Records, ref: str, request: str) -> HistoryEntry | None:
    span = SortSpan(prefix=HISTORY_SK)
    rows = records.db.query(Query(records.table, ref, span=span, forward=False, limit=MAX_LATER_CHANGES)).items
    row = next((row for row in rows if _is_of(row, request)), None)
    return change_journal.entry_from_row(row) if row else None


def require_as_moved(call: Call, part: Part) -> None:
    """Raises PermissionDenied for what the person may not change, Conflict for what has changed since the merge."""
    document = part.stored.document
    if document.family in _ABOUT:
        require_ownership(call, document)
    if document.family == OPPORTUNITY.family:
        require_participation(call, part.stored)
    now = {**part.stored.history_values(), MOVED_SCOPE.name: subject_record.scope_arguments(document)}
    if moved := [name for name in _list_own(part.entry) if now.get(name) != part.entry.after[name]]:
        raise changed_error(document.ref, moved)


def put_back(edit: RecordEdit, entry: HistoryEntry) -> None:
    """Sets what the merge changed in a record back."""
    for name in _list_own(entry):
        _set_back(edit, name, entry.before[name])
    if MERGED_INTO in entry.after:
        edit.deleted, edit.system[MERGED_INTO] = False, None
        edit.noted[MERGED_INTO] = (entry.after[MERGED_INTO], None)
    if MOVED in entry.after:
        edit.noted[MOVED] = (entry.after[MOVED], None)


def _list_own(entry: HistoryEntry) -> list[str]:
    """The attributes and links of the record itself; the lists that it is on are not among them."""
    return [name for name in entry.after if name not in _NOTED and linked_family(name) not in LIST_FAMILIES.values()]


def _set_back(edit: RecordEdit, name: str, value: Any) -> None:
    if name == MOVED_SCOPE.name:
        ((argument, code),) = value.items()
        edit.move_to(RecordRef(subject_record.SUBJECT_FAMILIES[argument], code))
    elif linked_family(name):
        edit.relations[name] = value
    else:
        edit.values[name] = value


def changed_error(ref: str, names: list[str]) -> Conflict:
    """The refusal to undo a merge, one record of which has changed since."""
    what = f" ({', '.join(names)})" if names else ""
    text = f"{ref} has changed since the merge{what}, so it is not undone as a whole."
    return Conflict(f"{text} Undo that change first.", argument=VERSION_FIELD.name, Attributes=names or None)
