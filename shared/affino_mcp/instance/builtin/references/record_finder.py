"""Finds records by the words of their names: a query of the words' rows for each kind, and a batch of what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.word_index import PARTITION_LETTERS, word_partition
from affino_mcp.instance.port import RecordRef
from affino_mcp.instance.record_finder import NamedRecord
from affino_mcp.plain_text import plain
from affino_mcp.search_words import ask_words, is_beginning, split_findable
from affino_mcp.store.ops import Query, SortSpan

NAMED_FAMILIES: Final = (
    "accounts",
    "contacts",
    "opportunities",
    "articles",
    "tasks",
    "contact_lists",
    "account_lists",
    "media_items",
    "forum_threads",
    "notes",
)
"""The kinds whose records are found by name, in the order in which they are asked."""
MAX_FOUND_RECORDS: Final = 8
_MAX_ROWS: Final = 60


class BuiltinRecordFinder:
    """The search of the builtin instance (see RecordFinder)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find_records(self, words: str, family: str = "") -> Sequence[NamedRecord]:
        """See RecordFinder: eleven reads at most, and one of each kind that has such words."""
        if family and family not in NAMED_FAMILIES:
            return ()
        likely: list[NamedRecord] = []
        for kind in [family] if family else NAMED_FAMILIES:
            found = list(self._find_in(kind, words))
            if exact := [one for one in found if one.is_exact]:
                return exact[:MAX_FOUND_RECORDS]
            likely += found
        return likely[:MAX_FOUND_RECORDS]

    def _find_in(self, family: str, words: str) -> Iterator[NamedRecord]:
        parts = ask_words(words)
        lead = max((part for part in parts if len(part) >= PARTITION_LETTERS), key=len, default="")
        if not lead:
            return
        query = Query(
            self._records.words_table, word_partition(family, lead), span=SortSpan(prefix=lead), limit=_MAX_ROWS
        )
        codes = dict.fromkeys(row["code"] for row in self._records.db.query(query).items)
        found = self._records.load_documents(RecordRef(family, code) for code in codes) if codes else {}
        wanted = _join(words)
        yield from (
            NamedRecord(document.ref, document.label, _join(document.label) == wanted)
            for document in found.values()
            if not document.deleted and _has_parts(document, parts)
        )


def _has_parts(document: Document, parts: Sequence[str]) -> bool:
    own = split_findable(document.label)
    return all(any(is_beginning(asked, part) for part in own) for asked in parts)


def _join(name: str) -> str:
    return " ".join(plain(name).split())
