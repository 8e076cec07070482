"""The work of one merge: the two records, what moves, and the one transaction that writes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.merging import DIFFERENT, FILLED, MERGED_FIELDS, MERGED_FROM, MERGED_INTO, MOVED
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.index import count_key, facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.dependents import OPEN_TASKS, count_dependents
from affino_mcp.instance.builtin.merging.edited_records import EditedRecords, RecordEdit
from affino_mcp.instance.builtin.merging.filled_values import FilledValues, fill_values
from affino_mcp.instance.builtin.merging.memberships import LIST_FAMILIES, join_lists
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Check, Query, Update, absent, all_of, equals
from affino_mcp.tool_errors import Conflict, InvalidArgument

MAX_MOVED_RECORDS: Final = 40
"""So many records hang on one that is merged at most; fewer where they have many rows."""


@dataclass
class Merge:
    """One merge that is being prepared: the two records, what moves, and what the kept one takes over."""

    edited: EditedRecords
    kept: RecordEdit
    merged: RecordEdit
    values: FilledValues
    moved: Counter[str] = field(default_factory=Counter)

    @property
    def kept_place(self) -> RecordRef:
        """The record that is kept."""
        return self.kept.before.document.place

    @property
    def merged_place(self) -> RecordRef:
        """The record that is merged into it."""
        return self.merged.before.document.place

    def find(self, family: str, facet: str) -> list[RecordRef]:
        """The records of a family that a facet lists, at most as many as can be moved."""
        query = Query(self.edited.records.table, facet_partition(family, facet), limit=MAX_MOVED_RECORDS)
        return [RecordRef(family, row["code"]) for row in self.edited.records.db.query(query).items]


def begin_merge(records: Records, method: Method, values: Values, call: Call) -> Merge:
    """Loads both records of a call.

    Raises PermissionDenied without the right to change the kept one, NotFound, InvalidArgument for one record instead of two, and
    Conflict for too much that hangs on the other one.
    """
    record, other = method.record, MERGED_FIELDS[method.name].name
    assert record is not None  # every merge is about a record
    require_crossing(call, Crossing(other, Family(record.family), Access.WRITE))
    if values[record.code] == values[other]:
        raise InvalidArgument(other, f"{other} must be another {record.words} than {record.code}.")
    kept = records.require_record(record.family, record.code, values[record.code], record.words)
    merged = records.require_record(record.family, other, values[other], record.words)
    edited = EditedRecords(records, records.start_change(method, values, call))
    found = fill_values(record, kept.document.values, merged.document.values)
    merge = Merge(edited, edited.edit(kept), edited.edit(merged), found)
    _require_few(merge)
    return merge


def _require_few(merge: Merge) -> None:
    found = count_dependents(merge.edited.records, merge.merged.before)
    del found[OPEN_TASKS]
    if found.total() > MAX_MOVED_RECORDS:
        text = (
            f"{found.total()} records hang on it ({_describe(found)}), and one merge moves at most {MAX_MOVED_RECORDS}."
        )
        raise Conflict(f"{text} Move some first: update_note and update_task with Scope move one each.")


def _describe(numbers: Counter[str]) -> str:
    return (
        ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(numbers.items()) if number)
        or "nothing"
    )


def commit_merge(merge: Merge) -> Done:
    """Writes the merge: what moves, lists, attributes, and the deletion of the merged record.

    Raises Conflict when one transaction cannot hold it.
    """
    edited, kept, merged = merge.edited, merge.kept_place, merge.merged_place
    lists = join_lists(edited.records, edited.change, kept, merged)
    merge.moved[LIST_FAMILIES[kept.family]] += len(lists)
    merge.kept.values = merge.values.filled | merge.kept.values
    moved = {kind: number for kind, number in sorted(merge.moved.items()) if number}
    merge.kept.noted |= {MERGED_FROM: (None, merged.code), MOVED: (None, moved)}
    merge.kept.noted |= {ref: (None, added) for ref, added in lists.items()}
    merge.merged.noted[MERGED_INTO] = (None, kept.code)
    merge.merged.system[MERGED_INTO] = kept.code
    merge.merged.deleted = True
    edited.save(_describe(merge.moved))
    _require_counts(merge)
    return edited.change.commit(_answer(merge, moved))


def _answer(merge: Merge, moved: dict[str, int]) -> dict[str, Any]:
    method = merge.edited.change.method
    assert method.record is not None  # see begin_merge
    codes = {method.record.code: merge.kept_place.code, MERGED_FIELDS[method.name].name: merge.merged_place.code}
    return {**codes, MOVED: moved, FILLED: sorted(merge.values.filled), DIFFERENT: merge.values.different}


def _require_counts(merge: Merge) -> None:
    """Makes the merge begin anew when somebody links or puts something to the merged record before it is deleted."""
    records, change, key = merge.edited.records, merge.edited.change, count_key(str(merge.merged_place))
    row, amounts = records.db.get(records.table, key) or {}, change.counts.pop(key, Counter())
    names = dict.fromkeys((*amounts, "accounts", "opportunities"))
    unchanged = all_of(*(equals(name, row[name]) if name in row else absent(name) for name in names))
    op = Update(change.table, key, add=dict(amounts), condition=unchanged)
    change.add_operation(op if amounts else Check(change.table, key, unchanged))
