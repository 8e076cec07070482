"""Undoes a merge as one, from its last step to its first: everything that moved goes back, and both records are there again.

All that moved is looked at before anything goes back. An undo that stopped can be repeated: it goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from itertools import groupby
from typing import Any

from affino_mcp.catalogue.families.history import VERSION_FIELD
from affino_mcp.catalogue.families.merging import MERGED_FIELDS, MERGED_FROM, MERGING_FROM
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import DRY_RUN, Method
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.deadline import Pace
from affino_mcp.instance.builtin.engine.change_journal import HistoryEntry, entry_from_row, history_row_key
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.share_work import Stop, share_names, write_shares
from affino_mcp.instance.builtin.merging.edited_records import EditedRecords, RecordEdit
from affino_mcp.instance.builtin.merging.memberships import LIST_FAMILIES, leave_lists, move_lists_back
from affino_mcp.instance.builtin.merging.merge_steps import MergeStep, has_ended, load_rows, note_steps, read_steps
from affino_mcp.instance.builtin.merging.part_undo import Part, changed_error, load_parts, put_back, require_as_moved
from affino_mcp.instance.family_access import require_crossings
from affino_mcp.instance.port import Call, Done, RecordChange, RecordRef, linked_family
from affino_mcp.store.ops import Item
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import work_class

ViewOf = Callable[[HistoryEntry], Records]
"""Gives the records whose changes are the undo of one entry."""


def is_merge(entry: HistoryEntry) -> bool:
    """True for an entry of a kept record's history that a merge, or a step of one, made."""
    return MERGED_FROM in entry.after or MERGING_FROM in entry.after


def find_merged(entry: HistoryEntry) -> RecordRef:
    """The record that was merged into another one, in a step of a merge."""
    code = entry.after.get(MERGED_FROM, entry.after.get(MERGING_FROM))
    return RecordRef(RecordRef.parse(entry.ref).family, code)


def undo_merge(
    view_of: ViewOf, method: Method, values: Values, call: Call, entry: HistoryEntry, told: dict[str, Any]
) -> Done:
    """Undoes the whole merge that a history entry of the kept record belongs to; `told` is what the answer says of it.

    Raises Conflict, naming the record, when what the merge changed has changed since, and PermissionDenied for what the
    person may not change.
    """
    merged = find_merged(entry)
    require_crossings(call, METHODS[entry.method], {MERGED_FIELDS[entry.method].name: merged.code})
    return MergeUndo(view_of, method, values, call, RecordRef.parse(entry.ref), merged, told).carry(entry)


