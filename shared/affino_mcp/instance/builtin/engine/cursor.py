"""Cursors: where a list goes on, enciphered, sealed and bound to the person, the profile, the method and the query (threat 53).

A place can name a record that the person may not see, so nobody can read it out of the text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.errors import InvalidArgument
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Item

_SEAL: Final = 12
_NOT_PART_OF_THE_QUERY: Final = frozenset({"Cursor", "PageSize"})


def _seal(call: Call, query: Mapping[str, Any], place: bytes) -> bytes:
    asked = {name: value for name, value in query.items() if name not in _NOT_PART_OF_THE_QUERY}
    bound = json.dumps([call.actor.user_code, call.profile, call.method, asked], sort_keys=True).encode()
    return hmac.new(call.cursor_key, bound + b"|" + place, hashlib.sha256).digest()[:_SEAL]


def cursor(call: Call, query: Mapping[str, Any], place: Item) -> str:
    """The text that stands for this place in this person's query."""
    raw = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    seal = _seal(call, query, raw)
    return _text(seal + _veiled(call, seal, raw))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _veiled(call: Call, seal: bytes, text: bytes) -> bytes:
    """The text under a key stream that the seal selects, or out from under it: each seal's stream is its own."""
    stream = hashlib.shake_256(hashlib.sha256(call.cursor_key + b"|veil|").digest() + seal).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def place(call: Call, query: Mapping[str, Any]) -> Item | None:
    """The place that the query's Cursor stands for; None without one. Raises InvalidArgument for any other text."""
    given = query.get("Cursor")
    if not given:
        return None
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    raw = raw if _text(raw) == given else b""  # one text for one place: no spare bits, no letters that are skipped
    opened = _veiled(call, raw[:_SEAL], raw[_SEAL:])
    if not hmac.compare_digest(_seal(call, query, opened), raw[:_SEAL]):
        text = "Cursor is not one that this list gave you: pass NextCursor unchanged, with the same filters."
        raise InvalidArgument("Cursor", text)
    found: Item = json.loads(opened)
    return found
