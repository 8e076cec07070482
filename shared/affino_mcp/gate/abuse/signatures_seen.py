"""Refuses the replay of request signatures: a signature is valid once, and remembered for 30 minutes.

The row of a used signature holds a random nonce of the request that used it, so that a request knows its own row when the
store answers its write twice or not at all.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable, Unanswered
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, absent, equals

SIGNATURE_RETENTION_SECONDS = 30 * 60
_MAX_CLAIM_ATTEMPTS = 3


class SignatureUsed(Exception):
    """The signature has been used before."""


class UsedSignatures:
    """Remembers used signatures for longer than their time stamps are accepted, so that no replay can succeed."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    @contextmanager
    def use_signature(self, signature: str) -> Iterator[None]:
        """Marks the signature as used, then runs the body; of parallel uses of one signature, one runs.

        Raises SignatureUsed, and StoreUnavailable (never Unanswered) when the mark cannot be made. When a store stops the
        body (StoreUnavailable, Unanswered), the mark is taken back, because the caller is told to send the request again;
        when even that is not possible, the signature stays used.
        """
        key = row_keys.used_signature_key(hashlib.sha256(signature.upper().encode()).hexdigest())
        nonce = secrets.token_hex(16)
        try:
            self._claim(key, nonce)
            yield
        except StoreUnavailable:
            self._release(key, nonce)
            raise

    def _claim(self, key: Key, nonce: str) -> None:
        row = key._asdict() | {"nonce": nonce, "ttl": epoch_seconds(self._clock()) + SIGNATURE_RETENTION_SECONDS}
        for _ in range(_MAX_CLAIM_ATTEMPTS):
            holder = self._put_unless_held(row, key)
            if holder is not None:
                if holder.get("nonce") != nonce:
                    raise SignatureUsed
                return
        raise StoreUnavailable

    def _put_unless_held(self, row: Item, key: Key) -> Item | None:
        """The signature's row after the write: this one, or the one that was there; None when the latter is gone again."""
        try:
            self._db.put(Put(self._table, row, absent()))
        except ConditionFailed as failed:
            return failed.item
        except Unanswered as lost:
            found = self._db.get(self._table, key)
            if found is None:
                raise StoreUnavailable from lost
            return found
        return row

    def _release(self, key: Key, nonce: str) -> None:
        with suppress(ConditionFailed, StoreUnavailable):
            self._db.delete(Delete(self._table, key, equals("nonce", nonce)))
