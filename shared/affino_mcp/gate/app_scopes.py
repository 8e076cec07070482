"""What an app was given too little for: the refusal by which a client learns what to ask its person for."""

from __future__ import annotations

from affino_mcp.catalogue.capability import Narrowing
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.scopes import list_needed_scopes
from affino_mcp.errors import Refusal
from affino_mcp.tool_errors import ToolDisabled, ToolError


class InsufficientScope(Refusal):
    """The app was granted fewer scopes than the call needs; the detail `scope` names all that it needs, separated by blanks."""

    type, status, code, denied_by, who_can_fix = "insufficient_scope", 403, -31003, "scope", "person"
    text = "This app was not given the permissions that this call needs: connect it again with more permissions."
    next_step = (
        "Ask the person to connect this app again and to allow what `scope` names; go on with other tools meanwhile."
    )


def find_insufficient_scope(method: Method | None, error: ToolError) -> InsufficientScope | None:
    """Gives the refusal in place of a tool's error when an app's scopes alone are why; None when there is another reason."""
    if not isinstance(error, ToolDisabled) or error.narrowing != Narrowing.SCOPE:
        return None
    return InsufficientScope(scope=" ".join(list_needed_scopes(method, error.rule)))
