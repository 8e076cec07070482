"""Lists out of several partitions: the rows of each, merged into one order, so that rows of no other partition are read.

A person who may see some sections only is answered from those, not from everything with a filter: how much there is
elsewhere shows neither in the pages nor in the time they take.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.listing.pages import Plan
from affino_mcp.store.ops import Database, Item, Page, Query

MOST: Final = 12
"""Up to so many partitions are merged; beyond, the list filters."""

LEAST_READ: Final = 20


def partitions(plan: Plan, query: Query) -> tuple[str, ...]:
    """Where a query's rows are: in the partitions of the plan's leads, when it has few enough of them."""
    searching = query.span.prefix is not None
    if plan.facets or searching or not 0 < len(plan.leads) <= MOST:
        return (query.partition,)
    return tuple(facet_partition(plan.record.family, lead) for lead in plan.leads)


def read(db: Database, query: Query, places: tuple[str, ...]) -> Page:
    """A page of the rows of all places in the query's order; `next` fits all of them."""
    if places == (query.partition,):
        return db.query(query)
    limit = max(LEAST_READ, query.limit // len(places))
    pages = [db.query(replace(query, partition=place, start=_in(query, place), limit=limit)) for place in places]
    rows = sorted((row for page in pages for row in page.items), key=lambda row: row[query.sort])
    ends = sorted((page.next for page in pages if page.next), key=lambda end: end[query.sort])
    ordered = rows if query.forward else rows[::-1]
    if not ends:
        return Page(ordered)
    end = ends[0] if query.forward else ends[-1]
    return Page([row for row in ordered if _within(query, row, end)], end)


def _in(query: Query, place: str) -> Item | None:
    return None if query.start is None else {**query.start, "pk": place}


def _within(query: Query, row: Item, end: Item) -> bool:
    """Not beyond the place up to which every partition has been read."""
    return bool(row[query.sort] <= end[query.sort] if query.forward else row[query.sort] >= end[query.sort])
