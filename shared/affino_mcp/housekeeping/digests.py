"""The job that closes windows of the API Log with signed digests, and counts the metric DigestLate when none is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from affino_mcp import observability
from affino_mcp.audit.integrity.closing import ClosedWindows, WindowCloser
from affino_mcp.audit.integrity.digest import DIGEST_LATE_AFTER
from affino_mcp.audit.integrity.digest_archive import ChainEnd, DigestArchive
from affino_mcp.audit.integrity.noted_end import DIGEST_JOB, chain_end_from_item, chain_end_item
from affino_mcp.audit.integrity.window_rows import LogTable
from affino_mcp.clock import format_iso
from affino_mcp.housekeeping.turn import Figures, JobPosition, has_time
from affino_mcp.store.archive import Archive
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database
from affino_mcp.store.signing import Signer
from affino_mcp.value_class import value_class

DIGEST_LATE_METRIC: Final = "DigestLate"


@value_class
class DigestJob:
    """Closes what is due, and notes the end of the chain outside the archive: who removes the last digest gets no new one."""

    closer: WindowCloser
    position: JobPosition

    def known_end(self) -> ChainEnd | None:
        """The end of the chain as it was noted last; None when nothing was closed yet. Raises StoreUnavailable."""
        return chain_end_from_item(self.position.load())

    def run(self, now: datetime) -> Figures:
        """Closes the windows that are due, within the turn's time. Raises StoreUnavailable."""
        known: ChainEnd | None = None
        try:
            known = self.known_end()
            done = self._close(now, known, has_time)
        except StoreUnavailable:
            _count_late(known, now)
            raise
        _count_late(done.end, now)
        return {"closed": done.windows, "rows": done.rows, "late": done.late, "until": format_iso(done.end.ends)}

    def close_early(self, now: datetime) -> ClosedWindows:
        """Closes every window up to now, the last one before its end. Raises StoreUnavailable."""
        return self._close(now, self.known_end(), lambda: True, early=True)

    def close_due(self, now: datetime) -> ClosedWindows:
        """Closes every window that is due, however long it takes. Raises StoreUnavailable."""
        return self._close(now, self.known_end(), lambda: True)

    def _close(
        self, now: datetime, known: ChainEnd | None, goes_on: Callable[[], bool], *, early: bool = False
    ) -> ClosedWindows:
        """Closes windows as `WindowCloser.close_due` does, and stores the end of the chain."""
        done = self.closer.close_due(now, known, goes_on, early=early)
        if done.windows:
            self.position.save(chain_end_item(done.end))
        return done


def make_digest_job(database: Database, table: str, objects: Archive, signer: Signer) -> DigestJob:
    """Makes the job for the log in this table, whose digests are in this archive."""
    closer = WindowCloser(LogTable(database, table), DigestArchive(objects), signer)
    return DigestJob(closer, JobPosition(database, table, DIGEST_JOB))


def _count_late(end: ChainEnd | None, now: datetime) -> None:
    """Counts the metric when no digest was made for too long, or the last one seems to come from the future."""
    if end is None or abs(now - end.made) > DIGEST_LATE_AFTER:
        observability.count_metric(DIGEST_LATE_METRIC)
