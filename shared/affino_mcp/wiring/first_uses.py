"""What libraries set up at their first use, which a first call would wait for (decision 0125)."""

from __future__ import annotations

import hmac

from affino_mcp.compact_json import from_json, to_json_bytes


def prepare_libraries() -> None:
    """Has OpenSSL look its HMAC up, and pydantic make its table of names: 0.2 ms, whoever waits for it."""
    hmac.digest(b"key", b"text", "sha256")
    from_json(to_json_bytes({"name": "value"}))
