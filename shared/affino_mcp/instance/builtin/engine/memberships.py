"""Memberships of lists as rows: who is on a list, which lists a member is on, and how many members a list has.

A member's own row is never touched. The row that names a member's lists has a version of its own, so that a member who is
deleted and a list that takes the member at the same moment cannot miss each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import KINDS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import record_key
from affino_mcp.instance.builtin.engine.index import padded
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.store.ops import Check, Condition, Database, Item, Key, Put, Update, absent, equals

MEMBER_SK: Final = "M#"
MOST_READ: Final = 100
"""How many rows the store gives at once."""

_COUNT_SK: Final = "N"
_LISTS_SK: Final = "L"
_LISTS_OF: Final = {kind.member.family: kind.record.family for kind in KINDS}


def member_key(family: str, code: int, member: int) -> Key:
    """Where a list says that this is a member."""
    return Key(record_key(family, code).pk, f"{MEMBER_SK}{padded(member)}")


def lists_key(family: str, member: int) -> Key:
    """Where a member's lists stand; `family` is the member's."""
    return Key(record_key(family, member).pk, _LISTS_SK)


def many(db: Database, table: str, keys: Iterable[Key]) -> dict[Key, Item]:
    """The rows that exist among any number of keys."""
    wanted, found = list(dict.fromkeys(keys)), dict[Key, Item]()
    for start in range(0, len(wanted), MOST_READ):
        found |= db.get_many(table, wanted[start : start + MOST_READ])
    return found


def counts(db: Database, table: str, family: str, codes: Sequence[int]) -> dict[int, int]:
    """How many members each of some lists has."""
    keys = {code: Key(record_key(family, code).pk, _COUNT_SK) for code in codes}
    found = many(db, table, keys.values())
    return {code: found[key]["count"] if key in found else 0 for code, key in keys.items()}


def count(change: Change, family: str, code: int, more: int) -> None:
    """Change a list's number of members."""
    change.add(Update(change.table, Key(record_key(family, code).pk, _COUNT_SK), add={"count": more}))


def names_lists(change: Change, family: str, member: int, row: Item | None, lists: Iterable[int]) -> None:
    """Write which lists a member is on, on condition that `row` is still how it stands."""
    key = lists_key(family, member)
    item: dict[str, Any] = {"pk": key.pk, "sk": key.sk, "version": row["version"] + 1 if row else 1}
    change.add(Put(change.table, item | {"lists": sorted(lists)}, _still(row)))


def _still(row: Item | None) -> Condition:
    return equals("version", row["version"]) if row else absent()


def follow(db: Database, change: Change, before: Stored | None, after: Stored) -> None:
    """Take a member who is deleted out of the counts of lists, and count one who is restored again.

    The memberships themselves stay, so that a restored member is on the same lists.
    """
    family = _LISTS_OF.get(after.document.family)
    if family is None or before is None or before.document.deleted == after.document.deleted:
        return
    key = lists_key(after.document.family, after.document.code)
    row = db.get(change.table, key)
    change.add(Check(change.table, key, _still(row)))
    for code in row["lists"] if row else ():
        count(change, family, code, -1 if after.document.deleted else 1)
