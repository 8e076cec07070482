"""Rows of the API Log in the layout before, where all calls were in one partition of index ByTime (docs/decisions/0064)."""

from __future__ import annotations

from typing import Final

from affino_mcp.audit.row import all_calls_partition
from affino_mcp.store.ops import Item

_FORMER_ALL_CALLS_PARTITION: Final = "E"
"""The one partition of index ByTime in the layout before."""


def move_to_current_partition(item: Item) -> Item:
    """Gives a row of the former layout, whose calls were all in one partition of index ByTime, in its present one.

    Every other row is given as it is.
    """
    if item.get("everybody") != _FORMER_ALL_CALLS_PARTITION:
        return item
    return {**item, "everybody": all_calls_partition(str(item["sk"]))}


def read_former_index_keys(item: Item) -> Item:
    """Gives a row of the former layout, which is known by its `id`, with the index attributes that it was written with.

    Every other row is given as it is.
    """
    return {**item, "everybody": _FORMER_ALL_CALLS_PARTITION} if "id" in item and "everybody" in item else item
