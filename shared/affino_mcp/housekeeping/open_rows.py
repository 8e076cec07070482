"""Closes the rows of deeds that nobody has closed, and writes the rows of deeds that were done without one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from affino_mcp import observability
from affino_mcp.audit.open_rows import MARKS_PER_READ, OPEN_ROWS_PARTITION, list_open_rows
from affino_mcp.audit.queries import lowest_ulid
from affino_mcp.gate.identity.row_keys import UNLOGGED_PARTITION
from affino_mcp.housekeeping.turn import Figures, Job, has_time
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Query, absent

CLOSING_AGE: Final = timedelta(minutes=15)
"""The age at which a deed that is begun is closed: no function runs so long."""

MAX_OPEN_AGE: Final = timedelta(hours=1)
"""The age of a deed without its row, or without its closing row, at which an alarm is due."""


def make_open_rows_job(db: Database, gate_table: str, audit_table: str) -> Job:
    """Gives the job."""
    return Job("operator rows", OpenRowsJob(db, gate_table, audit_table).run)


class OpenRowsJob:
    """One turn's work on the marks of both tables. A mark is removed once its row is there."""

    def __init__(self, db: Database, gate_table: str, audit_table: str) -> None:
        self._db, self._gate, self._audit = db, gate_table, audit_table

    def run(self, now: datetime) -> Figures:
        """Does what is due at this moment; gives how many rows it wrote for marks of either kind.

        Counts the metric RowsOpen when a mark is left that is older than an hour. Raises StoreUnavailable.
        """
        try:
            unlogged = self._write_unlogged()
            closed = self._close_begun(now)
        except StoreUnavailable:
            self._report_old_marks(now)
            raise
        self._report_old_marks(now)
        return {"unlogged": unlogged, "closed": closed}

    def _write_unlogged(self) -> int:
        written = 0
        while has_time() and (marks := self._read_marks(self._gate, UNLOGGED_PARTITION)):
            removals = [(mark["row"], Delete(self._gate, Key(mark["pk"], mark["sk"]))) for mark in marks]
            written += sum(self._write_row(row, removal) for row, removal in removals)
        return written

    def _close_begun(self, now: datetime) -> int:
        written = 0
        while has_time() and (found := list_open_rows(self._db, self._audit, now - CLOSING_AGE)):
            written += sum(self._write_row(each.closing, Delete(self._audit, each.mark)) for each in found)
        return written

    def _write_row(self, row: Item, removal: Delete) -> int:
        """Writes a mark's row unless it is there, then removes the mark; gives the number of rows written."""
        if not has_time():
            return 0
        written = 1
        try:
            self._db.put(Put(self._audit, row, absent()))
        except ConditionFailed:
            written = 0
        self._db.delete(removal)
        return written

    def _read_marks(self, table: str, partition: str) -> Sequence[Item]:
        """The oldest marks of a partition, in one read."""
        return self._db.query(Query(table, partition, limit=MARKS_PER_READ)).items

    def _report_old_marks(self, now: datetime) -> None:
        oldest: list[str] = []
        for table, partition in ((self._gate, UNLOGGED_PARTITION), (self._audit, OPEN_ROWS_PARTITION)):
            with suppress(StoreUnavailable):
                oldest += [mark["sk"] for mark in self._read_marks(table, partition)[:1]]
        if oldest and min(oldest) < lowest_ulid(now - MAX_OPEN_AGE):
            observability.count_metric("RowsOpen")
