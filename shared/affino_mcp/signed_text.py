"""Texts that only the holder of a key can make: a label, a key derived for it, a payload, and its MAC.

Confirmations and relogin links are such texts. Nothing here reads the payload.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any


def derive_key(label: bytes, secret: str) -> bytes:
    """Gives the 32-byte key of one use of a secret; two labels have keys that say nothing of each other."""
    return hashlib.sha256(label + secret.encode()).digest()


def json_payload(parts: list[Any]) -> bytes:
    """Gives the one byte text of JSON values that a MAC is made over: equal values are equal bytes."""
    return json.dumps(parts, sort_keys=True).encode()


def sign(key: bytes, payload: bytes) -> str:
    """Gives the MAC of a payload (HMAC-SHA-256), as 64 hex digits."""
    return hmac.new(key, payload, hashlib.sha256).hexdigest()


def is_signed(key: bytes, payload: bytes, mac: str) -> bool:
    """True when `mac` is the payload's MAC; takes the same time wherever the two differ."""
    return hmac.compare_digest(sign(key, payload).encode(), mac.encode())
