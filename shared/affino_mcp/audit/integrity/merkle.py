"""The Merkle tree hash of RFC 9162, section 2.1.1: one hash that no change of a leaf, or of their order, leaves as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Gives the tree hash (SHA-256) of leaves in their order; of none, the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(_LEAF + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        paired = [hashlib.sha256(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2])]  # noqa: B905 (a last one without a partner goes up as it is)
        level = paired + level[len(paired) * 2 :]
    return level[0]
