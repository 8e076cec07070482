"""The plan of a merge: everything that hangs on the merged record, and the steps in which it moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from itertools import groupby
from typing import Final

from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.index import MAX_ROWS_PER_READ, facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import ROOM, RecordEdit
from affino_mcp.instance.builtin.merging.memberships import held_lists
from affino_mcp.instance.builtin.merging.merge_work import Merge, describe, prepare_end
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import value_class, work_class

MAX_HANGING: Final = 2000
"""So many records hang at most on one that is merged."""
LISTS_AT_THE_END: Final = 10
"""So many lists pass on in the last step; the others before it."""
_SPARE: Final = 12
"""Operations of a step that are not reckoned: checks, counts, and what has grown meanwhile."""
_LIST_ROWS: Final = 3
_ROWS_PER_QUERY: Final = 500


@value_class
class MovedKind:
    """One kind of record that hangs on a merged one: the facet that lists it, and what changes in one that moves."""

    name: str
    family: str
    facet: Callable[[RecordRef], str]
    change: Callable[[Merge, RecordEdit], None]
    has_relations: bool = True


@value_class
class Piece:
    """What moves in one step: so many writes (`size`), and so many words that are written with them if there is room.

    `move` adds it to a step. `place` is the record that hangs on the merged one; None for a part of the two records themselves,
    which changes both.
    """

    size: int
    move: Callable[[Merge], None]
    place: RecordRef | None = None
    words: int = 0


@value_class
class MergeRules:
    """What merges of one family are made of.

    `begin` joins in every step what must not wait for the end, `end` what the last one joins, and `check` is asked in every
    step once its records are edited. `parts` gives what can pass on before the end of the two records themselves.
    """

    kinds: Sequence[MovedKind]
    begin: Callable[[Merge], None]
    end: Callable[[Merge], None]
    check: Callable[[Merge], None]
    parts: Callable[[Merge], Sequence[Piece]]


@work_class
class MergePlan:
    """The plan: `merge` is the whole merge, saved if one step holds it (`is_whole`); `pieces` are what steps before it move.

    `states` holds what hangs on the merged record, as it was read last.
    """

    rules: MergeRules
    merge: Merge
    states: dict[RecordRef, tuple[MovedKind, RecordState]] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    is_whole: bool = False

    def move(self, merge: Merge, place: RecordRef) -> None:
        """Adds a record that hangs on the merged one to a step, if it still does."""
        kind, stored = self.states[place]
        facets = merge.edited.records.facets[place.family](stored)
        if not stored.document.deleted and kind.facet(merge.merged_place) in facets.rows:
            kind.change(merge, merge.edited.edit(stored))
            merge.moved[kind.name] += 1

    def reload(self, pieces: Iterable[Piece]) -> None:
        """Reads the records of some pieces anew."""
        for place in filter(None, (piece.place for piece in pieces)):
            stored = self.merge.edited.records.load_including_deleted(*place)
            if stored is not None:
                self.states[place] = (self.states[place][0], stored)


def plan_merge(rules: MergeRules, merge: Merge) -> MergePlan:
    """Looks through everything that hangs on the merged record.

    Raises PermissionDenied for what the person may not change, and Conflict for more than a merge can move.
    """
    rules.begin(merge)
    rules.end(merge)
    plan, own = MergePlan(rules, merge), len(merge.edited.edits)
    lists = held_lists(merge.edited.records, merge.merged_place)
    for kind, stored in _load_hanging(plan, len(lists)):
        _plan_record(plan, kind, stored)
    rules.check(merge)
    moving = sum(piece.size for piece in plan.pieces)
    prepare_end(merge)
    parts = rules.parts(merge)
    if moving <= ROOM and _save_whole(plan):
        return plan
    later = lists[LISTS_AT_THE_END:]
    plan.pieces = [*parts, *map(_list_piece, later), *plan.pieces]
    _require_end(plan, own, len(parts), len(lists))
    return plan


def _save_whole(plan: MergePlan) -> bool:
    plan.merge.edited.save()
    plan.is_whole = plan.merge.edited.count_needed() <= ROOM
    return plan.is_whole


def _load_hanging(plan: MergePlan, lists: int) -> Iterator[tuple[MovedKind, RecordState]]:
    """Every record that hangs on the merged one, with its kind. Raises Conflict for too many."""
    places = {kind: _find_hanging(plan.merge, kind) for kind in plan.rules.kinds}
    found = Counter[str]({"lists": lists, **{kind.name: len(some) for kind, some in places.items()}})
    if found.total() > MAX_HANGING:
        text = f"More than {MAX_HANGING:,} records hang on it (among them {describe(found)}), and a merge moves at most so many."
        raise Conflict(f"{text} Move or delete some first: update_note and update_task with Scope move one each.")
    for kind, some in places.items():
        for stored in _load_states(plan.merge.edited.records, kind, some):
            yield kind, stored


def _find_hanging(merge: Merge, kind: MovedKind) -> list[RecordRef]:
    """The records of one kind that hang on the merged one, but for those that the end edits; at most one more than can move."""
    records, partition = merge.edited.records, facet_partition(kind.family, kind.facet(merge.merged_place))
    found, start = list[RecordRef](), None
    while len(found) <= MAX_HANGING:
        page = records.db.query(Query(records.table, partition, start=start, limit=_ROWS_PER_QUERY))
        found += [RecordRef(kind.family, row["code"]) for row in page.items]
        start = page.next
        if start is None:
            break
    return [place for place in found[: MAX_HANGING + 1] if place not in merge.edited.edits]


def _load_states(records: Records, kind: MovedKind, places: Sequence[RecordRef]) -> Iterator[RecordState]:
    if kind.has_relations:
        yield from filter(None, (records.load_record(*place) for place in places))
        return
    for start in range(0, len(places), MAX_ROWS_PER_READ):
        found = records.load_documents(places[start : start + MAX_ROWS_PER_READ])
        yield from map(RecordState, found.values())


def _plan_record(plan: MergePlan, kind: MovedKind, stored: RecordState) -> None:
    place, edited = stored.document.place, plan.merge.edited
    plan.states[place] = (kind, stored)
    plan.move(plan.merge, place)
    if place in edited.edits:
        size, words = edited.count_rows(edited.edits[place])
        plan.pieces.append(Piece(size, lambda merge: plan.move(merge, place), place, words))


def _list_piece(code: int) -> Piece:
    return Piece(_LIST_ROWS, lambda merge: merge.lists.append(code))


def _count_own_rows(plan: MergePlan) -> tuple[int, int]:
    """How many writes the kept record and the merged one take at most."""
    kept, merged = (plan.merge.edited.count_rows(edit)[0] for edit in (plan.merge.kept, plan.merge.merged))
    return kept, merged


def _require_end(plan: MergePlan, own: int, parts: int, lists: int) -> None:
    """Raises Conflict unless the last step can hold what is left once everything else has moved.

    Of the records that the end edits (`own`), and the lists, some pass on before: `parts`, with one more row in each of the two.
    """
    edits = list(plan.merge.edited.edits.values())[2:own]
    others = [plan.merge.edited.count_rows(edit)[0] for edit in edits]
    kept, merged = _count_own_rows(plan)
    needed = kept + merged - 2 * parts + sum(others[: max(0, len(others) - parts)]) - max(0, lists - LISTS_AT_THE_END)
    if needed > ROOM or not plan.pieces:
        text = f"The last step of this merge would take {needed} writes, and one holds {ROOM}. Remove some links, topics or lists"
        raise Conflict(f"{text} of the two records first, then repeat.")


def pack_pieces(plan: MergePlan) -> list[list[Piece]]:
    """The pieces in steps, each of which one transaction holds."""
    kept, merged = _count_own_rows(plan)
    room, steps, left = ROOM - kept - _SPARE, list[list[Piece]](), 0
    for is_own, pieces in groupby(plan.pieces, key=lambda piece: piece.place is None):
        holds, left = max(1, room - merged if is_own else room), 0
        for piece in pieces:
            size = max(piece.size, min(piece.size + piece.words, holds))
            if size > left:
                steps.append([])
                left = holds
            steps[-1].append(piece)
            left -= size
    return steps
