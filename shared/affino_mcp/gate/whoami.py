"""Answers `get_current_user`: what a caller may know about its own call, without secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.clock import format_iso
from affino_mcp.gate.caller import Caller

CURRENT_USER_METHOD: Final = "get_current_user"
"""The catalogue method that the gate answers itself, for every kind of instance."""


def describe_current_user(caller: Caller) -> dict[str, Any]:
    """Gives the answer of `get_current_user`."""
    return {
        "UserCode": caller.person.user_code,
        "Name": caller.person.name,
        "Email": caller.person.email,
        "ApiProfile": caller.profile.name,
        "Families": caller.profile.capability.to_json(),
        "SessionExpires": format_iso(datetime.fromtimestamp(caller.session.expires, UTC)),
        "RateLimit": caller.profile.rate,
    }
