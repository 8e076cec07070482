"""May they? One answer for every entry: what the profile allows, then what the person may (R8, R22, R140)."""

from __future__ import annotations

from datetime import datetime

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import is_listed
from affino_mcp.gate.caller import Caller
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled


def authorise(caller: Caller, method: Method, at: datetime) -> None:
    """Raises ToolDisabled when the profile does not list the method, PermissionDenied when the person lacks its right.

    Record rules (own or others', security of sections and forums) are the instance's, on the record itself.
    """
    if not is_listed(method, caller.profile.capability):
        raise ToolDisabled(f"{method.family}.{method.access}")
    if method.right and not caller.person.has(method.right, at):
        raise PermissionDenied(method.right)
