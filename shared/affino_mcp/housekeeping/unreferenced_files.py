"""The job that removes stored files that no record names: a write that was not carried out, or was not answered, left them.

Whether a record names a file is read from the records; nothing that a lost answer can leave wrong decides it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from affino_mcp.housekeeping.daily_pass import DailyPass, Verdict
from affino_mcp.housekeeping.turn import Job
from affino_mcp.instance.upkeep import FileNaming, MediaUpkeep
from affino_mcp.store.files import MEDIA_PREFIX, FileStore, ListedObject
from affino_mcp.store.ops import Database

JOB_NAME: Final = "unreferenced_files"
MIN_AGE: Final = timedelta(hours=24)
"""Younger objects are left alone: the write that stored one may still be under way."""

MIN_AGE_OF_UNKNOWN: Final = timedelta(days=30)
"""How old an object must be whose item has never been in these records: bucket and table may not belong together."""


def make_unreferenced_files_job(db: Database, table: str, files: FileStore, media: MediaUpkeep) -> Job:
    """Gives the job."""

    def judge(one: ListedObject, now: datetime) -> Verdict:
        age = now - one.stored_at
        if age < MIN_AGE:
            return Verdict.KEEP
        match media.find_naming(one.key):
            case FileNaming.NAMED:
                return Verdict.KEEP
            case FileNaming.UNKNOWN if age < MIN_AGE_OF_UNKNOWN:
                return Verdict.WAIT
        return Verdict.REMOVE

    return Job(JOB_NAME, DailyPass(db, table, JOB_NAME, files, MEDIA_PREFIX, judge).run)
