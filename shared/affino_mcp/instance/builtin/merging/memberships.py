"""The lists that a record is on: a merge puts the kept record on those of the other one, its undo takes it off again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.index import add_to_member_count, lists_key, member_key, put_member_lists
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Delete, Item, Put, absent, exists

LIST_FAMILIES: Final = {kind.member.family: kind.record.family for kind in LIST_KINDS}
"""The family of the lists that each family's records can be on."""
_ADDED: Final = ("AddedAt", "AddedBy")


Added = dict[str, dict[str, Any]]
"""When and by whom a record was added to lists, by the reference of each list."""


def join_lists(records: Records, change: Change, kept: RecordRef, merged: RecordRef) -> Added:
    """Puts one record on the lists of another one, as of when that was added; gives what is new."""
    own, family = _load_lists(records, kept), LIST_FAMILIES[kept.family]
    before = _held(own)
    more = sorted(_held(_load_lists(records, merged)) - before)
    if not more:
        return {}
    rows = records.db.get_many(records.table, [member_key(family, code, merged.code) for code in more])
    found = {key.pk: {name: row[name] for name in _ADDED} for key, row in rows.items()}
    _put_members(change, kept, found)
    for code in _codes(found):
        add_to_member_count(change, family, code, 1)
    put_member_lists(change, *kept, own, before.union(_codes(found)))
    return found


def move_lists(
    records: Records, change: Change, kept: RecordRef, merged: RecordRef, codes: Iterable[int]
) -> tuple[Added, Added]:
    """Takes one record off lists, and puts another one there in its place; gives what that one joined, and what this one left."""
    own, theirs = _load_lists(records, kept), _load_lists(records, merged)
    family, mine, leaving = LIST_FAMILIES[kept.family], _held(own), _held(theirs).intersection(codes)
    rows = records.db.get_many(records.table, [member_key(family, code, merged.code) for code in sorted(leaving)])
    left = {key.pk: {name: row[name] for name in _ADDED} for key, row in rows.items()}
    joined = {ref: added for ref, added in left.items() if RecordRef.parse(ref).code not in mine}
    _put_members(change, kept, joined)
    _drop_members(change, merged, left)
    for ref in left:
        add_to_member_count(change, family, RecordRef.parse(ref).code, 0 if ref in joined else -1)
    if joined:
        put_member_lists(change, *kept, own, mine.union(_codes(joined)))
    put_member_lists(change, *merged, theirs, _held(theirs) - leaving)
    return joined, left


def move_lists_back(
    records: Records, change: Change, kept: RecordRef, merged: RecordRef, joined: Iterable[str], left: Added
) -> bool:
    """Takes back what `move_lists` did; False when the kept record is not on all lists any more that it joined."""
    own, theirs = _load_lists(records, kept), _load_lists(records, merged)
    family, mine, gone = LIST_FAMILIES[kept.family], _held(own), set(joined)
    back = {ref: added for ref, added in left.items() if RecordRef.parse(ref).code not in _held(theirs)}
    _drop_members(change, kept, gone)
    _put_members(change, merged, back)
    for ref in gone | back.keys():
        add_to_member_count(change, family, RecordRef.parse(ref).code, (ref in back) - (ref in gone))
    if gone:
        put_member_lists(change, *kept, own, mine.difference(_codes(gone)))
    put_member_lists(change, *merged, theirs, _held(theirs).union(_codes(back)))
    return mine.issuperset(_codes(gone))


def _load_lists(records: Records, member: RecordRef) -> Item | None:
    return records.db.get(records.table, lists_key(*member))


def held_lists(records: Records, member: RecordRef) -> list[int]:
    """The codes of the lists that a record is on: one read."""
    return sorted(_held(_load_lists(records, member)))


def _held(row: Item | None) -> set[int]:
    return set(row["lists"] if row else ())


def _put_members(change: Change, member: RecordRef, added: Added) -> None:
    for ref, when in added.items():
        key = member_key(LIST_FAMILIES[member.family], RecordRef.parse(ref).code, member.code)
        change.add_operation(Put(change.table, {**key._asdict(), "code": member.code, **when}, absent()))


def _drop_members(change: Change, member: RecordRef, lists: Iterable[str]) -> None:
    for code in sorted(_codes(lists)):
        key = member_key(LIST_FAMILIES[member.family], code, member.code)
        change.add_operation(Delete(change.table, key, exists()))


def leave_lists(records: Records, change: Change, kept: RecordRef, lists: Sequence[str]) -> bool:
    """Takes a record off lists, by their references; False when it is not on all of them any more."""
    if not lists:
        return True
    own, gone = _load_lists(records, kept), set(_codes(lists))
    before = _held(own)
    _drop_members(change, kept, lists)
    for code in sorted(gone):
        add_to_member_count(change, LIST_FAMILIES[kept.family], code, -1)
    put_member_lists(change, *kept, own, before - gone)
    return gone <= before


def _codes(refs: Iterable[str]) -> list[int]:
    return [RecordRef.parse(ref).code for ref in refs]
