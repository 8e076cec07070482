"""Carries out a merge: in one transaction where that holds it, else in steps, of which the last one ends the merged record.

After every other step both records are there, and what has moved is with the kept one. A merge that stopped can be repeated:
it goes on where it stopped. Its undo takes back all of its steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from functools import partial
from typing import Final

from affino_mcp.catalogue.families.merging import MERGED_FIELDS
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.deadline import Pace
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.share_work import Stop, WriteShare, share_names, write_shares
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.merging.merge_plan import MergePlan, MergeRules, Piece, pack_pieces, plan_merge
from affino_mcp.instance.builtin.merging.merge_steps import count_moved, load_rows
from affino_mcp.instance.builtin.merging.merge_work import (
    Merge,
    begin_merge,
    describe,
    make_answer,
    write_end,
    write_share,
)
from affino_mcp.instance.port import Call, Done, RecordChange
from affino_mcp.value_class import work_class

MAX_ROUNDS: Final = 3
"""So often a merge looks for what has been put to the merged record while it was moving the rest."""


def merge_records(rules: MergeRules, records: Records, method: Method, values: Values, call: Call) -> Done:
    """Merges one record into another one; a dry run says what would move, in whatever number of steps."""
    merge = begin_merge(records, method, values, call)
    before = count_moved(load_rows(records, str(merge.kept_place), merge.steps))
    plan = plan_merge(rules, merge)
    if plan.is_whole:
        return write_end(merge, before)
    if merge.edited.change.is_dry_run:
        return _rehearse_steps(plan, before)
    return _MergeRun(records, method, values, call, rules, plan, before, before + merge.moved).carry()


def _rehearse_steps(plan: MergePlan, before: Counter[str]) -> Done:
    """The answer of a dry run of a merge in steps, each of whose records has been looked at."""
    change = plan.merge.edited.records.start_change(*_asked(plan.merge))
    change.changed_refs.append(str(plan.merge.kept_place))
    return change.commit(make_answer(plan.merge, before + plan.merge.moved, ended=True))


def _asked(merge: Merge) -> tuple[Method, Values, Call]:
    change = merge.edited.change
    return change.method, change.values, change.call


@work_class
class _MergeRun:
    """A merge in steps. `moved` is what all steps so far have moved, by kind, `whole` what there was to move."""

    records: Records
    method: Method
    values: Values
    call: Call
    rules: MergeRules
    plan: MergePlan
    moved: Counter[str]
    whole: Counter[str]
    pace: Pace = field(default_factory=Pace)
    packed: list[list[Piece]] = field(default_factory=list)
    last: Merge | None = None
    done: Done | None = None

    def carry(self) -> Done:
        """Carries the steps out; gives the answer of the whole merge, or of what was made when it had to stop."""
        for _ in range(MAX_ROUNDS):
            stop = self._write([self._begin_round])
            if stop is not None:
                return self._stop(stop, "")
            names = share_names(len(self.packed) + 1)
            steps = [partial(self._write_step, *each) for each in zip(self.packed, names[:-1], strict=True)]
            stop = self._write(steps) or self._write([partial(self._write_end, names[-1])])
            if stop is not None:
                return self._stop(stop, names[min(stop.place, len(names) - 1)])
            if self.done is not None:
                return self.done
        return self._stop(Stop(0, reason="More was put to the merged record meanwhile."), "")

    def _write(self, shares: Sequence[WriteShare]) -> Stop | None:
        return write_shares(shares, self.pace, is_begun=self.last is not None)

    def _begin_round(self) -> None:
        """Packs what is to move in this round into steps, and takes their part of the budget."""
        self.packed = pack_pieces(self.plan)
        self.call.charge_items(len(self.packed))

    def _begin(self) -> Merge:
        return begin_merge(self.records, self.method, self.values, self.call)

    def _write_step(self, pieces: Sequence[Piece], name: str) -> None:
        """Writes one step; what clashed with another writer is read anew for the next try."""
        merge = self._begin()
        self.rules.begin(merge)
        for piece in pieces:
            piece.move(merge)
        self.rules.check(merge)
        try:
            write_share(merge, self.moved, name)
        except ConcurrentWrite:
            self.plan.reload(pieces)
            raise
        self.moved += merge.moved
        self.last = merge

    def _write_end(self, name: str) -> None:
        """Writes the last step, unless there is more to move by now: that is then the plan of the next round."""
        self.plan = plan_merge(self.rules, self._begin())
        if self.plan.is_whole:
            self.done = write_end(self.plan.merge, self.moved, name)

    def _stop(self, stop: Stop, share: str) -> Done:
        """The answer of a merge that stopped, with a warning and a row of the log."""
        assert self.last is not None  # what the first step raises is raised
        merge, argument = self.last, MERGED_FIELDS[self.method.name].name
        rest = +(self.whole - self.moved)
        self.call.warn(WarningCode.INCOMPLETE, argument, _describe_stop(merge, self.moved, rest, stop))
        ref = str(merge.kept_place)
        left = Done({}, ref, (ref,), changes=(RecordChange(ref, "incomplete", {}, {"NotMoved": dict(rest)}),))
        self.call.log.note_incomplete(left, self.call.warnings[-1:], share)
        return Done(make_answer(merge, self.moved, ended=False), ref, (ref,), sealed=True)


def _describe_stop(merge: Merge, moved: Counter[str], rest: Counter[str], stop: Stop) -> str:
    kept, other = (edit.before.document for edit in (merge.kept, merge.merged))
    which = f"{kept.record.words} {other.code}"
    text = f"Not merged as a whole yet. Moved: {describe(moved)}. {which.capitalize()} is still there, with {describe(rest)}."
    text += f" {stop.reason}" if stop.reason else ""
    text += " The step after these was sent and not answered: it may have been made too." if stop.is_unknown else ""
    text += " Repeat the same call: it goes on from here."
    return (
        f"{text} Or take back what moved: undo_change of {kept.record.words} {kept.code}, Version {kept.version + 1}."
    )
