"""The job that counts the API Log's hours into totals."""

from __future__ import annotations

from datetime import datetime

from affino_mcp.audit.hourly_rollup import roll_up_hours
from affino_mcp.housekeeping.turn import Figures, Job, has_time
from affino_mcp.store.ops import Database


def make_hours_job(database: Database, table: str) -> Job:
    """Gives the job; its figures name the hours that it owes."""

    def run(now: datetime) -> Figures:
        done = roll_up_hours(database, table, now, has_time)
        return {"counted": len(done.counted), "rows": done.rows, "owed": done.owed}

    return Job("hours", run)
