"""An API Log in memory with its digests, and what an attacker may do to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from affino_mcp.audit.integrity.closing import MAX_ROWS_PER_DIGEST, ClosedWindows, WindowCloser
from affino_mcp.audit.integrity.digest import SignedDigest, digest_key
from affino_mcp.audit.integrity.digest_archive import ChainEnd, DigestArchive
from affino_mcp.audit.integrity.log_check import LogCheck
from affino_mcp.audit.integrity.verdict import WindowVerdict
from affino_mcp.audit.integrity.window_rows import LogTable
from affino_mcp.audit.row import AuditRow, row_item, row_key
from affino_mcp.store.ops import Item, Key, Put
from affino_mcp.store.signing import SignatureCheck
from affino_mcp.store.testing.memory_archive import MemoryArchive
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.unit.audit.rows import NOON, TABLE, row

MINUTE = timedelta(minutes=1)


class MemorySigner:
    """Signs with a key that no file holds."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def public_key(self) -> str:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


@dataclass
class SealedLog:
    """A log whose first window begins at NOON."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    objects: MemoryArchive = field(default_factory=MemoryArchive)
    signer: MemorySigner = field(default_factory=MemorySigner)
    max_rows: int = MAX_ROWS_PER_DIGEST

    @property
    def table(self) -> LogTable:
        return LogTable(self.database, TABLE)

    @property
    def archive(self) -> DigestArchive:
        return DigestArchive(self.objects)

    def log(self, minute: float, **given: Any) -> AuditRow:
        """Logs a call so many minutes after NOON."""
        made = row(NOON + minute * MINUTE, **given)
        self.put(row_item(made))
        return made

    def put(self, item: Item) -> None:
        self.database.put(Put(TABLE, item))

    def item(self, of: AuditRow) -> Item:
        found = self.database.get(TABLE, row_key(of))
        assert found
        return found

    def remove(self, of: AuditRow) -> Item:
        """Removes a row; gives it, so that it can be put back."""
        found = self.item(of)
        self.forget(Key(found["pk"], found["sk"]))
        return found

    def forget(self, key: Key) -> None:
        self.database._tables[TABLE][key.pk].pop(key.sk)

    def close(
        self,
        minute: float,
        known: ChainEnd | None = None,
        goes_on: Callable[[], bool] = lambda: True,
        *,
        early: bool = False,
    ) -> ClosedWindows:
        """Closes what is due so many minutes after NOON."""
        closer = WindowCloser(self.table, self.archive, self.signer, self.max_rows)
        return closer.close_due(NOON + minute * MINUTE, known, goes_on, early=early)

    def verdicts(self, minute: float, since: float = 0, known: ChainEnd | None = None) -> list[WindowVerdict]:
        """Verifies at so many minutes after NOON what came after the minute `since`."""
        check = LogCheck(self.table, self.archive, SignatureCheck(self.signer.public_key()), known)
        return list(check.verify(NOON + since * MINUTE, NOON + minute * MINUTE))

    def wrong(self, minute: float, since: float = 0) -> dict[float, str]:
        """What is said of each window that is not ok, by the minute at which it begins."""
        found = self.verdicts(minute, since)
        return {minutes(verdict.begins): verdict.words for verdict in found if verdict.words != "ok"}

    def key(self, minute: float) -> str:
        return digest_key(NOON + minute * MINUTE)

    def digest(self, minute: float) -> SignedDigest:
        """The digest of the window that begins so many minutes after NOON."""
        return SignedDigest.from_bytes(self.objects.objects[self.key(minute)])

    def windows(self) -> list[tuple[float, float]]:
        """Begin and end of every window that has a digest, in minutes after NOON."""
        found = [SignedDigest.from_bytes(content).digest for _, content in sorted(self.objects.objects.items())]
        return [(minutes(digest.begins), minutes(digest.ends)) for digest in found]


def minutes(moment: datetime) -> float:
    return (moment - NOON) / MINUTE


def sealed(windows: int = 4, **given: Any) -> SealedLog:
    """A log whose windows, from NOON on, are closed one after the other: the first at 20 minutes, when it is due."""
    log = SealedLog(**given)
    for number in range(windows):
        log.log(5 * number + 1)
        log.log(5 * number + 3, profile_key="K2", person_code=None)
    for number in range(windows):
        log.close(20 + 5 * number)
    return log
