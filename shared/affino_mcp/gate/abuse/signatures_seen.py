"""Signatures are good for one use (affino-rest.md: never again for 30 minutes)."""

from __future__ import annotations

import hashlib

from affino_mcp.clock import Clock, seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import ConditionFailed, Database, Put, absent

REMEMBERED = 30 * 60


class SignaturesSeen:
    """Remembers used signatures longer than their time stamps are accepted, so there is no gap for a replay."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def first_use(self, signature: str) -> bool:
        """Whether this signature was never used before; it is used now. Of several at once, one is the first."""
        key = row_keys.signature(hashlib.sha256(signature.upper().encode()).hexdigest())
        row = key._asdict() | {"ttl": seconds(self._clock()) + REMEMBERED}
        try:
            self._db.put(Put(self._table, row, absent()))
        except ConditionFailed:
            return False
        return True
