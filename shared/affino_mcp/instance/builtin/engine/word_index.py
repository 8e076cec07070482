"""Word rows: searches find records through them, in a table of their own.

A record has one row per word. Rows are partitioned by family and by the first two letters of the word, in a table without
local indexes, whose partitions have no limit of size. A row holds what a search filters by, not the record's other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise, takewhile
from typing import Final

from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import Facets, sortable_code
from affino_mcp.instance.builtin.engine.text_starts import start_of
from affino_mcp.search_words import is_beginning, split_findable
from affino_mcp.store.ops import Item, Key
from affino_mcp.telephone_numbers import PhoneNumber, find_numbers, without_numbers

MAX_WORDS_PER_RECORD: Final = 40
"""How many different words of a record can be found; keeps a change within one transaction of 100 operations."""
MAX_WORDS_PER_FIELD: Final = 25
"""How many words one line has at most; texts of several lines add words until the record has so many."""
FIRST_WORDS_OF_NAMES: Final = 8
FIRST_WORDS_PER_FIELD: Final = 4
"""So many words of every line come before the further ones of any; of lines that name the record, so many as above."""
PARTITION_LETTERS: Final = 2
"""How many letters of a word its partition names; a shorter search word cannot be looked up."""


def record_words(document: Document) -> list[str]:
    """The search words of a record: of its lines in the catalogue's order, at most 40, then of its texts up to 25."""
    lines = {name: list(dict.fromkeys(words)) for name, words in _words_by_field(document, are_long=False)}
    first = [words[: _first_words(document.record, name)] for name, words in lines.items()]
    more = [words[:MAX_WORDS_PER_FIELD] for words in lines.values()]
    found = list(dict.fromkeys(chain(*first, *more)))[:MAX_WORDS_PER_RECORD]
    texts = chain.from_iterable(words for _, words in _words_by_field(document, are_long=True))
    return list(dict.fromkeys(chain(found, texts)))[: max(len(found), MAX_WORDS_PER_FIELD)]


def _first_words(record: Record, name: str) -> int:
    return FIRST_WORDS_OF_NAMES if name in record.label else FIRST_WORDS_PER_FIELD


def _words_by_field(document: Document, *, are_long: bool) -> Iterator[tuple[str, list[str]]]:
    record = document.record
    for name in record.search:
        if record.writable[name].kind.lines == are_long and (text := start_of(document, name)):
            yield name, _phone_words(text) if name in record.phones else split_findable(text)


def _phone_words(text: str) -> list[str]:
    return [part for number in find_numbers(text) for part in number.beginnings] + split_findable(without_numbers(text))


def record_numbers(document: Document) -> list[PhoneNumber]:
    """The telephone numbers of a record."""
    return [number for name in document.record.phones for number in find_numbers(document.values.get(name) or "")]


def has_words(document: Document, beginnings: Iterable[str]) -> bool:
    """True when every one of these texts is the beginning of a word of the record."""
    own = record_words(document)
    return all(any(is_beginning(asked, word) for word in own) for asked in beginnings)


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
