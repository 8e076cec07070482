"""Sight: whether a call may show records of another family than its own."""

from __future__ import annotations

from affino_mcp.instance.port import Call


def sees(call: Call, family: str) -> bool:
    """Whether profile and person both may read the family."""
    return call.readable(family) and call.actor.has(f"{family}.read", call.at)
