"""One transaction of a merge: the two records, what moves in it, and how it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.merging import (
    DIFFERENT,
    FILLED,
    MERGED_FIELDS,
    MERGED_FROM,
    MERGED_INTO,
    MERGING_FROM,
    MOVED,
)
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.index import count_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import EditedRecords, RecordEdit
from affino_mcp.instance.builtin.merging.filled_values import FilledValues, fill_values
from affino_mcp.instance.builtin.merging.memberships import LIST_FAMILIES, join_lists, move_lists
from affino_mcp.instance.builtin.merging.merge_steps import MergeStep, note_steps, read_steps
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Check, Item, Update, absent, all_of, equals
from affino_mcp.tool_errors import Conflict, InvalidArgument
from affino_mcp.value_class import work_class


@work_class
class Merge:
    """One transaction that is being prepared: the two records, what moves, and what the kept one takes over.

    `lists` are those that the merged record leaves to the kept one before the end; `counted` is what the merged record counted
    before it was looked for what hangs on it.
    """

    edited: EditedRecords
    kept: RecordEdit
    merged: RecordEdit
    values: FilledValues
    moved: Counter[str] = field(default_factory=Counter)
    lists: list[int] = field(default_factory=list)
    counted: Item = field(default_factory=dict)

    @property
    def kept_place(self) -> RecordRef:
        """The record that is kept."""
        return self.kept.before.document.place

    @property
    def merged_place(self) -> RecordRef:
        """The record that is merged into it."""
        return self.merged.before.document.place

    @property
    def steps(self) -> list[MergeStep]:
        """The steps of this merge that have been made before."""
        return read_steps(self.kept.before.document, self.merged.before.document)


def begin_merge(records: Records, method: Method, values: Values, call: Call) -> Merge:
    """Loads both records of a call, as they are now.

    Raises PermissionDenied without the right to change the kept one, NotFound, and InvalidArgument for one record instead of two.
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
    merge.counted = records.db.get(records.table, count_key(merged.document.ref)) or {}
    return merge


def describe(numbers: Mapping[str, int]) -> str:
    """What moves, in running text."""
    told = [f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(numbers.items()) if number]
    return ", ".join(told) or "nothing"


def prepare_end(merge: Merge) -> None:
    """Adds to the change what ends the merge: the lists, the attributes, and the deletion of the merged record."""
    edited, kept, merged = merge.edited, merge.kept_place, merge.merged_place
    lists = join_lists(edited.records, edited.change, kept, merged)
    merge.moved[LIST_FAMILIES[kept.family]] += len(lists)
    merge.kept.values = merge.values.filled | merge.kept.values
    merge.kept.noted |= {MERGED_FROM: (None, merged.code)}
    merge.kept.noted |= {ref: (None, added) for ref, added in lists.items()}
    merge.merged.noted[MERGED_INTO] = (None, kept.code)
    merge.merged.system[MERGED_INTO] = kept.code
    merge.merged.deleted = True
    _note_step(merge)


def write_end(merge: Merge, before: Counter[str], share: str = "") -> Done:
    """Writes the end of a merge, which is saved; `before` is what earlier steps moved, by kind."""
    _require_counts(merge)
    merge.edited.change.share = share
    return merge.edited.change.commit(make_answer(merge, before + merge.moved, ended=True))


def write_share(merge: Merge, before: Counter[str], share: str) -> Done:
    """Writes a part of a merge, after which both records are there; see `write_end`. Raises Conflict."""
    edited, change = merge.edited, merge.edited.change
    _move_lists(merge)
    merge.kept.noted[MERGING_FROM] = (None, merge.merged_place.code)
    _note_step(merge)
    if merge.merged.changes_nothing:
        del edited.edits[merge.merged_place]
        change.require_version(merge.merged.before.document)
    edited.save()
    change.share, change.remembers_answer = share, False
    change.too_large = Conflict(
        f"These changed meanwhile, and are too large for one step now: {describe(merge.moved)}."
    )
    return change.commit(make_answer(merge, before + merge.moved, ended=False))


def _move_lists(merge: Merge) -> None:
    if not merge.lists:
        return
    edited, kept, merged = merge.edited, merge.kept_place, merge.merged_place
    joined, left = move_lists(edited.records, edited.change, kept, merged, merge.lists)
    merge.moved[LIST_FAMILIES[kept.family]] += len(joined)
    merge.kept.noted |= {ref: (None, added) for ref, added in joined.items()}
    merge.merged.noted |= {ref: (added, None) for ref, added in left.items()}


def _note_step(merge: Merge) -> None:
    kept, merged = merge.kept.before.document.version + 1, merge.merged.before.document.version + 1
    changed = not merge.merged.changes_nothing
    merge.kept.noted[MOVED] = (None, _without_none(merge.moved))
    note_steps(merge.kept, merge.merged, [*merge.steps, MergeStep(kept, merged if changed else 0)])


def make_answer(merge: Merge, moved: Mapping[str, int], *, ended: bool) -> dict[str, Any]:
    """The answer of a merge that moved so much; it took values over only when it has `ended`."""
    method = merge.edited.change.method
    assert method.record is not None  # see begin_merge
    codes = {method.record.code: merge.kept_place.code, MERGED_FIELDS[method.name].name: merge.merged_place.code}
    found = merge.values if ended else FilledValues()
    return {**codes, MOVED: _without_none(moved), FILLED: sorted(found.filled), DIFFERENT: found.different}


def _without_none(numbers: Mapping[str, int]) -> dict[str, int]:
    return {kind: number for kind, number in sorted(numbers.items()) if number}


def _require_counts(merge: Merge) -> None:
    """Makes the merge begin anew when somebody has linked or put something to the merged record since it was looked through."""
    change, key, row = merge.edited.change, count_key(str(merge.merged_place)), merge.counted
    amounts = change.counts.pop(key, Counter())
    names = dict.fromkeys((*amounts, "accounts", "contacts", "opportunities"))
    unchanged = all_of(*(equals(name, row[name]) if name in row else absent(name) for name in names))
    op = Update(change.table, key, add=dict(amounts), condition=unchanged)
    change.add_operation(op if amounts else Check(change.table, key, unchanged))
