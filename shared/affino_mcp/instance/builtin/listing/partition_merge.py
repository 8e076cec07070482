"""Reads a list from several partitions and merges their rows into one order.

A person who may see only some sections is answered from those sections' partitions, not from all rows with a filter:
neither the pages nor the time they take show how many records other sections hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.store.ops import Database, Item, Query, QueryPage

MAX_MERGED_PARTITIONS: Final = 12
"""Maximum number of partitions that are merged; above it, the list reads all rows with a filter."""

MIN_ROWS_PER_PARTITION: Final = 20


def narrow_to_groups(plan: ListPlan, groups: Iterable[tuple[str, ...]], broad: Callable[[str], bool]) -> ListPlan:
    """The plan, narrowed to records with at least one facet of each of these groups, whose facets all have rows.

    `broad` tells the facets that many records have: where the plan has no other, the shortest group's partitions are read.
    """
    given = tuple(group for group in groups if group)
    if not given:
        return plan
    plan = replace(plan, any_of=(*plan.any_of, *given))
    if not all(map(broad, plan.facets)):
        return plan
    more = tuple((facet,) for facet in plan.facets)
    return replace(plan, facets=(), any_of=(*plan.any_of, *more), leads=min(given, key=len))


def plan_partitions(plan: ListPlan, query: Query) -> tuple[str, ...]:
    """The partitions to read for a query.

    These are the partitions of the plan's leads when there are few enough leads, otherwise the query's own partition.
    """
    searching = query.span.prefix is not None
    if plan.facets or searching or not 0 < len(plan.leads) <= MAX_MERGED_PARTITIONS:
        return (query.partition,)
    return tuple(facet_partition(plan.record.family, lead) for lead in plan.leads)


def read_merged_page(db: Database, query: Query, places: tuple[str, ...]) -> QueryPage:
    """Reads one page of the rows of all these partitions in the query's order; `next` of the page fits all of them.

    A record that is in several of them comes once.
    """
    if places == (query.partition,):
        return db.query(query)
    limit = max(MIN_ROWS_PER_PARTITION, query.limit // len(places))
    pages = [db.query(replace(query, partition=place, start=_start_in(query, place), limit=limit)) for place in places]
    once = {row["code"]: row for page in pages for row in page.items}
    rows = sorted(once.values(), key=lambda row: row[query.sort])
    ends = sorted((page.next for page in pages if page.next), key=lambda end: end[query.sort])
    ordered = rows if query.forward else rows[::-1]
    if not ends:
        return QueryPage(ordered)
    end = ends[0] if query.forward else ends[-1]
    return QueryPage([row for row in ordered if _is_before_end(query, row, end)], end)


def _start_in(query: Query, place: str) -> Item | None:
    return None if query.start is None else {**query.start, "pk": place}


def _is_before_end(query: Query, row: Item, end: Item) -> bool:
    """True when a row does not lie beyond the position up to which every partition has been read."""
    return bool(row[query.sort] <= end[query.sort] if query.forward else row[query.sort] >= end[query.sort])