@work_class
class MergeUndo:
    """The undo of one merge of `merged` into `kept`."""

    view_of: ViewOf
    method: Method
    values: Values
    call: Call
    kept: RecordRef
    merged: RecordRef
    told: dict[str, Any]
    done: list[Done] = field(default_factory=list)

    def carry(self, entry: HistoryEntry) -> Done:
        """Undoes every step; gives the answer of the whole undo, or of what was undone when it had to stop."""
        view = self.view_of(entry)
        kept, merged = self._load_both(view)
        steps = _find_steps(kept, merged, entry)
        rows = load_rows(view, str(self.kept), steps)
        self._require_as_moved(view, rows[:-1])
        names = share_names(len(steps))
        undos = [
            partial(self._undo_step, row, names[number], is_last=number == len(rows) - 1)
            for number, row in enumerate(reversed(rows))
        ]
        if self.values.get(DRY_RUN.name):
            return undos[0]()
        self.call.charge_items(len(undos) - 1)
        stop = write_shares(undos, Pace())
        return self.done[-1] if stop is None else self._stop(stop, names[stop.place], len(steps))

    def _load_both(self, view: Records) -> tuple[RecordState, RecordState]:
        """Both records. Raises Conflict when the kept one is gone, or nothing is left of the other one."""
        kept, merged = view.load_record(*self.kept), view.load_including_deleted(*self.merged)
        if kept is None or merged is None:
            raise changed_error(str(self.merged if kept else self.kept), [])
        if merged.document.deleted and not has_ended(kept.document, merged.document):
            raise changed_error(str(self.merged), [])
        return kept, merged

    def _require_as_moved(self, view: Records, rows: Sequence[Item]) -> None:
        """Raises the refusal for a record that cannot go back, before anything does."""
        for request, some in groupby(rows, key=lambda row: row["request_id"]):
            others = dict.fromkeys(place for row in some for place in self._list_others(entry_from_row(row)))
            for part in load_parts(view, list(others), request):
                require_as_moved(self.call, part)

    def _list_others(self, entry: HistoryEntry) -> list[RecordRef]:
        places = [RecordRef.parse(ref) for ref in entry.other_refs]
        return [place for place in places if place not in (self.kept, self.merged)]

    def _undo_step(self, row: Item, share: str, *, is_last: bool) -> Done:
        entry = entry_from_row(row)
        view = self.view_of(entry)
        edited = EditedRecords(view, view.start_change(self.method, self.values, self.call))
        kept, merged = self._load_both(view)
        steps = _find_steps(kept, merged, entry)
        if steps[-1].kept != entry.version:
            raise _undone_error()
        kept_edit, merged_edit = edited.edit(kept), edited.edit(merged)
        former = self._put_pair_back(view, Part(kept, entry), merged, steps[-1], (kept_edit, merged_edit))
        for part in load_parts(view, self._list_others(entry), row["request_id"]):
            require_as_moved(self.call, part)
            put_back(edited.edit(part.stored), part.entry)
        self._put_lists_back(edited, entry, former)
        note_steps(kept_edit, merged_edit, steps[:-1])
        if merged_edit.changes_nothing:
            del edited.edits[self.merged]
            edited.change.require_version(merged.document)
        edited.save()
        edited.change.share, edited.change.remembers_answer = share, is_last
        self.done.append(edited.change.commit(self.told))
        return self.done[-1]

    def _put_pair_back(
        self,
        view: Records,
        kept: Part,
        merged: RecordState,
        step: MergeStep,
        edits: tuple[RecordEdit, RecordEdit],
    ) -> HistoryEntry | None:
        """Sets the two records back; gives the entry of the merged one, None when the step did not change it."""
        require_as_moved(self.call, kept)
        put_back(edits[0], kept.entry)
        key = history_row_key(str(self.merged), step.merged)
        row = view.db.get(view.table, key) if step.merged else None
        if row is None:
            return None
        former = Part(merged, entry_from_row(row))
        require_as_moved(self.call, former)
        put_back(edits[1], former.entry)
        return former.entry

    def _put_lists_back(self, edited: EditedRecords, kept: HistoryEntry, merged: HistoryEntry | None) -> None:
        family = LIST_FAMILIES[self.kept.family]
        joined = [name for name in kept.after if linked_family(name) == family]
        left = {name: merged.before[name] for name in merged.before if linked_family(name) == family} if merged else {}
        if left:
            is_back = move_lists_back(edited.records, edited.change, self.kept, self.merged, joined, left)
        else:
            is_back = leave_lists(edited.records, edited.change, self.kept, joined)
        if not is_back:
            raise changed_error(str(self.kept), joined)

    def _stop(self, stop: Stop, share: str, count: int) -> Done:
        """The answer of an undo that stopped, with a warning and a row of the log."""
        text = f"The merge is not undone as a whole yet: {stop.place} of its {count} steps are."
        text += f" {stop.reason}" if stop.reason else ""
        text += " The next one was sent and not answered: it may be undone too." if stop.is_unknown else ""
        text += " Repeat the same call: it goes on from here."
        self.call.warn(WarningCode.INCOMPLETE, VERSION_FIELD.name, text)
        ref, left = str(self.kept), {"StepsLeft": count - stop.place}
        rest = Done({}, ref, (ref,), changes=(RecordChange(ref, "incomplete", {}, left),))
        self.call.log.note_incomplete(rest, self.call.warnings[-1:], share)
        in_part = {name: {**undone, "How": "in part"} for name, undone in self.told.items()}
        return Done(in_part, ref, (ref,), sealed=True)


def _find_steps(kept: RecordState, merged: RecordState, entry: HistoryEntry) -> list[MergeStep]:
    """The steps that are to be undone. Raises Conflict when the merge of this entry has been undone already."""
    steps = read_steps(kept.document, merged.document)
    if not steps and MERGED_FROM in entry.after and has_ended(kept.document, merged.document):
        return [MergeStep(entry.version, merged.document.version)]
    if not steps or not (entry.version in [step.kept for step in steps] or entry.version > steps[-1].kept):
        raise _undone_error()
    return steps


def _undone_error() -> Conflict:
    return Conflict("This merge has been undone already.", argument=VERSION_FIELD.name)
