"""Refuses the replay of request signatures: a signature is valid once, and remembered for 30 minutes."""

from __future__ import annotations

import hashlib

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import ConditionFailed, Database, Put, absent

SIGNATURE_RETENTION_SECONDS = 30 * 60


class UsedSignatures:
    """Remembers used signatures for longer than their time stamps are accepted, so that no replay can succeed."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def claim_signature(self, signature: str) -> bool:
        """True if the signature was not used before; marks it as used.

        Of parallel calls with one signature, one gets True.
        """
        key = row_keys.used_signature_key(hashlib.sha256(signature.upper().encode()).hexdigest())
        row = key._asdict() | {"ttl": epoch_seconds(self._clock()) + SIGNATURE_RETENTION_SECONDS}
        try:
            self._db.put(Put(self._table, row, absent()))
        except ConditionFailed:
            return False
        return True
