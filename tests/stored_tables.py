"""Copies of the tables of a store in memory, which trials put back."""

from __future__ import annotations

from affino_mcp.store.ops import Item

Tables = dict[str, dict[str, dict[str, Item]]]
"""Rows by table, partition and sort key."""


def copy_tables(tables: Tables) -> Tables:
    """The tables with the same rows: a store in memory replaces rows, it never changes one."""
    return {table: {pk: dict(rows) for pk, rows in partitions.items()} for table, partitions in tables.items()}
