"""Decides whether a call may concern records of another family than its method's, for any system of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from affino_mcp.catalogue.capability import Access
from affino_mcp.catalogue.crossings import Crossing, given_crossings
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled


def require_crossings(call: Call, method: Method, values: Mapping[str, Any]) -> None:
    """Raises ToolDisabled or PermissionDenied, naming the argument, for a given argument whose other family is closed.

    It looks at no record.
    """
    for crossing in given_crossings(method.name, values):
        require_crossing(call, crossing)


def require_crossing(call: Call, crossing: Crossing) -> None:
    """Raises ToolDisabled unless the profile allows the crossing, PermissionDenied unless the person may make it."""
    allows = call.readable if crossing.access is Access.READ else call.writable
    if not allows(crossing.family):
        narrowing = call.left_out(crossing.family, crossing.access)
        raise ToolDisabled(crossing.rule, argument=crossing.argument, narrowing=narrowing)
    if not call.actor.has_right(crossing.rule, call.at):
        raise PermissionDenied(crossing.rule, argument=crossing.argument)
