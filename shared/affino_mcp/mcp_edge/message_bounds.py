"""What a JSON-RPC message must have beside its bounds: its id, as far as it can be told, and the shape of a tool call."""

from __future__ import annotations

import json
from typing import Any, Final

from affino_mcp.errors import BadRequest
from affino_mcp.late_pattern import late_pattern

_ID_PATTERN: Final = late_pattern(rb'"id"\s{0,9}:\s{0,9}([0-9]{1,15}(?![0-9])|"[A-Za-z0-9_.:-]{1,64}")')
_ENDS: Final = 200


class InvalidParams(BadRequest):
    """The parameters of a call have a wrong shape; the code is JSON-RPC's own."""

    code = -32602
    text = "The parameters of this method are not valid."


def guess_id(body: bytes) -> str | int | None:
    """Gives the id of a body that is not parsed, where it stands near the beginning or the end; None elsewhere."""
    found = _ID_PATTERN.search(body[:_ENDS]) or _ID_PATTERN.search(body[-_ENDS:])
    return None if found is None else json.loads(found[1])


def find_wrong_shape(params: dict[str, Any]) -> BadRequest | None:
    """Finds what the parameters of a tool call have that MCP does not allow: a name, arguments or progress token."""
    meta = params.get("_meta")
    token = meta.get("progressToken", "") if isinstance(meta, dict) else ""
    if not isinstance(params.get("name"), str):
        return InvalidParams("A tool call needs the tool's name, as a text.", argument="name")
    if not isinstance(params.get("arguments"), dict | None):
        return InvalidParams("The arguments of a tool call must be an object.", argument="arguments")
    if not isinstance(meta, dict | None):
        return InvalidParams("_meta must be an object.", argument="_meta")
    if isinstance(token, bool) or not isinstance(token, str | int):
        return InvalidParams("progressToken must be a text or a whole number.", argument="progressToken")
    return None
