"""Index rows: lists and searches find records through them without scanning the table.

A record has one row per facet (`all`, `type=3`, `mine=7`, ...), sorted by code and, through the table's local indexes,
by name, creation, change or due date; for searches it has one row per word. All rows change in the same transaction as
the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from affino_mcp.clock import with_microseconds
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.search_words import fold_accents, split_words
from affino_mcp.store.ops import Delete, Item, Key, Put

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


@dataclass(frozen=True)
class Facets:
    """The facets that a record can be listed by.

    `index_rows` get an index row each; `tags` can only narrow a list down. `counted` names the records (`accounts#12`) that
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


def word_partition(family: str) -> str:
    """The partition key of a family's search words."""
    return f"W#{family}"


def count_key(ref: str) -> Key:
    """The key of the row that counts, per family, the records that belong to this record."""
    return Key(f"C#{ref}", "A")


def index_rows(document: Document, facets: Facets) -> dict[Key, Item]:
    """All index rows of a record by their keys; none when the record is deleted."""
    if document.deleted:
        return {}
    found = [*_facet_rows(document, facets), *_word_rows(document, facets)]
    return {Key(item["pk"], item["sk"]): item for item in found}


def name_prefix(label: str) -> str:
    """The beginning of the index's name key for this label.

    The prefix ends with a character below every letter, so that Orbital sorts before Orbital Labs.
    """
    return f"{fold_accents(label)[:40]}\x1f"


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


def _due_sort_value(value: str | None) -> str:
    """Sort value of a due date: a day is kept; a time gets its microseconds, so that times compare as text."""
    if value is None:
        return NO_DATE
    return with_microseconds(value) if "T" in value else value


def record_words(document: Document) -> list[str]:
    """The search words of a record."""
    return split_words(*(str(document.values[name]) for name in document.record.search if document.values.get(name)))


def _facet_rows(document: Document, facets: Facets) -> Iterable[Item]:
    keys = sort_keys(document)
    for facet in dict.fromkeys(("all", *facets.rows)):
        place = {"pk": facet_partition(document.family, facet)}
        yield {**place, **keys, "code": document.code, "facets": [*facets.rows, *facets.tags]}


def _word_rows(document: Document, facets: Facets) -> Iterable[Item]:
    found = record_words(document)
    for word in found:
        place = {"pk": word_partition(document.family), "sk": f"{word}#{sortable_code(document.code)}"}
        yield {**place, "code": document.code, "words": found, "facets": [*facets.rows, *facets.tags]}


def index_operations(table: str, before: dict[Key, Item], after: dict[Key, Item]) -> list[Put | Delete]:
    """The operations that turn one set of index rows into another; rows that are equal in both are not written."""
    gone: list[Put | Delete] = [Delete(table, key) for key in before if key not in after]
    return gone + [Put(table, item) for key, item in after.items() if before.get(key) != item]
