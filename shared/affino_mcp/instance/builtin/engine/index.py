"""Index rows: how lists and searches find records without ever scanning a table.

A record stands in one row per facet (`all`, `type=3`, `mine=7`, ...), sorted by code and, through the table's local
indexes, by name, creation, change or due date; and in one row per word for searches. All rows change in the same
transaction as the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from affino_mcp.clock import precise
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.search_words import plain, words
from affino_mcp.store.ops import Delete, Item, Key, Put

NO_DATE: Final = "~"
"""Sorts after every date."""

INDEXES: Final = {
    "Code": (None, "sk"),
    "Name": ("ByName", "name"),
    "Title": ("ByName", "name"),
    "Created": ("ByCreated", "created"),
    "Updated": ("ByUpdated", "updated"),
    "Due": ("ByDue", "due"),
    "CloseDate": ("ByDue", "due"),
}
"""SortBy word -> the table's index and its sort attribute (None: the table itself)."""


@dataclass(frozen=True)
class Facets:
    """What a record can be listed by. `rows` get a row each; `tags` can only narrow a list down.

    `counted` names the records (`accounts#12`) that keep count of this one.
    """

    rows: tuple[str, ...]
    tags: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()


def padded(code: int) -> str:
    """A code as sortable text."""
    return f"{code:016d}"


def facet_partition(family: str, facet: str) -> str:
    """The partition that holds the rows of one facet."""
    return f"F#{family}#{facet}"


def word_partition(family: str) -> str:
    """The partition that holds the word rows of a family."""
    return f"W#{family}"


def count_key(ref: str) -> Key:
    """Where a record's counts stand: one attribute per family, how many of its records belong to this one."""
    return Key(f"C#{ref}", "A")


def rows(document: Document, facets: Facets) -> dict[Key, Item]:
    """All index rows of a record; none when it is deleted."""
    if document.deleted:
        return {}
    found = [*_facet_rows(document, facets), *_word_rows(document, facets)]
    return {Key(item["pk"], item["sk"]): item for item in found}


def name_prefix(label: str) -> str:
    """How the names of records with this label begin in the index; ends below every letter, so Orbital precedes Orbital Labs."""
    return f"{plain(label)[:40]}\x1f"


def sort_keys(document: Document) -> dict[str, str]:
    """What a record is sorted by, under the names of the indexes' sort attributes; each is the record's own."""
    code = padded(document.code)
    keys = {
        "sk": code,
        "name": f"{name_prefix(document.label)}{code}",
        "created": f"{document.system['CreatedDate']}#{code}",
        "updated": f"{document.system['UpdatedDate']}#{code}",
    }
    if document.record.due:
        keys["due"] = f"{_due(document.values.get(document.record.due))}#{code}"
    return keys


def _due(value: str | None) -> str:
    """A day as it is; a moment with its microseconds, so that moments compare as text."""
    return NO_DATE if value is None else precise(value) if "T" in value else value


def words_of(document: Document) -> list[str]:
    """The words that a record is found by."""
    return words(*(str(document.values[name]) for name in document.record.search if document.values.get(name)))


def _facet_rows(document: Document, facets: Facets) -> Iterable[Item]:
    keys = sort_keys(document)
    for facet in dict.fromkeys(("all", *facets.rows)):
        place = {"pk": facet_partition(document.family, facet)}
        yield {**place, **keys, "code": document.code, "facets": [*facets.rows, *facets.tags]}


def _word_rows(document: Document, facets: Facets) -> Iterable[Item]:
    found = words_of(document)
    for word in found:
        place = {"pk": word_partition(document.family), "sk": f"{word}#{padded(document.code)}"}
        yield {**place, "code": document.code, "words": found, "facets": [*facets.rows, *facets.tags]}


def moves(table: str, before: dict[Key, Item], after: dict[Key, Item]) -> list[Put | Delete]:
    """The operations that turn one set of index rows into another; rows that stay the same are not touched."""
    gone: list[Put | Delete] = [Delete(table, key) for key in before if key not in after]
    return gone + [Put(table, item) for key, item in after.items() if before.get(key) != item]
