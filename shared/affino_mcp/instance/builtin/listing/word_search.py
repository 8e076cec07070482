"""Searches: finds records through the rows of one of the words asked for, and checks the other words in the records.

A search whose words all have one letter has no rows to go by: it goes through the list as if it had no search, and checks
each record.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.word_index import (
    PARTITION_LETTERS,
    has_words,
    is_first_of_record,
    split_words,
    word_partition,
)
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Condition, Item, Query, SortSpan
from affino_mcp.tool_errors import InvalidArgument

MAX_SORTED_RECORDS: Final = 200
"""Maximum number of records of a search that is sorted; above it, they come in the order of the words found."""
MAX_SEARCH_ROWS: Final = 500
MAX_LEADING_WORDS: Final = 4
ENOUGH_RECORDS: Final = 100
"""So many records are one batch read: looking up another word to have fewer would cost as much."""

RowFilter = Callable[[list[Item]], list[Item]]


def parse_search(values: Values) -> list[str]:
    """The words of the Search argument. Raises InvalidArgument when Search holds no letter or digit."""
    search = values.get("Search", "")
    found = split_words(search)
    if search and not found:
        raise InvalidArgument("Search", "Search must hold at least one letter or digit.")
    return found


def find_leads(values: Values) -> list[str]:
    """The words of the search that can be looked up, longest first."""
    return sorted((word for word in parse_search(values) if len(word) >= PARTITION_LETTERS), key=len, reverse=True)


def build_word_query(records: Records, family: str, lead: str, where: Condition | None, start: Item | None) -> Query:
    """The query of the rows of all words that begin like `lead`."""
    partition, span = word_partition(family, lead), SortSpan(prefix=lead)
    return Query(records.words_table, partition, span=span, start=start, where=where)


def find_all(records: Records, family: str, values: Values, where: Condition | None) -> list[Document] | None:
    """Loads all records of a search, in the order of their codes; None when they are too many, or no word leads to few.

    `where` is the condition that their rows must meet.
    """
    codes = _find_codes(records, family, values, where)
    parts = parse_search(values)
    if codes is None or (len(codes) > MAX_SORTED_RECORDS and not parts[1:]):
        return None
    loaded = records.load_documents(RecordRef(family, code) for code in sorted(codes)).values()
    found = [document for document in loaded if has_words(document, parts)]
    return found if len(found) <= MAX_SORTED_RECORDS else None


def _find_codes(records: Records, family: str, values: Values, where: Condition | None) -> set[int] | None:
    """The codes of the records that have those of the words whose rows are few; None when no word has few."""
    found: set[int] | None = None
    for lead in find_leads(values)[:MAX_LEADING_WORDS]:
        query = build_word_query(records, family, lead, where, None)
        page = records.db.query(
            Query(query.table, query.partition, span=query.span, limit=MAX_SEARCH_ROWS, where=where)
        )
        if page.next is None:
            codes = {row["code"] for row in page.items}
            found = codes if found is None else found & codes
            if len(found) <= ENOUGH_RECORDS:
                break
    return found


def make_row_filter(records: Records, family: str, values: Values) -> RowFilter:
    """Makes the filter of the rows of a list: every word of the search matches, and each record counts once."""
    parts, leads = parse_search(values), find_leads(values)
    if not parts:
        return lambda rows: rows
    lead = leads[0] if leads else ""

    def keep(rows: list[Item]) -> list[Item]:
        first = [row for row in rows if not lead or is_first_of_record(row, lead)]
        return first if parts == [lead] else _keep_with_words(records, family, first, parts)

    return keep


def is_checked_in_records(values: Values) -> bool:
    """True when the filter of the search loads the records of the rows."""
    return parse_search(values) != find_leads(values)[:1]


def _keep_with_words(records: Records, family: str, rows: list[Item], parts: list[str]) -> list[Item]:
    found = records.load_documents(RecordRef(family, row["code"]) for row in rows)
    fitting = {place.code for place, document in found.items() if has_words(document, parts)}
    return [row for row in rows if row["code"] in fitting]
