"""Affino's error codes: what REST callers get in `error.code`, as texts."""

from __future__ import annotations

from typing import Final

from affino_mcp.errors import AffinoError
from affino_mcp.tool_errors import ToolError

_CODES: Final = {
    "no_key": "-101",
    "bad_signature": "-102",
    "authentication_error": "-102",
    "replayed": "-103",
    "no_token": "-105",
    "session_unknown": "-105",
    "session_expired": "-106",
    "person_disabled": "-110",
    "profile_disabled": "-110",
    "profile_expired": "-110",
    "not_allowed": "-110",
    "rest_off": "-110",
    "path_not_found": "-120",
    "rate_limited": "-129",
    "too_many_failures": "-129",
    "unavailable": "-1",
    "outcome_unknown": "-1",
    "instance_busy": "-1",
    "instance_failed": "-1",
}
"""The codes of what is refused before a method runs, by the type of the error; any other one is a bad request."""
_BAD_REQUEST: Final = "-10"


def affino_code(error: AffinoError) -> str:
    """Gives the code of an error: a method's own one, or the one for what the gate and the edge refuse."""
    return str(error.code) if isinstance(error, ToolError) else _CODES.get(error.type, _BAD_REQUEST)
