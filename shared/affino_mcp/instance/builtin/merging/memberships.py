"""The lists that a record is on: a merge puts the kept record on those of the other one, its undo takes it off again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.index import add_to_member_count, lists_key, member_key, put_member_lists
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Delete, Put, absent, exists

LIST_FAMILIES: Final = {kind.member.family: kind.record.family for kind in LIST_KINDS}
"""The family of the lists that each family's records can be on."""
_ADDED: Final = ("AddedAt", "AddedBy")


def join_lists(records: Records, change: Change, kept: RecordRef, merged: RecordRef) -> dict[str, dict[str, Any]]:
    """Puts one record on the lists of another one, as of when that was added; gives what is new, by the list's reference."""
    own = records.db.get(records.table, lists_key(*kept))
    theirs = records.db.get(records.table, lists_key(*merged))
    before, family = set(own["lists"] if own else ()), LIST_FAMILIES[kept.family]
    more = sorted(set(theirs["lists"] if theirs else ()) - before)
    if not more:
        return {}
    rows = records.db.get_many(records.table, [member_key(family, code, merged.code) for code in more])
    found = {key.pk: {name: row[name] for name in _ADDED} for key, row in rows.items()}
    for ref, added in found.items():
        key = member_key(family, RecordRef.parse(ref).code, kept.code)
        change.add_operation(Put(change.table, {**key._asdict(), "code": kept.code, **added}, absent()))
        add_to_member_count(change, family, RecordRef.parse(ref).code, 1)
    put_member_lists(change, *kept, own, before | set(_codes(found)))
    return found


def leave_lists(records: Records, change: Change, kept: RecordRef, lists: Sequence[str]) -> bool:
    """Takes a record off lists, by their references; False when it is not on all of them any more."""
    if not lists:
        return True
    own, family = records.db.get(records.table, lists_key(*kept)), LIST_FAMILIES[kept.family]
    before, gone = set(own["lists"] if own else ()), set(_codes(lists))
    for code in sorted(gone):
        change.add_operation(Delete(change.table, member_key(family, code, kept.code), exists()))
        add_to_member_count(change, family, code, -1)
    put_member_lists(change, *kept, own, before - gone)
    return gone <= before


def _codes(refs: Iterable[str] | Mapping[str, Any]) -> list[int]:
    return [RecordRef.parse(ref).code for ref in refs]
