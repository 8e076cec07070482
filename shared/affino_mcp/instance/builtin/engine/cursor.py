"""Cursors: the position at which a list continues, as enciphered and authenticated text.

A cursor is bound to its person, profile, method and query, and refused in any other. Its text cannot be read, because a
position can name a record that the person may not see.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.instance.cursor_binding import REFUSED_CURSOR, cursor_binding
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Item
from affino_mcp.tool_errors import InvalidArgument

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_LABEL: Final = b"affino-mcp cursor cipher\0"


def encode_cursor(call: Call, query: Mapping[str, Any], place: Item) -> str:
    """Encodes a position of this person's query as cursor text; equal positions of one query are equal texts."""
    position = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    return _to_text(_cipher(call).encrypt(position, [cursor_binding(call, query)]))


def decode_cursor(call: Call, query: Mapping[str, Any]) -> Item | None:
    """Decodes the query's Cursor into its position; None without a Cursor.

    Raises InvalidArgument when the text is not a cursor of this person, profile, method and query.
    """
    given = query.get("Cursor")
    if not given:
        return None
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 (see _cipher)

    try:
        position = _cipher(call).decrypt(_from_text(given), [cursor_binding(call, query)])
    except InvalidTag:
        raise InvalidArgument("Cursor", REFUSED_CURSOR) from None
    found: Item = json.loads(position)
    return found


def _cipher(call: Call) -> AESSIV:
    """AES-256-SIV (RFC 5297), which needs no nonce, under a key of its own made from the call's cursor key."""
    # The MCP SDK has the library imported before the first call; functions that serve no lists start without it.
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415

    return AESSIV(hashlib.sha512(_LABEL + call.cursor_key).digest())


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _from_text(text: str) -> bytes:
    """The bytes of a cursor text; none when it is not the one text of its bytes (base64 has spare bits, skips characters)."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
    return raw if _to_text(raw) == text else b""
