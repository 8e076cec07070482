"""Finds all records of a search at a bounded cost: by their own words, and by those of records that belong to them.

Each of the four longest words asked for is looked up once in the list's own words, and once in those of each family that
leads to its records (the steps of articles, the posts of threads, the accounts of opportunities).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import facet_partition, sortable_code
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.builtin.listing.word_search import Leads, Search, build_word_query, read_searches
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.ops import Condition, Item, Key, Query
from affino_mcp.value_class import value_class

MAX_SORTED_RECORDS: Final = 200
"""Maximum number of records of a search that is sorted; above it, they come in the order of the words found."""
MAX_SEARCH_ROWS: Final = 500
MAX_RELATED_ROWS: Final = 200
"""So many rows of the words of another family are read for each word."""
MAX_LEADING_WORDS: Final = 4
ENOUGH_RECORDS: Final = 100
"""So many records are one batch read: looking up another word to have fewer would cost as much."""


@value_class
class WordHits:
    """The codes of the records that one word leads to: by their `own` words (None: too many), and by `others`."""

    own: frozenset[int] | None
    others: frozenset[int] = frozenset()


def find_all(records: Records, plan: ListPlan, values: Values, where: Condition | None) -> list[Document] | None:
    """Loads all records of a search, in the order of their codes; None when they are too many, or no word leads to few.

    `where` is the condition that their rows must meet.
    """
    found: dict[int, Document] = {}
    for search in read_searches(plan.record, values):
        documents = _find_fitting(records, plan, search, where)
        if documents is None and not search.numbers:
            return None
        found |= {document.code: document for document in documents or ()}
        if found and search.is_sure:
            break
    return [found[code] for code in sorted(found)]


def _find_fitting(records: Records, plan: ListPlan, search: Search, where: Condition | None) -> list[Document] | None:
    hits = _look_up(records, plan, search, where)
    sets = [hit.own | hit.others for hit in hits.values() if hit.own is not None]
    if not sets:
        return None
    codes = frozenset.intersection(*sets)
    if len(codes) > MAX_SORTED_RECORDS and len(search.leads) == 1:
        return None
    own = frozenset().union(*(hit.own for hit in hits.values() if hit.own))
    meeting = _meeting(records, plan, codes, codes - own, where)
    loaded = records.load_documents(RecordRef(plan.record.family, code) for code in sorted(meeting)).values()
    fitting = [document for document in loaded if search.fits(document, _found_elsewhere(hits, document.code))]
    return fitting if len(fitting) <= MAX_SORTED_RECORDS else None


def _look_up(records: Records, plan: ListPlan, search: Search, where: Condition | None) -> dict[Leads, WordHits]:
    """What the longest words and numbers lead to; no further one is looked up once few records are left."""
    hits: dict[Leads, WordHits] = {}
    left: frozenset[int] | None = None
    for leads in search.leads[:MAX_LEADING_WORDS]:
        hit = hits[leads] = _find_codes(records, plan, leads, where)
        if hit.own is not None:
            left = hit.own | hit.others if left is None else left & (hit.own | hit.others)
        if left is not None and (not left or (len(left) <= ENOUGH_RECORDS and not plan.found_by)):
            break
    return hits


def _find_codes(records: Records, plan: ListPlan, leads: Leads, where: Condition | None) -> WordHits:
    pages = [_read_rows(records, plan.record.family, lead, where, MAX_SEARCH_ROWS) for lead in leads]
    own = None if None in pages else frozenset(row["code"] for rows in pages for row in rows or ())
    others = set[int]()
    for family, find_records in plan.found_by.items():
        for lead in leads:
            rows = _read_rows(records, family, lead, None, MAX_RELATED_ROWS, cut=True)
            others |= find_records(lead, rows) if rows else set()
    return WordHits(own, frozenset(others))


def _read_rows(
    records: Records, family: str, lead: str, where: Condition | None, limit: int, *, cut: bool = False
) -> Sequence[Item] | None:
    """The rows of the words that begin like `lead`; None when there are more than `limit`, unless the rest may be cut."""
    query = build_word_query(records, family, lead, where, None)
    page = records.db.query(Query(query.table, query.partition, span=query.span, limit=limit, where=where))
    return page.items if cut or page.next is None else None


def _meeting(
    records: Records, plan: ListPlan, codes: Iterable[int], unchecked: Iterable[int], where: Condition | None
) -> set[int]:
    """The codes without those of `unchecked` records, found by other records' words, whose rows do not meet the condition."""
    partition = facet_partition(plan.record.family, "all")
    keys = {code: Key(partition, sortable_code(code)) for code in unchecked}
    rows = records.db.get_many(records.table, list(keys.values())) if keys else {}
    left_out = {code for code, key in keys.items() if key not in rows or not condition_holds(where, rows[key])}
    return set(codes) - left_out


def _found_elsewhere(hits: dict[Leads, WordHits], code: int) -> list[str]:
    return [lead for leads, hit in hits.items() if code in hit.others for lead in leads]
