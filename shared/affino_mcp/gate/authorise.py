"""Authorises a call: first against the profile's families, then against the person's permissions."""

from __future__ import annotations

from datetime import datetime

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import is_listed
from affino_mcp.gate.caller import Caller
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled


def authorise(caller: Caller, method: Method, at: datetime) -> None:
    """Raises ToolDisabled when the profile does not list the method, PermissionDenied when the person lacks its right.

    The instance checks the rules of single records (own or other people's, security of sections and forums).
    """
    if not is_listed(method, caller.profile.capability):
        raise ToolDisabled(f"{method.family}.{method.access}")
    if method.right and not caller.person.has_right(method.right, at):
        raise PermissionDenied(method.right)
