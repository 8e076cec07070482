"""Lists: answers a page from one query on an index, at a bounded cost for any number of records; never scans the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import with_microseconds
from affino_mcp.instance.builtin.engine.cursor import decode_cursor
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import (
    SORT_INDEXES,
    Facets,
    due_of_sort_value,
    facet_partition,
    sortable_code,
)
from affino_mcp.instance.builtin.engine.list_rows import is_list
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import found_records, in_memory_pages, partition_merge, word_search
from affino_mcp.instance.builtin.listing.filter_targets import require_targets
from affino_mcp.instance.builtin.listing.pages import (
    DEFAULT_PAGE_SIZE,
    ListPlan,
    answer_page,
    is_after_date_filter,
    is_shown,
    sort_word,
)
from affino_mcp.instance.builtin.listing.word_search import find_leads, make_row_filter, parse_search, read_searches
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.ops import AllHold, Compare, Condition, Contains, Item, Query, QueryPage, SortSpan, any_of

__all__ = ["DEFAULT_PAGE_SIZE", "ListPlan"]

MAX_READS_PER_PAGE: Final = 5
"""Maximum number of reads for one page when filters drop rows; then the page is short and NextCursor continues."""

FIRST_READ_ROWS: Final = 100
NEXT_READ_ROWS: Final = 1000
"""How many rows each further read evaluates when filters may drop some."""

EMPTY_SPAN: Final = SortSpan(low="1", high="0")


def list_records(records: Records, plan: ListPlan, values: Values, call: Call) -> Done:
    """Answers the page that the arguments ask for."""
    if not all(plan.any_of):
        return answer_page(records, plan, [], None, values, call)
    found = load_search(records, plan, values, call)
    if found is not None:
        return in_memory_pages.page_documents(records, plan, found, values, call, is_searched=True)
    if plan.found_by and find_leads(values):
        text = f"Too many are found: {', '.join(plan.record.found_by.values())} were left out of the search. Give more words."
        call.warn(WarningCode.TRUNCATED, "Search", text)
    query = build_index_query(records, plan, values, call)
    rows, more = read_rows(records, plan, query, values)
    return answer_rows(records, plan, rows, more, values, call, query.sort)


def load_search(records: Records, plan: ListPlan, values: Values, call: Call) -> list[Document] | None:
    """Loads all records of a search when they are few enough to be sorted; None for other lists."""
    place, searches = decode_cursor(call, values), read_searches(plan.record, values)
    if not any(search.leads for search in searches) or (
        place and not in_memory_pages.is_in_memory_cursor(call, values)
    ):
        return None
    found = found_records.find_all(records, plan, values, build_condition(plan, plan.facets))
    if found is None and place:
        raise in_memory_pages.list_grown_error()
    return found


def answer_rows(
    records: Records, plan: ListPlan, rows: list[Item], more: Item | None, values: Values, call: Call, sort: str = "sk"
) -> Done:
    """Makes the list answer for index rows."""
    by_code = {row["code"]: row for row in rows}
    own = [RecordRef(plan.record.family, code) for code in by_code]
    lists = references.summary_lists(plan.record) if own else ()
    found = records.load_documents([*own, *lists, *(target.to_load for target in plan.targets)], plan.have)
    require_targets(call, plan.targets, found, listed=bool(rows))
    plan = replace(plan, have={place: entry for place, entry in found.items() if is_list(place.family)}, targets=())
    documents = [found[place] for place in own if place in found]
    documents = [document for document in documents if is_shown(plan, document, values)]
    return answer_page(
        records, plan, documents, more, values, call, place=lambda d: _row_position(sort, by_code[d.code])
    )


def build_index_query(records: Records, plan: ListPlan, values: Values, call: Call) -> Query:
    """The query for the rows of a list: on the search words for a search, otherwise on the index of a facet."""
    start, leads = decode_cursor(call, values), find_leads(values)
    if not leads:
        return _sorted_query(records, plan, values, start)
    if values.keys() & {"SortBy", "SortOrder"}:
        text = "Too many records were found to sort them: they come in the order of the words found."
        call.warn(WarningCode.IGNORED, "SortBy", text)
    where = build_condition(plan, plan.facets, *_code_conditions(values))
    return word_search.build_word_query(records, plan.record.family, leads[0], where, start)


def _sorted_query(records: Records, plan: ListPlan, values: Values, start: Item | None) -> Query:
    index, attribute = SORT_INDEXES[sort_word(plan, values)]
    spans = {
        "sk": _code_span(values),
        "created": plan.created,
        "updated": _updated_span(plan, values),
        "due": plan.due,
    }
    checked = {attribute, "created", "updated"} if index else {attribute}
    bounds = [
        bound for name, span in spans.items() if span and name not in checked for bound in _span_conditions(name, span)
    ]
    query = Query(
        records.table,
        facet_partition(plan.record.family, plan.facets[0] if plan.facets else "all"),
        index=index,
        sort=attribute,
        span=spans.get(attribute) or SortSpan(),
        forward=values.get("SortOrder", "asc") == "asc",
        start=start,
        where=build_condition(plan, plan.facets[1:], *bounds),
    )
    return _clamp_start(query)


def _clamp_start(query: Query) -> Query:
    """Keeps the query's start position inside its span.

    A span that depends on the clock may have moved past the position since the cursor was given.
    """
    at, span = (query.start or {}).get(query.sort), query.span
    before = at is not None and span.low is not None and at < span.low
    beyond = at is not None and span.high is not None and at > span.high
    if not (before or beyond):
        return query
    is_over = beyond if query.forward else before
    return replace(query, start=None, span=EMPTY_SPAN if is_over else span)


def _code_span(values: Values) -> SortSpan | None:
    return SortSpan(low=sortable_code(values["StartCode"] + 1)) if values.get("StartCode") else None


def _updated_span(plan: ListPlan, values: Values) -> SortSpan | None:
    since = values.get("DateFilter")
    return replace(plan.updated or SortSpan(), low=with_microseconds(since) + "~") if since else plan.updated


def _code_conditions(values: Values) -> list[Condition]:
    return [Compare("code", ">", values["StartCode"])] if values.get("StartCode") else []


def _span_conditions(name: str, span: SortSpan) -> list[Condition]:
    """The span as a filter; the code has an attribute of its own, because DynamoDB cannot filter by key attributes."""
    if name == "sk":
        return [Compare("code", ">=", int(span.low or 0))]
    bounds = ((">=", span.low), ("<=", span.high))
    return [Compare(name, sign, bound) for sign, bound in bounds if bound is not None]


def build_condition(plan: ListPlan, facets: tuple[str, ...], *bounds: Condition) -> Condition | None:
    """The condition that an index row must meet to be in a list; None when every row is."""
    parts: list[Condition] = [Contains("facets", facet) for facet in facets]
    groups = ((plan.any_tags,) if plan.any_tags else ()) + plan.any_of
    parts.extend(any_of(*(Contains("facets", tag) for tag in group)) for group in groups)
    parts.extend(bounds)
    return AllHold(tuple(parts)) if parts else None


def is_in_list(plan: ListPlan, facets: Facets) -> bool:
    """True when a record with these facets is in the list."""
    return condition_holds(build_condition(plan, plan.facets), {"facets": [*facets.rows, *facets.tags]})


def read_rows(records: Records, plan: ListPlan, query: Query, values: Values) -> tuple[list[Item], Item | None]:
    """Reads the index's rows of one page, in at most five reads; gives them, and the position of the next page."""
    size, keep = values.get("PageSize", DEFAULT_PAGE_SIZE), make_row_filter(records, plan.record.family, values)
    dated = bool(values.get("DateFilter")) and query.index is not None and query.sort != "updated"
    filters = query.where is not None or parse_search(values) or dated or plan.keep
    loading = dated or plan.keep is not None or word_search.is_checked_in_records(values)
    further = FIRST_READ_ROWS if loading else NEXT_READ_ROWS
    limits = chain([FIRST_READ_ROWS if filters else size + 1], repeat(further))
    places = partition_merge.plan_partitions(plan, query)

    def read(start: Item | None) -> QueryPage:
        page = partition_merge.read_merged_page(records.db, replace(query, limit=next(limits), start=start), places)
        fitting = [row for row in page.items if plan.fits_row(row) and (plan.due is None or _is_due_row(plan, row))]
        rows = keep_listed(plan, keep(fitting))
        return QueryPage(_keep_changed(records, plan, rows, values) if dated else rows, page.next)

    return collect_rows(read, query.start, size, query.sort)


