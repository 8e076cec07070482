"""An archive in memory, for tests: the same answers as S3."""

from __future__ import annotations

import threading

from affino_mcp.store.archive import MAX_KEYS_PER_LIST
from affino_mcp.store.faults import StoreUnavailable


class MemoryArchive:
    """Objects on a dictionary. `objects` is what an attacker may change; `broken` makes every method fail."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken = False
        self._lock = threading.Lock()

    def _require_working(self) -> None:
        if self.broken:
            raise StoreUnavailable

    def add(self, key: str, content: bytes) -> bool:
        """See Archive."""
        self._require_working()
        with self._lock:
            is_new = key not in self.objects
            self.objects.setdefault(key, content)
            return is_new

    def read(self, key: str) -> bytes | None:
        """See Archive."""
        self._require_working()
        return self.objects.get(key)

    def list_keys(self, prefix: str, after: str = "") -> list[str]:
        """See Archive."""
        self._require_working()
        with self._lock:
            found = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        return found[:MAX_KEYS_PER_LIST]
