"""The finished tools/list of each era and view of the tools: made once, then sent as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from affino_mcp.compact_json import to_json
from affino_mcp.mcp_edge.lane.answers import CACHE_HINT, finish_result

if TYPE_CHECKING:
    from affino_mcp.catalogue.tool_view import ToolView

MAX_KEPT_LISTS: Final = 64


class ToolLists:
    """The lists of one process. A list's key holds all that decides what is in it, so it is never out of date."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], bytes] = {}

    def encoded_list(self, view: ToolView, *, modern: bool) -> bytes:
        """The result of tools/list, in JSON."""
        key = (modern, *view.key)
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT_LISTS:
                self._kept.clear()
            self._kept[key] = _encode_list(view, modern=modern)
        return self._kept[key]


def _encode_list(view: ToolView, *, modern: bool) -> bytes:
    members = {"tools": [method.listing() for method in view.list_methods()], **(CACHE_HINT if modern else {})}
    return finish_result(to_json(members), modern=modern)
