"""A secret store for tests whose calls fail as a store's calls do."""

from __future__ import annotations

from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.secrets import SecretDocument
from affino_mcp.store.testing.faulty_database import StoreFault
from affino_mcp.store.testing.memory_secrets import MemorySecretStore


class FaultySecretStore(MemorySecretStore):
    """Secrets on a dictionary, except for the calls that `faults` names by their number, from 0.

    `calls` lists the methods called since `arm`. With `lasting`, the fault holds for every call from the lowest number on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.arm({})

    def arm(self, faults: dict[int, StoreFault], *, lasting: bool = False) -> None:
        """Sets the faults of the next calls, which are counted from 0 again."""
        self.faults, self.lasting = faults, lasting
        self.calls: list[str] = []

    def _next_fault(self, method: str) -> StoreFault | None:
        number = len(self.calls)
        self.calls.append(method)
        if self.lasting and self.faults and number >= min(self.faults):
            return self.faults[min(self.faults)]
        return self.faults.get(number)

    def read(self, name: str, version: str) -> SecretDocument:
        """See SecretStore."""
        if self._next_fault("read") in {StoreFault.BEFORE, StoreFault.LOST, StoreFault.VANISHED}:
            raise StoreUnavailable
        return super().read(name, version)

    def write(self, name: str, version: str, document: SecretDocument) -> None:
        """See SecretStore. A version that is sent twice is the same version."""
        fault = self._next_fault("write")
        if fault is StoreFault.BEFORE:
            raise StoreUnavailable
        if fault is not StoreFault.VANISHED:
            super().write(name, version, document)
        if fault in {StoreFault.LOST, StoreFault.VANISHED}:
            raise Unanswered

    def remove(self, name: str) -> None:
        """See SecretStore. What is removed twice is removed."""
        fault = self._next_fault("remove")
        if fault is StoreFault.BEFORE:
            raise StoreUnavailable
        if fault is not StoreFault.VANISHED:
            super().remove(name)
        if fault in {StoreFault.LOST, StoreFault.VANISHED}:
            raise Unanswered
