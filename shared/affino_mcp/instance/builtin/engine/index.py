"""Index rows: lists and searches find records through them without scanning the table.

A record has one row per facet (`all`, `type=3`, `mine=7`, ...), sorted by code and, through the table's local indexes,
by name, creation, change or due date; for searches it has word rows (word_index.py). All rows change in the same
transaction as the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from affino_mcp.catalogue.families.member_lists import LIST_KINDS
from affino_mcp.clock import with_microseconds
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, record_key
from affino_mcp.plain_text import look, plain
from affino_mcp.store.ops import (
    Check,
    Condition,
    Database,
    Delete,
    Item,
    Key,
    Put,
    Query,
    SortSpan,
    Update,
    absent,
    equals,
)
from affino_mcp.value_class import value_class

LAYOUT: Final = 5
"""The layout of index rows: raised by whoever changes which rows a record has here or in word_index.py, or what they hold,
how texts are made plain and cut into words (plain_text.py, search_words.py, telephone_numbers.py) with them.

A reindex then brings the rows of older records to the new one (docs/operating.md).
"""
WAITS: Final = "waits"
"""The facet of what waits for somebody's decision."""
NO_DATE: Final = "~"
"""Sort value of a missing date: sorts after every date."""
SORT_INDEXES: Final = {
    "Code": (None, "sk"),
    "Name": ("ByName", "name"),
    "Title": ("ByName", "name"),
    "Created": ("ByCreated", "created"),
    "Updated": ("ByUpdated", "updated"),
    "Due": ("ByDue", "due"),
    "CloseDate": ("ByDue", "due"),
}
"""Maps a SortBy word to the table's index and its sort attribute (None: the table itself)."""
MEMBER_SK: Final = "M#"
MAX_ROWS_PER_READ: Final = 100
"""Maximum number of rows of one batch read of the store."""
MAX_ALIKE: Final = 5
"""Most records that look alike and are named."""
_COUNT_SK: Final = "N"
_LISTS_SK: Final = "L"
_LISTS_OF: Final = {kind.member.family: kind.record.family for kind in LIST_KINDS}


@value_class
class Facets:
    """The facets that a record can be listed by.

    `rows` get an index row each; `tags` can only narrow a list down. `counted` names the records (`accounts#12`) that
    keep a count of this one.
    """

    rows: tuple[str, ...]
    tags: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()


def sortable_code(code: int) -> str:
    """A code as sortable text, padded with zeros."""
    return f"{code:016d}"


def facet_partition(family: str, facet: str) -> str:
    """The partition key of the rows of one facet."""
    return f"F#{family}#{facet}"


def topic_tags(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The facets of the topics of a record; of a list's arguments, the facets of the topics that it filters by."""
    return tuple(f"topic={code}" for code in values.get("TopicCodes", ()))


def count_key(ref: str) -> Key:
    """The key of the row that counts, per family, the records that belong to this record."""
    return Key(f"C#{ref}", "A")


def index_rows(document: Document, facets: Facets) -> dict[Key, Item]:
    """The facet rows of a record by their keys; none when the record is deleted."""
    if document.deleted:
        return {}
    return {Key(item["pk"], item["sk"]): item for item in _facet_rows(document, facets)}


def name_prefix(label: str) -> str:
    """The beginning of the index's name key for this label.

    The prefix ends with a character below every letter, so that Orbital sorts before Orbital Labs.
    """
    return f"{plain(label)[:40]}\x1f"


def find_alike(db: Database, table: str, family: str, label: str) -> list[int]:
    """The codes of the first records of a kind whose names look like this one: one query of at most 100 rows.

    Only names that begin with the same word, in letters and digits, are found.
    """
    folded = plain(label)
    first = "".join(takewhile(str.isalnum, folded))[:40] or folded[:40]
    query = Query(
        table,
        facet_partition(family, "all"),
        index="ByName",
        sort="name",
        span=SortSpan(prefix=first),
        limit=MAX_ROWS_PER_READ,
    )
    wanted = look(folded[:40])
    return [row["code"] for row in db.query(query).items if look(row["name"].partition("\x1f")[0]) == wanted][
        :MAX_ALIKE
    ]


def sort_keys(document: Document) -> dict[str, str]:
    """The record's sort values, by the sort attribute of each index.

    Each value ends with the code, so that no two records have the same one.
    """
    code = sortable_code(document.code)
    keys = {
        "sk": code,
        "name": f"{name_prefix(document.label)}{code}",
        "created": f"{document.system['CreatedDate']}#{code}",
        "updated": f"{document.system['UpdatedDate']}#{code}",
    }
    if document.record.due:
        keys["due"] = f"{_due_sort_value(document.values.get(document.record.due))}#{code}"
    return keys


def due_of_sort_value(value: str) -> str | None:
    """The due date in a sort value of an index row; None for a record without one."""
    due = value.partition("#")[0]
    return None if due == NO_DATE else due


def _due_sort_value(value: str | None) -> str:
    """Sort value of a due date: a day is kept; a time gets its microseconds, so that times compare as text."""
    if value is None:
        return NO_DATE
    return with_microseconds(value) if "T" in value else value


def _facet_rows(document: Document, facets: Facets) -> Iterable[Item]:
    keys = sort_keys(document)
    for facet in dict.fromkeys(("all", *facets.rows)):
        place = {"pk": facet_partition(document.family, facet)}
        yield {**place, **keys, "code": document.code, "facets": [*facets.rows, *facets.tags]}


def index_operations(table: str, before: dict[Key, Item], after: dict[Key, Item]) -> list[Put | Delete]:
    """The operations that turn one set of index rows into another; rows that are equal in both are not written."""
    gone: list[Put | Delete] = [Delete(table, key) for key in before if key not in after]
    return gone + [Put(table, item) for key, item in after.items() if before.get(key) != item]


def member_key(family: str, code: int, member: int) -> Key:
    """The key of the row that says that a record is a member of a list. `family` is the list's."""
    return Key(record_key(family, code).pk, f"{MEMBER_SK}{sortable_code(member)}")


def lists_key(family: str, member: int) -> Key:
    """The key of the row that names a member's lists. `family` is the member's."""
    return Key(record_key(family, member).pk, _LISTS_SK)


def member_count_key(family: str, code: int) -> Key:
    """The key of the row that counts a list's members. `family` is the list's.

    It holds `count`, and `changes`: how often it was changed, by which a recount knows that nobody counted meanwhile.
    """
    return Key(record_key(family, code).pk, _COUNT_SK)


def count_members(db: Database, table: str, family: str, codes: Sequence[int]) -> dict[int, int]:
    """The number of members of each of the lists, by list code."""
    keys = {code: member_count_key(family, code) for code in codes}
    found = db.get_many(table, list(keys.values()))
    return {code: found[key]["count"] if key in found else 0 for code, key in keys.items()}


def add_to_member_count(change: Change, family: str, code: int, more: int) -> None:
    """Adds `more` to the stored number of members of a list."""
    key = member_count_key(family, code)
    change.add_operation(Update(change.table, key, add={"count": more, "changes": 1}))


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
