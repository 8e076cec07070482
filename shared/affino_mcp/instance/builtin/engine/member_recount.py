"""Counts the members of a list anew."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.engine.index import MEMBER_SK, member_count_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.faults import ConditionFailed, TransactionFailed
from affino_mcp.store.ops import Condition, Item, Query, SortSpan, Update, absent, all_of, equals
from affino_mcp.store.paging import iterate_pages
from affino_mcp.store.retry import retry_on_conflict

_MEMBER_FAMILIES: Final = {kind.record.family: kind.member.family for kind in LIST_KINDS}


def recount_members(records: Records, ref: RecordRef, *, dry_run: bool = False) -> int:
    """Stores the true number of a list's members; gives how many rows were written: 0 where it was right, and elsewhere.

    A member that is deleted keeps its row and does not count. With `dry_run`, nothing is written. Raises StoreUnavailable.
    """
    if ref.family not in _MEMBER_FAMILIES:
        return 0
    return retry_on_conflict(lambda: _recount(records, ref, dry_run=dry_run))


def _recount(records: Records, ref: RecordRef, *, dry_run: bool) -> int:
    key = member_count_key(*ref)
    row = records.db.get(records.table, key)
    count = _count_live(records, ref)
    if count == (row or {}).get("count", 0):
        return 0
    if not dry_run:
        change = Update(records.table, key, assign={"count": count}, add={"changes": 1}, condition=_is_unchanged(row))
        try:
            records.db.update(change)
        except ConditionFailed as failed:
            raise TransactionFailed({0: failed.item}) from failed
    return 1


def _count_live(records: Records, ref: RecordRef) -> int:
    query = Query(records.table, record_key(*ref).pk, span=SortSpan(prefix=MEMBER_SK))
    count = 0
    for page in iterate_pages(records.db, query):
        keys = [record_key(_MEMBER_FAMILIES[ref.family], int(row["sk"].removeprefix(MEMBER_SK))) for row in page.items]
        members = records.db.get_many(records.table, keys) if keys else {}
        count += sum(not member["deleted"] for member in members.values())
    return count


def _is_unchanged(row: Item | None) -> Condition:
    """The condition that nobody has counted since the row was read."""
    if row is None:
        return absent()
    return all_of(
        equals("count", row["count"]), equals("changes", row["changes"]) if "changes" in row else absent("changes")
    )
