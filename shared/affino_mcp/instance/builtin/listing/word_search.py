"""Searches: what a search asks for, and the filters and queries by which lists find it in the rows of words.

A search whose words all have one letter has no rows to go by: it goes through the list as if it had no search, and checks
each record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.record import Record
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.word_index import (
    PARTITION_LETTERS,
    has_words,
    is_first_of_record,
    record_numbers,
    word_partition,
)
from affino_mcp.instance.port import RecordRef
from affino_mcp.plain_text import spell_out
from affino_mcp.search_words import ask_words
from affino_mcp.store.ops import Condition, Item, Query, SortSpan
from affino_mcp.telephone_numbers import SURE_DIGITS, PhoneNumber, find_numbers, without_numbers
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class

RowFilter = Callable[[list[Item]], list[Item]]
Leads = tuple[str, ...]
"""Beginnings of words of which a record that is found has at least one."""


@value_class
class Search:
    """What a search asks for: words that a record must all have, and telephone numbers of its own."""

    words: tuple[str, ...]
    numbers: tuple[PhoneNumber, ...] = ()

    @property
    def leads(self) -> list[Leads]:
        """What can be looked up, the longest first; each word and each number is one of them."""
        words = [(word,) for word in self.words if len(word) >= PARTITION_LETTERS]
        numbers = [tuple(dict.fromkeys((n.digits, n.digits[-SURE_DIGITS:]))) for n in self.numbers]
        return sorted([*words, *numbers], key=lambda lead: len(lead[0]), reverse=True)

    @property
    def is_sure(self) -> bool:
        """True when it asks for a whole telephone number, which nobody means otherwise."""
        return any(len(number.digits) >= SURE_DIGITS for number in self.numbers)

    def fits(self, document: Document, known: Sequence[str] = ()) -> bool:
        """True when a record has all that is asked for; of the words, `known` are known to be found elsewhere."""
        if not has_words(document, [word for word in self.words if word not in known]):
            return False
        own = record_numbers(document) if self.numbers else []
        return all(any(one.is_same(number) for one in own) for number in self.numbers)


def parse_search(values: Values) -> list[str]:
    """The words of the Search argument. Raises InvalidArgument when Search holds no letter or digit."""
    search = values.get("Search", "")
    found = ask_words(search)
    if search and not found:
        raise InvalidArgument("Search", "Search must hold at least one letter or digit.")
    return found


def read_searches(record: Record, values: Values) -> list[Search]:
    """What the Search argument may ask for of a kind of record; a record is found when it fits one of them.

    Digits may be a telephone number or words; a whole number comes first. Words with letters that can be spelt as two are
    asked for in both spellings.
    """
    text = values.get("Search", "")
    as_words, numbers = _read_words(text), tuple(find_numbers(text)) if record.phones else ()
    if not numbers:
        return as_words
    as_numbers = Search(tuple(ask_words(without_numbers(text))), numbers)
    return [as_numbers, *as_words] if as_numbers.is_sure else [*as_words, as_numbers]


def _read_words(text: str) -> list[Search]:
    spellings = dict.fromkeys((text, spell_out(text)))
    return [Search(tuple(parse_search({"Search": each}))) for each in spellings]


def fits_search(document: Document, values: Values) -> bool:
    """True when a record is found by the Search argument, or there is none."""
    return any(search.fits(document) for search in read_searches(document.record, values))


def find_leads(values: Values) -> list[str]:
    """The words of the search that can be looked up, longest first."""
    return [lead for (lead,) in Search(tuple(parse_search(values))).leads]


def build_word_query(records: Records, family: str, lead: str, where: Condition | None, start: Item | None) -> Query:
    """The query of the rows of all words that begin like `lead`."""
    partition, span = word_partition(family, lead), SortSpan(prefix=lead)
    return Query(records.words_table, partition, span=span, start=start, where=where)


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
