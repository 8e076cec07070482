"""A list, a page at a time: the rows of the list in order, and of each the row that it names. Two reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from affino_mcp.control_edge.centre import Centre
from affino_mcp.store.ops import LONGEST_SORT, Item, Key, Query, Span
from affino_mcp.tool_errors import InvalidArgument


class Listing(NamedTuple):
    """One page: rows by their keys, in order, and where the next page begins, if there is one."""

    rows: dict[Key, Item]
    next: str | None


def page(
    centre: Centre, partition: str, named: Callable[[Item], Key], limit: int, after: str | None, prefix: str = ""
) -> Listing:
    """The page after that place of the list, among the rows whose sort key begins so; `named` says which row one names.

    `limit` is at most 100, a batch.
    Raises InvalidArgument for a place where no page of this list ends.
    """
    if after and not (after.startswith(prefix) and len(after.encode()) <= LONGEST_SORT):
        raise InvalidArgument("after", "There is no such page. Begin with the first one.")
    table, start = centre.settings.gate_table, {"pk": partition, "sk": after} if after else None
    found = centre.database.query(Query(table, partition, span=Span(prefix=prefix or None), limit=limit, start=start))
    keys = [named(item) for item in found.items]
    items = centre.database.get_many(table, keys) if keys else {}
    return Listing({key: items[key] for key in keys if key in items}, str(found.next["sk"]) if found.next else None)
