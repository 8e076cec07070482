"""Cursors: the position at which a list continues, as enciphered and authenticated text.

A cursor is bound to its person, profile, method and query, and refused in any other. Its text cannot be read, because a
position can name a record that the person may not see.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.instance.port import Call
from affino_mcp.signed_text import json_payload
from affino_mcp.store.ops import Item
from affino_mcp.tool_errors import InvalidArgument

_SEAL: Final = 12
_NOT_PART_OF_THE_QUERY: Final = frozenset({"Cursor", "PageSize"})


def _seal(call: Call, query: Mapping[str, Any], place: bytes) -> bytes:
    asked = {name: value for name, value in query.items() if name not in _NOT_PART_OF_THE_QUERY}
    bound = json_payload([call.actor.user_code, call.profile, call.method, asked])
    return hmac.new(call.cursor_key, bound + b"|" + place, hashlib.sha256).digest()[:_SEAL]


def cursor(call: Call, query: Mapping[str, Any], place: Item) -> str:
    """Encodes a position of this person's query as cursor text."""
    raw = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    seal = _seal(call, query, raw)
    return _text(seal + _veiled(call, seal, raw))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _veiled(call: Call, seal: bytes, text: bytes) -> bytes:
    """Enciphers or deciphers a text with the key stream that its seal selects; every seal has a key stream of its own."""
    stream = hashlib.shake_256(hashlib.sha256(call.cursor_key + b"|veil|").digest() + seal).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def place(call: Call, query: Mapping[str, Any]) -> Item | None:
    """Decodes the query's Cursor into its position; None without a Cursor.

    Raises InvalidArgument when the text is not a cursor of this person, profile, method and query.
    """
    given = query.get("Cursor")
    if not given:
        return None
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    raw = raw if _text(raw) == given else b""  # one text per position: base64 has spare bits and skips characters
    opened = _veiled(call, raw[:_SEAL], raw[_SEAL:])
    if not hmac.compare_digest(_seal(call, query, opened), raw[:_SEAL]):
        text = "Cursor is not one that this list gave you: pass NextCursor unchanged, with the same filters."
        raise InvalidArgument("Cursor", text)
    found: Item = json.loads(opened)
    return found
