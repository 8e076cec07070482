"""The hash of an audit row as it is stored: SHA-256 of the row as canonical JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.audit.former_rows import read_former_index_keys
from affino_mcp.audit.row import STORM_METHOD
from affino_mcp.store.ops import Item

_NEVER_HASHED: Final = frozenset({"ttl"})
"""Left out, because keeping rows longer is no tampering; a row that expires too early is missing."""
_RAISED_IN_A_STORM: Final = frozenset({"count", "error", "profile_name", "result"})
"""Left out of a storm's row: each refusal of its minute raises the count and overwrites the others."""


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """Gives the one text of a document: names sorted, no spaces, characters beyond ASCII escaped."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def hash_row(item: Item) -> str:
    """Gives the SHA-256, in hex, of a row with its keys and index attributes.

    A row of the former layout is hashed as it was stored when its digest was made.
    """
    left_out = _NEVER_HASHED | (_RAISED_IN_A_STORM if item.get("method") == STORM_METHOD else frozenset())
    return hashlib.sha256(
        canonical_json({name: value for name, value in read_former_index_keys(item).items() if name not in left_out})
    ).hexdigest()
