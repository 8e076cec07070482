"""A page of rows of the Gate table, in the order of a list that names them, in two reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.store.ops import MAX_SORT_BYTES, Item, Key, Query, SortSpan
from affino_mcp.tool_errors import InvalidArgument


class GateRowPage(NamedTuple):
    """One page: rows by their keys, in the list's order, and the sort key after which the next page begins, if any."""

    rows: dict[Key, Item]
    next: str | None


def list_gate_rows(
    centre: ControlCentre, partition: str, named: Callable[[Item], Key], limit: int, after: str | None, prefix: str = ""
) -> GateRowPage:
    """The rows that one page of a list names.

    Takes the list's partition, a function from an entry of the list to the key of the row that it names, the entries of a
    page (at most 100, one batch), the sort key `after` which the page begins, and a prefix of sort keys. Raises
    InvalidArgument when no page of this list can end at `after`.
    """
    if after and not (after.startswith(prefix) and len(after.encode()) <= MAX_SORT_BYTES):
        raise InvalidArgument("after", "There is no such page. Begin with the first one.")
    table, start = centre.settings.gate_table, {"pk": partition, "sk": after} if after else None
    found = centre.database.query(
        Query(table, partition, span=SortSpan(prefix=prefix or None), limit=limit, start=start)
    )
    keys = [named(item) for item in found.items]
    items = centre.database.get_many(table, keys) if keys else {}
    return GateRowPage({key: items[key] for key in keys if key in items}, str(found.next["sk"]) if found.next else None)
