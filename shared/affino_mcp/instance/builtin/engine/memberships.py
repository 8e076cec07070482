"""Rows of list memberships: the members of a list, the lists of a member, and the number of members of each list.

Adding or removing a member never writes the member's own row. The row that names a member's lists has a version of its
own, so that a deletion of the member and an addition to a list at the same moment conflict with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.engine.index import sortable_code
from affino_mcp.instance.builtin.engine.record_state import RecordState
from affino_mcp.store.ops import Check, Condition, Database, Item, Key, Put, Update, absent, equals

MEMBER_SK: Final = "M#"
MAX_ROWS_PER_READ: Final = 100
"""Maximum number of rows of one batch read of the store."""

_COUNT_SK: Final = "N"
_LISTS_SK: Final = "L"
_LISTS_OF: Final = {kind.member.family: kind.record.family for kind in LIST_KINDS}


def member_key(family: str, code: int, member: int) -> Key:
    """The key of the row that says that a record is a member of a list. `family` is the list's."""
    return Key(record_key(family, code).pk, f"{MEMBER_SK}{sortable_code(member)}")


def lists_key(family: str, member: int) -> Key:
    """The key of the row that names a member's lists. `family` is the member's."""
    return Key(record_key(family, member).pk, _LISTS_SK)


def count_members(db: Database, table: str, family: str, codes: Sequence[int]) -> dict[int, int]:
    """The number of members of each of the lists, by list code."""
    keys = {code: Key(record_key(family, code).pk, _COUNT_SK) for code in codes}
    found = db.get_many(table, list(keys.values()))
    return {code: found[key]["count"] if key in found else 0 for code, key in keys.items()}


def add_to_member_count(change: Change, family: str, code: int, more: int) -> None:
    """Adds `more` to the stored number of members of a list."""
    change.add_operation(Update(change.table, Key(record_key(family, code).pk, _COUNT_SK), add={"count": more}))


def put_member_lists(change: Change, family: str, member: int, row: Item | None, lists: Iterable[int]) -> None:
    """Writes the lists that a member is on, on condition that the row has not changed since `row` was read."""
    key = lists_key(family, member)
    item: dict[str, Any] = {"pk": key.pk, "sk": key.sk, "version": row["version"] + 1 if row else 1}
    change.add_operation(Put(change.table, item | {"lists": sorted(lists)}, _version_condition(row)))


def _version_condition(row: Item | None) -> Condition:
    return equals("version", row["version"]) if row else absent()


def adjust_member_counts(db: Database, change: Change, before: RecordState | None, after: RecordState) -> None:
    """Adjusts the member counts of lists when a member is deleted or restored.

    The memberships themselves stay, so that a restored member is on the same lists again.
    """
    family = _LISTS_OF.get(after.document.family)
    if family is None or before is None or before.document.deleted == after.document.deleted:
        return
    key = lists_key(after.document.family, after.document.code)
    row = db.get(change.table, key)
    change.add_operation(Check(change.table, key, _version_condition(row)))
    for code in row["lists"] if row else ():
        add_to_member_count(change, family, code, -1 if after.document.deleted else 1)
