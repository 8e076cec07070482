"""Reads of the API Log: partitions that are read as one, in the order of ids, and the whole rows of an index's entries.

An index holds of each row what its readers filter and count by; the row itself is stored once, in the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.audit.row import ALL_CALLS_PARTITIONS
from affino_mcp.store.ops import Database, Item, Key, Query, QueryPage, SortSpan

MAX_LOG_ROWS_PER_READ: Final = 1000
"""The most rows of one read of a filtered query; DynamoDB itself ends a read at 1 MB, some thousand entries."""


def read_merged_page(database: Database, query: Query, partitions: Sequence[str]) -> QueryPage:
    """Gives one page of the rows of all these partitions in the query's order, from one read of each.

    The query's partition is not read. `next` of the page is a start for all of them. Raises StoreUnavailable.
    """
    pages = [database.query(_in_partition(query, one)) for one in partitions]
    rows = sorted((row for page in pages for row in page.items), key=_id, reverse=not query.forward)
    ends = sorted((page.next for page in pages if page.next), key=_id, reverse=not query.forward)
    if not ends:
        return QueryPage(rows)
    end = ends[0]
    return QueryPage([row for row in rows if (_id(row) <= _id(end)) == query.forward or _id(row) == _id(end)], end)


def iterate_all_calls(database: Database, table: str, low: str, high: str) -> Iterator[QueryPage]:
    """Yields the entries of every row of the log whose id is from `low` to `high`, in the order of ids, by index ByTime.

    There is always a first page. Every step may raise StoreUnavailable.
    """
    query = Query(
        table,
        "",
        index="ByTime",
        partition_name="everybody",
        span=SortSpan(low=low, high=high),
        limit=MAX_LOG_ROWS_PER_READ,
        consistent=False,
    )
    page = read_merged_page(database, query, ALL_CALLS_PARTITIONS)
    yield page
    while page.next is not None:
        page = read_merged_page(database, replace(query, start=page.next), ALL_CALLS_PARTITIONS)
        yield page


def load_whole_rows(database: Database, table: str, entries: Sequence[Item]) -> list[Item]:
    """Gives the rows of an index's entries in the same order, without those that have expired. Raises StoreUnavailable."""
    keys = [Key(entry["pk"], entry["sk"]) for entry in entries]
    found = database.get_many(table, keys) if keys else {}
    return [found[key] for key in keys if key in found]


def _in_partition(query: Query, partition: str) -> Query:
    """The query in one of the partitions; where the start is a row of another one, a range that ends at its id."""
    if query.start is None or query.start[query.partition_name] == partition:
        return replace(query, partition=partition)
    end = _id(query.start)
    span = replace(query.span, low=end) if query.forward else replace(query.span, high=end)
    return replace(query, partition=partition, start=None, span=span)


def _id(row: Item) -> str:
    return str(row["sk"])
