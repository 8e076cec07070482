"""Secrets on a dictionary, for tests."""

from __future__ import annotations

import json
import threading

from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.secrets import SecretDocument


class MemorySecretStore:
    """Secrets on a dictionary. `reads` counts the reads; `broken` makes every method raise StoreUnavailable."""

    def __init__(self) -> None:
        self._documents: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()
        self.reads = 0
        self.broken = False

    def read(self, name: str, version: str) -> SecretDocument:
        """See SecretStore."""
        if self.broken:
            raise StoreUnavailable
        with self._lock:
            self.reads += 1
            document: SecretDocument = json.loads(self._documents[name, version])
            return document

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """See SecretStore."""
        if self.broken:
            raise StoreUnavailable
        with self._lock:
            self._documents[name, version] = json.dumps(document)

    def remove(self, name: str) -> None:
        """See SecretStore."""
        if self.broken:
            raise StoreUnavailable
        with self._lock:
            for address in [each for each in self._documents if each[0] == name]:
                del self._documents[address]
