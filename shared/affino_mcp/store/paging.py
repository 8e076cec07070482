"""Reads a query to its end, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from affino_mcp.store.ops import Database, Item, Query, QueryPage


def iterate_pages(db: Database, query: Query) -> Iterator[QueryPage]:
    """Yields a query's pages in order, each read when it is asked for; there is always a first one.

    Every step may raise what `Database.query` raises.
    """
    page = db.query(query)
    yield page
    while page.next is not None:
        page = db.query(replace(query, start=page.next))
        yield page


def iterate_rows(db: Database, query: Query) -> Iterator[Item]:
    """Yields the rows of all pages of a query in order; reads as `iterate_pages` does."""
    for page in iterate_pages(db, query):
        yield from page.items
