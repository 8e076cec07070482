"""Word rows: searches find records through them, in a table of their own.

A record has one row per word. Rows are partitioned by family and by the first two letters of the word, in a table without
local indexes, whose partitions have no limit of size. A row holds what a search filters by, not the record's other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise, takewhile
from typing import Final

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import Facets, sortable_code
from affino_mcp.plain_text import plain
from affino_mcp.store.ops import Item, Key

MAX_WORDS_PER_RECORD: Final = 25
"""How many different words of a record can be found; keeps a change within one transaction of 100 operations."""
PARTITION_LETTERS: Final = 2
"""How many letters of a word its partition names; a shorter search word cannot be looked up."""

_WORD: Final = re.compile(r"[^\W_]+")


def split_words(*texts: str) -> list[str]:
    """The different words of some texts in their order: at most 25 words, each cut at 30 characters."""
    found = (word[:30] for text in texts for word in _WORD.findall(plain(text)))
    return list(dict.fromkeys(found))[:MAX_WORDS_PER_RECORD]


def record_words(document: Document) -> list[str]:
    """The search words of a record."""
    return split_words(*(str(document.values[name]) for name in document.record.search if document.values.get(name)))


def has_words(document: Document, beginnings: Iterable[str]) -> bool:
    """True when every one of these texts is the beginning of a word of the record."""
    own = record_words(document)
    return all(any(word.startswith(part) for word in own) for part in beginnings)


def word_partition(family: str, word: str) -> str:
    """The partition key of the rows of a family's words that begin like this word."""
    return f"W#{family}#{word[:PARTITION_LETTERS]}"


def word_rows(document: Document, facets: Facets) -> dict[Key, Item]:
    """The word rows of a record by their keys; none when the record is deleted.

    `shared` is how many first letters a word has in common with the word before it in the record's alphabetical list. A
    search for a longer beginning meets this row first of the record's rows, so that it can count each record once.
    """
    if document.deleted:
        return {}
    rows: dict[Key, Item] = {}
    for before, word in pairwise(["", *sorted(record_words(document))]):
        key = Key(word_partition(document.family, word), f"{word}#{sortable_code(document.code)}")
        held = {"code": document.code, "facets": [*facets.rows, *facets.tags], "shared": _count_shared(before, word)}
        rows[key] = {**key._asdict(), **held}
    return rows


def is_first_of_record(row: Item, beginning: str) -> bool:
    """True for the first of a record's rows that a search for this beginning meets."""
    return bool(row["shared"] < len(beginning))


def _count_shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
