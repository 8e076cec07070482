"""The price of tools for an agent: about how many tokens the tools of a family take in every tools/list."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS, is_listed
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.compact_json import to_json

BYTES_PER_TOKEN: Final = 4
"""An estimate for English and JSON."""


@cache
def price_always_listed() -> int:
    """Tokens of the tools that need no family switch, as a profile with read and write of some family lists them."""
    return _sum_tokens(name for name, method in METHODS.items() if method.family == Family.ALWAYS)


@cache
def price_families() -> dict[str, dict[str, int]]:
    """Tokens of the tools of each family by switch: `{"articles": {"read": 1240, "write": 3100}}`."""
    return {
        str(family): {str(access): _price_switch(str(family), access) for access in Access}
        for family in SWITCHED_FAMILIES
    }


def price_tools_list(capability: Capability, mode: ListMode = ListMode.FULL) -> int:
    """Tokens of the whole tools/list of a profile with this capability, in this mode."""
    if mode is ListMode.FULL:
        return _sum_tokens(name for name, method in METHODS.items() if is_listed(method, capability))
    return sum(_count_bytes(method) for method in ToolView(capability, mode).list_methods()) // BYTES_PER_TOKEN


def _price_switch(family: str, access: Access) -> int:
    return _sum_tokens(name for name, method in METHODS.items() if (method.family, method.access) == (family, access))


def _sum_tokens(names: Iterable[str]) -> int:
    return sum(_count_listing_bytes(name) for name in names) // BYTES_PER_TOKEN


@cache
def _count_listing_bytes(name: str) -> int:
    return _count_bytes(METHODS[name])


def _count_bytes(method: Method) -> int:
    return len(to_json(method.listing()).encode())