def keep_listed(plan: ListPlan, rows: Sequence[Item]) -> list[Item]:
    """The rows that the plan's `keep` lists."""
    kept = plan.keep([row["code"] for row in rows]) if plan.keep and rows else None
    return [row for row in rows if kept is None or row["code"] in kept]


def _is_due_row(plan: ListPlan, row: Item) -> bool:
    """True for an index row whose due date passes the plan's check; rows of words do not hold it, their records do."""
    return "due" not in row or plan.fits_due(due_of_sort_value(row["due"]))


def _keep_changed(records: Records, plan: ListPlan, rows: list[Item], values: Values) -> list[Item]:
    """The rows whose records were changed after the DateFilter; the index that they are from does not hold when."""
    found = records.load_documents(RecordRef(plan.record.family, row["code"]) for row in rows)
    changed = {place.code for place, document in found.items() if is_after_date_filter(document, values)}
    return [row for row in rows if row["code"] in changed]


def collect_rows(
    read: Callable[[Item | None], QueryPage], start: Item | None, size: int, sort: str
) -> tuple[list[Item], Item | None]:
    """Reads pages until `size` rows are found, at most five pages.

    Takes the function that reads a page and the position to start from; returns at most `size` rows, and the position
    of the next page (None: there is none).
    """
    rows: list[Item] = []
    for _ in range(MAX_READS_PER_PAGE):
        page = read(start)
        rows += page.items
        if len(rows) > size or page.next is None:
            return _cut_rows(sort, rows, size, page)
        start = page.next
    return rows, start


def _cut_rows(sort: str, rows: list[Item], size: int, page: QueryPage) -> tuple[list[Item], Item | None]:
    if len(rows) <= size:
        return rows, page.next
    return rows[:size], _row_position(sort, rows[size - 1])


def _row_position(sort: str, row: Item) -> Item:
    return {name: row[name] for name in {"pk", "sk", sort}}
