"""What a list's cursor is bound to, for any system of record: its person, profile, method and query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.instance.port import Call
from affino_mcp.signed_text import json_payload

REFUSED_CURSOR: Final = "Cursor is not one that this list gave you: pass NextCursor unchanged, with the same filters."
"""The text of the refusal of a Cursor that the list did not give out."""
_NOT_PART_OF_THE_QUERY: Final = frozenset({"Cursor", "PageSize", "Fields"})


def cursor_binding(call: Call, query: Mapping[str, Any]) -> bytes:
    """Gives the one byte text of what the person asks for, without where and how long a page is."""
    asked = {name: value for name, value in query.items() if name not in _NOT_PART_OF_THE_QUERY}
    return json_payload([call.actor.user_code, call.profile, call.method, asked])
