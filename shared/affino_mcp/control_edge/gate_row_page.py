"""A page of rows of the Gate table, in the order of a list that names them, in two reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.store.ops import MAX_SORT_BYTES, Database, Item, Key, Query
from affino_mcp.tool_errors import InvalidArgument

MAX_SEARCHING_READS: Final = 10
ENTRIES_PER_SEARCHING_READ: Final = 1000
"""Reads of one page of a search, and the entries of the list that each looks at."""


class GateRowPage(NamedTuple):
    """One page: rows by their keys, in the list's order, and the sort key after which the next page begins, if any."""

    rows: dict[Key, Item]
    next: str | None


def list_gate_rows(
    centre: ControlCentre,
    partition: str,
    named: Callable[[Item], Key],
    limit: int,
    after: str | None,
    accepts: Callable[[Item], bool] | None = None,
) -> GateRowPage:
    """The rows that one page of a list names.

    Takes the list's partition, a function from an entry of the list to the key of the row that it names, the entries of a
    page (at most 100, one batch), and the sort key `after` which the page begins. With `accepts`, the page holds the
    entries that it accepts; a page for which too many had to be looked at is short, and the next one goes on. Raises
    InvalidArgument when no page of this list can end at `after`.
    """
    if after and len(after.encode()) > MAX_SORT_BYTES:
        raise InvalidArgument("after", "There is no such page. Begin with the first one.")
    table, start = centre.settings.gate_table, {"pk": partition, "sk": after} if after else None
    query = Query(table, partition, limit=limit if accepts is None else ENTRIES_PER_SEARCHING_READ, start=start)
    entries, last = _search_entries(centre.database, query, limit, accepts)
    keys = [named(item) for item in entries]
    items = centre.database.get_many(table, keys) if keys else {}
    return GateRowPage({key: items[key] for key in keys if key in items}, last)


def _search_entries(
    database: Database, query: Query, limit: int, accepts: Callable[[Item], bool] | None
) -> tuple[list[Item], str | None]:
    """The first entries that are accepted, at most `limit`, and the sort key after which others may follow, if any."""
    found: list[Item] = []
    for _ in range(MAX_SEARCHING_READS):
        page = database.query(query)
        found += [item for item in page.items if accepts is None or accepts(item)]
        if len(found) > limit:
            return found[:limit], str(found[limit - 1]["sk"])
        if page.next is None or accepts is None or len(found) == limit:
            return found, str(page.next["sk"]) if page.next else None
        query = replace(query, start=page.next)
    return found, str(query.start["sk"]) if query.start else None
