"""Finds credentials that were never filled in: `Bearer ${TOKEN}`, `<token>`, `undefined`, an empty variable.

What is found depends on the header alone, so that telling the caller gives nothing away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from affino_mcp.errors import BadCredentials
from affino_mcp.late_pattern import late_pattern

MAX_LOOKED_AT: Final = 300
"""The longest header that is looked at; what is longer is no placeholder."""
_SHOWN_NAMES: Final = {
    b"authorization": "Authorization",
    b"x-api-key": "X-API-Key",
    b"x-api-secret": "X-API-Secret",
    b"x-auth-token": "X-Auth-Token",
}
_SCHEME: Final = late_pattern(rb"bearer(?: +|$)", re.IGNORECASE)
_SIGNS: Final = late_pattern(rb"[$%{}<>\[\]\"'`]")
"""Signs of a variable, a gap to fill in, or quotes around a value; no key, secret or token holds one."""
_WORDS: Final = late_pattern(
    rb"undefined|null|nil|none|nan|false|true|bearer|change_?me|replace_?me|todo|tbd|placeholder|redacted|\*+|\.+"
    rb"|(?:(?:your|my|the|insert|enter|paste|put|affino|mcp|api|access|x)_?)*(?:token|key|secret|api_?key|access_?token)(?:_?here)?",
    re.IGNORECASE,
)
_FILLED_IN: Final = re.compile(
    rb"(?i:bearer +)?[a-z_-]*[0-9][a-z0-9_-]*(?:[:.][a-z_-]*[0-9][a-z0-9_-]*)*", re.IGNORECASE
)
"""Parts with a digit each, which no word has, and without a sign: what almost every caller sends, told in one step."""
_PARTS: Final = late_pattern(rb"[:.]")
"""What stands between the parts of a header that carries several values."""
_SEPARATORS: Final = late_pattern(rb"[ _-]+")


class PlaceholderSent(BadCredentials):
    """The header of this name holds what stands for a value. It says nothing of any profile, key or token."""

    def __init__(self, header: str) -> None:
        super().__init__(f"{self.text} The header {header} holds a placeholder, or nothing, where the value should be.")


def find_placeholder(headers: Mapping[bytes, bytes]) -> str | None:
    """The name of the first header of credentials that holds a placeholder, or nothing at all; None when none does."""
    for name, shown in _SHOWN_NAMES.items():
        if name in headers and _is_placeholder(headers[name]):
            return shown
    return None


def _is_placeholder(value: bytes) -> bool:
    if len(value) > MAX_LOOKED_AT or _FILLED_IN.fullmatch(value):
        return False
    bare = _SCHEME.sub(b"", value, count=1).strip()
    return _SCHEME.match(bare) is not None or any(_stands_for_value(part) for part in (bare, *_PARTS.split(bare)))


def _stands_for_value(text: bytes) -> bool:
    return not text or _SIGNS.search(text) is not None or _WORDS.fullmatch(_SEPARATORS.sub(b"_", text)) is not None
