"""All records that a list's filters let through, page after page, up to a bound: for figures about a list, and to sort it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.listing.filter_targets import require_targets
from affino_mcp.instance.builtin.listing.pages import ListPlan, is_shown
from affino_mcp.instance.builtin.listing.partition_merge import plan_partitions, read_merged_page
from affino_mcp.instance.builtin.listing.word_search import make_row_filter
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Item

MAX_QUERIES: Final = 5
"""Most pages of rows that are read."""
MAX_ROWS_PER_QUERY: Final = 2000
LOADED_AT_ONCE: Final = 500
"""So many records are in memory at once, where they are taken one after the other."""
_OF_ONE_PAGE: Final = ("Cursor", "StartCode", "PageSize", "SortBy", "SortOrder")


class TooManyRecords(Exception):
    """More records fit than are read."""


def load_filtered(records: Records, plan: ListPlan, values: Values, call: Call, most: int) -> list[Document]:
    """All records of the list, by code. Raises TooManyRecords when there are more than `most`."""
    return [each for some in iterate_filtered(records, plan, values, call, most) for each in some]


def iterate_filtered(
    records: Records, plan: ListPlan, values: Values, call: Call, most: int
) -> Iterator[Sequence[Document]]:
    """The records of the list, by code, some at a time. Raises TooManyRecords first when there are more than `most`."""
    if (searched := listing.load_search(records, plan, _whole_list(values), call)) is not None:
        kept = plan.keep([document.code for document in searched]) if plan.keep else None
        yield [d for d in searched if is_shown(plan, d, values) and (kept is None or d.code in kept)]
        return
    codes = set[int]()
    for rows in _iterate_rows(records, plan, values, call, min(most + 1, MAX_ROWS_PER_QUERY)):
        codes |= {row["code"] for row in rows}
        if len(codes) > most:
            raise TooManyRecords
    every = sorted(codes)
    for start in range(0, len(every), LOADED_AT_ONCE):
        some = every[start : start + LOADED_AT_ONCE]
        found = records.load_documents(RecordRef(plan.record.family, code) for code in some)
        yield [document for document in found.values() if is_shown(plan, document, values)]


def _whole_list(values: Values) -> Values:
    """The arguments of the list without those that choose a page of it."""
    return {name: value for name, value in values.items() if name not in _OF_ONE_PAGE}


def _iterate_rows(records: Records, plan: ListPlan, values: Values, call: Call, size: int) -> Iterator[list[Item]]:
    """The listed rows, in pages of `size` that are read. Raises TooManyRecords after the fifth page that is not the last."""
    if not all(plan.any_of):
        return
    asked = _whole_list(values)
    query = replace(listing.build_index_query(records, plan, asked, call), limit=size)
    places, keep = plan_partitions(plan, query), make_row_filter(records, plan.record.family, asked)
    for _ in range(MAX_QUERIES):
        page = read_merged_page(records.db, query, places)
        yield listing.keep_listed(plan, keep([row for row in page.items if plan.fits_row(row)]))
        if page.next is None:
            return
        query = replace(query, start=page.next)
    raise TooManyRecords


def require_plan_targets(records: Records, plan: ListPlan, call: Call) -> None:
    """Raises NotFound for the first record or entry that a filter of the plan names and that is not there."""
    known = records.load_documents((target.to_load for target in plan.targets), plan.have) if plan.targets else {}
    require_targets(call, plan.targets, known, listed=False)
