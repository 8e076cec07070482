"""The job that counts the API Log's hours into totals."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from affino_mcp.audit.hourly_rollup import roll_up_hours
from affino_mcp.housekeeping.turn import Figures, Job, has_time
from affino_mcp.store.ops import Database

SECONDS_FOR_OTHER_JOBS: Final = 60.0
"""What counting leaves of a turn, so that no flood of calls keeps the other jobs from their work."""


def make_hours_job(database: Database, table: str) -> Job:
    """Gives the job; its figures name the hours that it owes."""

    def run(now: datetime) -> Figures:
        done = roll_up_hours(database, table, now, lambda: has_time(SECONDS_FOR_OTHER_JOBS))
        return {"counted": len(done.counted), "rows": done.rows, "owed": done.owed}

    return Job("hours", run)
