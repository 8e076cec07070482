"""Rows that came into a window after it was closed; the next digest lists and signs them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from affino_mcp.audit.integrity.digest import WINDOW, Leaf, SignedDigest
from affino_mcp.audit.integrity.digest_archive import DigestArchive
from affino_mcp.audit.integrity.window_rows import LogTable

LATE_PERIOD: Final = timedelta(hours=1)
"""How far before its own window a digest lists late rows; a row that comes later still is shown as added."""

MAX_LATE_ROWS: Final = 1000
"""The most late rows of one digest; the next digest lists the others."""

MAX_ROWS_LOOKED_AT: Final = 50_000
"""Rows of closed windows after which no older window is looked at: at so many calls, a row must come sooner."""


def find_late_rows(log: LogTable, archive: DigestArchive, ends: datetime) -> tuple[Leaf, ...]:
    """Gives the rows before `ends`, where the chain ends, that no digest lists. Raises StoreUnavailable."""
    closed = _read_closed(archive, ends)
    if not closed:
        return ()
    listed = {leaf.id for signed in closed for leaf in (*signed.leaves, *signed.digest.late)}
    begins = max(closed[-1].digest.begins, ends - LATE_PERIOD)
    unlisted = (leaf for leaf in log.read_leaves(begins, ends) if leaf.id not in listed)
    return tuple(islice(unlisted, MAX_LATE_ROWS))


def _read_closed(archive: DigestArchive, ends: datetime) -> list[SignedDigest]:
    """The digests of the late period without a gap, newest first."""
    found: list[SignedDigest] = []
    earliest = ends - LATE_PERIOD
    for begins in reversed(list(archive.list_begins(earliest - WINDOW, ends))):
        stored = archive.read(begins)
        if not (stored and stored.signed and stored.chain_end.ends == (found[-1].digest.begins if found else ends)):
            break
        found.append(stored.signed)
        if begins <= earliest or sum(signed.digest.rows for signed in found) > MAX_ROWS_LOOKED_AT:
            break
    return found
