"""The job that removes uploads that nobody attached within a day; their tickets have expired long before.

In a deployment the bucket's own rule does so too. Callers upload in one request each, so there are no uploads in parts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from affino_mcp.housekeeping.daily_pass import DailyPass, Verdict
from affino_mcp.housekeeping.turn import Job
from affino_mcp.store.files import UPLOADS_PREFIX, FileStore, ListedObject
from affino_mcp.store.ops import Database

JOB_NAME: Final = "unfinished_uploads"
MIN_AGE: Final = timedelta(hours=24)


def make_unfinished_uploads_job(db: Database, table: str, files: FileStore) -> Job:
    """Gives the job."""

    def judge(one: ListedObject, now: datetime) -> Verdict:
        return Verdict.KEEP if now - one.stored_at < MIN_AGE else Verdict.REMOVE

    return Job(JOB_NAME, DailyPass(db, table, JOB_NAME, files, UPLOADS_PREFIX, judge).run)
