"""The instance's own budget of each profile: the two services know the same profiles, and each counts its own calls."""

from __future__ import annotations

from threading import RLock
from typing import Final

from affino_mcp.gate.identity.row_keys import PROFILE_PREFIX
from affino_mcp.gate.profiles.profile import LAST_USED_ATTRIBUTE
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Update
from affino_mcp.store.testing.memory_database import MemoryDatabase
from affino_mcp.store.testing.recording import RecordingDatabase

_COUNTS: Final = ("tat", LAST_USED_ATTRIBUTE, "calls_")
"""How the attributes of a profile's row begin that a service counts."""


class OwnBudgetDatabase(RecordingDatabase):
    """Passes everything on to `inner`, but for what is counted in the rows of profiles, which it keeps itself."""

    def __init__(self, inner: Database, gate_table: str) -> None:
        super().__init__(inner)
        self._gate_table, self._own, self._lock = gate_table, MemoryDatabase(), RLock()

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        if not self._is_profile(table, key):
            return super().get(table, key)
        with self._lock:
            self._follow(key)
            return self._own.get(table, key)

    def update(self, op: Update) -> Item:
        """See Database."""
        if not self._is_profile(op.table, op.key):
            return super().update(op)
        with self._lock:
            self._follow(op.key)
            return self._own.update(op)

    def _is_profile(self, table: str, key: Key) -> bool:
        return table == self._gate_table and key.pk.startswith(PROFILE_PREFIX)

    def _follow(self, key: Key) -> None:
        """Takes over the profile's row as it is for both services."""
        row = self.inner.get(self._gate_table, key)
        kept = self._own.get(self._gate_table, key) or {"tat": 0}
        if row is None:
            self._own.delete(Delete(self._gate_table, key))
            return
        shared = {name: value for name, value in row.items() if not name.startswith(_COUNTS)}
        counted = {name: value for name, value in kept.items() if name.startswith(_COUNTS)}
        self._own.put(Put(self._gate_table, shared | counted))
