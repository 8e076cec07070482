"""Closes the rows of calls to an instance elsewhere that nobody has closed: the instance is asked what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from affino_mcp import observability
from affino_mcp.audit.open_rows import OPEN_CALLS_PARTITION, OpenRow, list_open_rows
from affino_mcp.audit.queries import lowest_ulid
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.errors import Unavailable
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.housekeeping.open_rows import MAX_OPEN_AGE
from affino_mcp.housekeeping.turn import Figures, Job, has_time
from affino_mcp.instance.elsewhere import CallCredentials
from affino_mcp.instance.upkeep import AskedWrite, OutcomeTeller, SettledWrite, WriteOutcome
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, absent

ASKING_AGE: Final = timedelta(seconds=30)
"""The age at which the instance is asked: no function that makes calls runs so long."""
CALL_CLOSING_AGE: Final = timedelta(minutes=3)
"""The age at which a call is closed as unknown: a turn comes every two minutes, so that none is left open after five."""
_UNKNOWN: Final = SettledWrite(WriteOutcome.UNKNOWN)
_NOT_APPLIED: Final = "The instance says that it did not carry this out. The service's own answer was lost."


class OpenCallsJob:
    """One turn's work on the marks of begun calls. A mark is removed once its closing row is there."""

    def __init__(self, db: Database, audit_table: str, profiles: ProfileReader, teller: OutcomeTeller) -> None:
        self._db, self._audit, self._profiles, self._teller = db, audit_table, profiles, teller

    def run(self, now: datetime) -> Figures:
        """Closes what can be closed at this moment; gives how many rows it wrote, and how many marks it left.

        What the instance cannot tell, or when it cannot be reached, is asked again in the next turn, and is closed as unknown in
        the first turn after CALL_CLOSING_AGE. Counts the metric RowsOpen when a mark is left that is older than an hour. Raises
        StoreUnavailable.
        """
        closed, left, last = 0, 0, ""
        while has_time() and (found := list_open_rows(self._db, self._audit, now - ASKING_AGE, *self._from(last))):
            written = self._find_closed(found)
            for call in found:
                done = call.mark in written or self._close(call, now)
                closed, left = closed + (done and call.mark not in written), left + (not done)
                if done:
                    self._db.delete(Delete(self._audit, call.mark))
            last = found[-1].mark.sk
        self._report_old_marks(now)
        return {"closed": closed, "left": left}

    @staticmethod
    def _from(last: str) -> tuple[str, str]:
        return OPEN_CALLS_PARTITION, last

    def _find_closed(self, found: Sequence[OpenRow]) -> set[Key]:
        """The marks of the calls that were closed when they ended, as nearly all are: one read."""
        places = {Key(call.closing["pk"], call.closing["sk"]): call.mark for call in found}
        return {places[place] for place in self._db.get_many(self._audit, list(places))}

    def _close(self, call: OpenRow, now: datetime) -> bool:
        """Writes the closing row when the outcome is known, or never will be; True when it is there."""
        told = self._ask(call) if has_time() else _UNKNOWN
        if told.outcome is WriteOutcome.UNKNOWN and call.mark.sk > lowest_ulid(now - CALL_CLOSING_AGE):
            return False
        try:
            self._db.put(Put(self._audit, _closing_item(call.closing, told), absent()))
        except ConditionFailed:
            return True  # the call has ended meanwhile
        return True

    def _ask(self, call: OpenRow) -> SettledWrite:
        row = AuditRow.from_document(call.closing)
        state = self._profiles.read_current(row.profile_key)
        if state is None or row.person_code is None:
            return _UNKNOWN
        credentials = CallCredentials(row.profile_key, state.profile.secret, "")
        asked = AskedWrite(row.person_code, row.profile_key, call.asks, row.request_id)
        return self._teller.tell_outcome(asked, credentials)

    def _report_old_marks(self, now: datetime) -> None:
        if list_open_rows(self._db, self._audit, now - MAX_OPEN_AGE, OPEN_CALLS_PARTITION):
            observability.count_metric("RowsOpen")


def make_open_calls_job(db: Database, audit_table: str, profiles: ProfileReader, teller: OutcomeTeller) -> Job:
    """Gives the job."""
    return Job("open calls", OpenCallsJob(db, audit_table, profiles, teller).run)


def _closing_item(item: Item, found: SettledWrite) -> Item:
    """The closing row as stored; the one of an unknown outcome is in the mark."""
    row = AuditRow.from_document(item)
    if found.outcome is WriteOutcome.APPLIED:
        told, records = "done; the service's own answer was lost", (found.record,) if found.record else ()
        ended = replace(row, outcome=Outcome.OK, status=200, error=None, result=told)
        return row_item(replace(ended, record=found.record, records=records))
    if found.outcome is WriteOutcome.NOT_APPLIED:
        error = {"code": Unavailable.code, "type": Unavailable.type, "message": _NOT_APPLIED}
        return row_item(replace(row, outcome=Outcome.NOT_DONE, error=error, result="not done"))
    return item
