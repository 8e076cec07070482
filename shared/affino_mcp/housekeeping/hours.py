"""The job that counts the API Log's hours into totals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from affino_mcp.audit.hourly_rollup import RollUp, roll_up_hours
from affino_mcp.housekeeping.turn import Figures, Job, has_time
from affino_mcp.store.ops import Database

SECONDS_FOR_OTHER_JOBS: Final = 60.0
"""What counting leaves of a turn, so that no flood of calls keeps the other jobs from their work."""


def make_hours_job(database: Database, table: str, tell: Callable[[RollUp], None]) -> Job:
    """Gives the job; its figures name the hours that it owes. `tell` gets what each turn counted."""

    def run(now: datetime) -> Figures:
        done = roll_up_hours(database, table, now, lambda: has_time(SECONDS_FOR_OTHER_JOBS))
        tell(done)
        return {"counted": len(done.counted), "rows": done.rows, "owed": done.owed}

    return Job("hours", run)
