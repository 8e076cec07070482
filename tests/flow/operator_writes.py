"""What tests of operators' changes need: a log that seals a row, and a database in which somebody else is faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from affino_mcp.catalogue.warning import CallWarning
from affino_mcp.instance.port import AuditWrite, Done, NoCallLog
from affino_mcp.store.testing.recording import RecordingDatabase


class SealedLog(NoCallLog):
    """A log whose rows, of one method, are part of the changes' transactions, as an operator's are."""

    def __init__(self, method: str) -> None:
        self.method, self.sealed = method, list[Done]()

    def seal(self, done: Done, warnings: list[CallWarning], share: str = "") -> AuditWrite:
        self.sealed.append(done)
        return AuditWrite({"pk": "P#control", "sk": f"C#{len(self.sealed)}", "method": self.method})


class OvertakenDatabase(RecordingDatabase):
    """A database in which another operator writes (`meet`) between the first read and the write."""

    meet: Callable[[], object] | None = None

    def transact(self, ops: Any, token: str) -> None:
        meet, self.meet = self.meet, None
        if meet:
            meet()
        super().transact(ops, token)
