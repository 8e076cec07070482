"""Figures about a whole list, the same on each of its pages, at a bounded cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.listing.pages import ListPlan, is_shown
from affino_mcp.instance.builtin.listing.word_search import make_row_filter
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Item, Query

MAX_COUNTED_RECORDS: Final = 1000
"""Most records of a list that are read for its figures: one query of their rows, and a batch read for every hundred."""

_MAX_QUERIES: Final = 5
_OF_ONE_PAGE: Final = ("Cursor", "StartCode", "PageSize", "SortBy", "SortOrder")


def list_with_figures(records: Records, plan: ListPlan, values: Values, call: Call) -> Done:
    """Answers the page that the arguments ask for, with the plan's figures and the number of records of the whole list.

    Both are null, with a warning of the plan's figures, when the list has more than 1,000 records.
    """
    done = listing.list_records(records, plan, values, call)
    if plan.figures is None:
        return done
    is_whole = done.body["TotalRecords"] == len(done.body["Items"]) and not values.get("StartCode")
    if is_whole:
        return replace(done, body=done.body | plan.figures(done.body["Items"]))
    every = _load_whole_list(records, plan, values, call)
    figures = plan.figures(None if every is None else [document.values for document in every])
    return replace(done, body=done.body | {"TotalRecords": None if every is None else len(every)} | figures)


def _load_whole_list(records: Records, plan: ListPlan, values: Values, call: Call) -> Sequence[Document] | None:
    """All records of the list; None when there are more than 1,000."""
    asked = {name: value for name, value in values.items() if name not in _OF_ONE_PAGE}
    query = listing.build_index_query(records, plan, asked, call)
    keep = make_row_filter(records, plan.record.family, asked)
    codes = set[int]()
    for number, rows in enumerate(_read_pages(records, replace(query, limit=MAX_COUNTED_RECORDS + 1)), 1):
        codes |= {row["code"] for row in listing.keep_listed(plan, keep(rows))}
        if len(codes) > MAX_COUNTED_RECORDS or number > _MAX_QUERIES:
            return None
    found = records.load_documents(RecordRef(plan.record.family, code) for code in sorted(codes))
    return [document for document in found.values() if is_shown(plan, document, values)]


def _read_pages(records: Records, query: Query) -> Iterator[list[Item]]:
    start: Item | None = None
    while True:
        page = records.db.query(replace(query, start=start))
        yield list(page.items)
        start = page.next
        if start is None:
            return
