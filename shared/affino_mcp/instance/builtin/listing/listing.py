"""Lists: answers a page from one query on an index, at a bounded cost for any number of records; never scans the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, repeat
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import precise
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import INDEXES, Facets, facet_partition, padded, word_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.search_words import words
from affino_mcp.instance.builtin.listing import in_memory_pages, partition_merge
from affino_mcp.instance.builtin.listing.pages import DEFAULT_PAGE, Plan, is_recent, page
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.conditions import holds
from affino_mcp.store.ops import All, Compare, Condition, Contains, Item, Page, Query, Span, any_of
from affino_mcp.tool_errors import InvalidArgument

__all__ = ["DEFAULT_PAGE", "Plan", "admits", "asked", "collect", "conditions", "found_by", "index_query", "run", "show"]

MOST_ROUNDS: Final = 5
"""Maximum number of reads for one page when filters drop rows; then the page is short and NextCursor continues."""

FIRST_READ: Final = 100
NEXT_READS: Final = 1000
"""How many rows each further read evaluates when filters may drop some."""

MOST_FOUND: Final = 200
"""Maximum number of records of a search that is sorted; above it, they come in the order of the words found."""

NOTHING: Final = Span(low="1", high="0")
MOST_LOOKED_AT: Final = 500
MOST_LEADS: Final = 4


def run(records: Records, plan: Plan, values: Values, call: Call) -> Done:
    """Answers the page that the arguments ask for."""
    if not all(plan.any_of):
        return page(records, plan, [], None, values, call)
    if asked(values):
        found = _search(records, plan, values, call)
        if found is not None:
            return in_memory_pages.pages(records, plan, found, values, call)
    query = index_query(records, plan, values, call)
    rows, more = _rows(records, plan, query, values.get("PageSize", DEFAULT_PAGE), found_by(values))
    return show(records, plan, rows, more, values, call, query.sort)


def asked(values: Values) -> list[str]:
    """The words of the Search argument. Raises InvalidArgument when Search holds no letter or digit."""
    search = values.get("Search", "")
    found = words(search)
    if search and not found:
        raise InvalidArgument("Search", "Search must hold at least one letter or digit.")
    return found


def _search(records: Records, plan: Plan, values: Values, call: Call) -> list[Document] | None:
    """Loads all records of a search through the first of its words that leads to few enough rows.

    Returns None when no word does.
    """
    place = decode_cursor(call, values)
    if place and not in_memory_pages.is_gathered(call, values):
        return None
    where = conditions(plan, plan.facets)
    for lead in sorted(asked(values), key=len, reverse=True)[:MOST_LEADS]:
        partition, span = word_partition(plan.record.family), Span(prefix=lead)
        found = records.db.query(Query(records.table, partition, span=span, limit=MOST_LOOKED_AT, where=where))
        codes = {row["code"] for row in found.items if found_by(values, lead)(row)}
        if found.next is None and len(codes) <= MOST_FOUND:
            return list(records.documents((plan.record.family, code) for code in sorted(codes)).values())
    if place:
        raise in_memory_pages.grown()
    return None


def show(
    records: Records, plan: Plan, rows: list[Item], more: Item | None, values: Values, call: Call, sort: str = "sk"
) -> Done:
    """Makes the list answer for index rows."""
    by_code = {row["code"]: row for row in rows}
    found = records.documents((plan.record.family, code) for code in by_code)
    documents = [found[place] for code in by_code if (place := (plan.record.family, code)) in found]
    documents = [d for d in documents if is_recent(d, values) and in_memory_pages.is_due(plan, d) and plan.keeps(d)]
    return page(records, plan, documents, more, values, call, place=lambda d: _place(sort, by_code[d.code]))


def found_by(values: Values, lead: str = "") -> Callable[[Item], bool]:
    """Makes the test of an index row of a search: every word matches, and a record found by several words counts once."""
    parts = asked(values)
    if not parts:
        return lambda _: True
    lead = lead or max(parts, key=len)

    def wanted(row: Item) -> bool:
        own = row["words"]
        first = min(word for word in own if word.startswith(lead))
        return row["sk"].startswith(f"{first}#") and all(any(w.startswith(a) for w in own) for a in parts)

    return wanted


def index_query(records: Records, plan: Plan, values: Values, call: Call) -> Query:
    """The query for the rows of a list: on the search words for a search, otherwise on the index of a facet."""
    start, parts = decode_cursor(call, values), asked(values)
    if not parts:
        return _sorted(records, plan, values, start)
    if values.keys() & {"SortBy", "SortOrder"}:
        text = "Too many records were found to sort them: they come in the order of the words found."
        call.warn(WarningCode.IGNORED, "SortBy", text)
    span, where = Span(prefix=max(parts, key=len)), conditions(plan, plan.facets, *_after_code(values))
    return Query(records.table, word_partition(plan.record.family), span=span, start=start, where=where)


def _sorted(records: Records, plan: Plan, values: Values, start: Item | None) -> Query:
    index, attribute = INDEXES[values.get("SortBy") or ("Due" if plan.due else "Code")]
    spans = {"sk": _codes(values), "updated": _since(values), "due": plan.due}
    bounds = [bound for name, span in spans.items() if span and name != attribute for bound in _bounds(name, span)]
    query = Query(
        records.table,
        facet_partition(plan.record.family, plan.facets[0] if plan.facets else "all"),
        index=index,
        sort=attribute,
        span=spans.get(attribute) or Span(),
        forward=values.get("SortOrder", "asc") == "asc",
        start=start,
        where=conditions(plan, plan.facets[1:], *bounds),
    )
    return _going_on(query)


def _going_on(query: Query) -> Query:
    """Keeps the query's start position inside its span.

    A span that depends on the clock may have moved past the position since the cursor was given.
    """
    at, span = (query.start or {}).get(query.sort), query.span
    before = at is not None and span.low is not None and at < span.low
    beyond = at is not None and span.high is not None and at > span.high
    if not (before or beyond):
        return query
    is_over = beyond if query.forward else before
    return replace(query, start=None, span=NOTHING if is_over else span)


def _codes(values: Values) -> Span | None:
    return Span(low=padded(values["StartCode"] + 1)) if values.get("StartCode") else None


def _since(values: Values) -> Span | None:
    return Span(low=precise(values["DateFilter"]) + "~") if values.get("DateFilter") else None


def _after_code(values: Values) -> list[Condition]:
    return [Compare("code", ">", values["StartCode"])] if values.get("StartCode") else []


def _bounds(name: str, span: Span) -> list[Condition]:
    """The span as a filter; the code has an attribute of its own, because DynamoDB cannot filter by key attributes."""
    if name == "sk":
        return [Compare("code", ">=", int(span.low or 0))]
    bounds = ((">=", span.low), ("<=", span.high))
    return [Compare(name, sign, bound) for sign, bound in bounds if bound is not None]


def conditions(plan: Plan, facets: tuple[str, ...], *bounds: Condition) -> Condition | None:
    """The condition that an index row must meet to be in a list; None when every row is."""
    parts: list[Condition] = [Contains("facets", facet) for facet in facets]
    groups = ((plan.any_tags,) if plan.any_tags else ()) + plan.any_of
    parts.extend(any_of(*(Contains("facets", tag) for tag in group)) for group in groups)
    parts.extend(bounds)
    return All(tuple(parts)) if parts else None


def admits(plan: Plan, facets: Facets) -> bool:
    """True when a record with these facets is in the list."""
    return holds(conditions(plan, plan.facets), {"facets": [*facets.rows, *facets.tags]})


def _rows(
    records: Records, plan: Plan, query: Query, size: int, wanted: Callable[[Item], bool]
) -> tuple[list[Item], Item | None]:
    filters = query.where is not None or query.span.prefix is not None
    limits = chain([FIRST_READ if filters else size + 1], repeat(NEXT_READS))
    places = partition_merge.partitions(plan, query)

    def read(start: Item | None) -> Page:
        page = partition_merge.read(records.db, replace(query, limit=next(limits), start=start), places)
        return Page([row for row in page.items if wanted(row)], page.next)

    return collect(read, query.start, size, query.sort)


def collect(
    read: Callable[[Item | None], Page], start: Item | None, size: int, sort: str
) -> tuple[list[Item], Item | None]:
    """Reads pages until `size` rows are found, at most five pages.

    Takes the function that reads a page and the position to start from; returns at most `size` rows, and the position
    of the next page (None: there is none).
    """
    rows: list[Item] = []
    for _ in range(MOST_ROUNDS):
        page = read(start)
        rows += page.items
        if len(rows) > size or page.next is None:
            return _cut(sort, rows, size, page)
        start = page.next
    return rows, start


def _cut(sort: str, rows: list[Item], size: int, page: Page) -> tuple[list[Item], Item | None]:
    if len(rows) <= size:
        return rows, page.next
    return rows[:size], _place(sort, rows[size - 1])


def _place(sort: str, row: Item) -> Item:
    return {name: row[name] for name in {"pk", "sk", sort}}
