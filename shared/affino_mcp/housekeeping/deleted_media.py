"""The job that purges deleted media when it can no longer be restored, and forgets which records were deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from affino_mcp.catalogue.families.shared import RESTORE_DAYS
from affino_mcp.housekeeping.daily_report import DailyReport
from affino_mcp.housekeeping.turn import Figures, Job, JobPosition, has_time
from affino_mcp.instance.upkeep import Deletion, MediaUpkeep
from affino_mcp.store.ops import Database

JOB_NAME: Final = "deleted_media"
RETENTION_AFTER_DELETION: Final = timedelta(days=RESTORE_DAYS)
"""How long a deleted file can be restored; it is purged on the day after."""

FIRST_LOOK_BACK: Final = timedelta(days=400)
"""How far back the very first turn looks for deletions."""

ONE_DAY: Final = timedelta(days=1)


def last_due_day(now: datetime) -> date:
    """Gives the latest day whose deletions are all old enough."""
    return (now - RETENTION_AFTER_DELETION).date() - ONE_DAY


class DeletedMediaPurge:
    """Purges day by day, oldest first; a day is done when none of its deletions is left."""

    def __init__(self, db: Database, table: str, media: MediaUpkeep) -> None:
        self._media = media
        self._position, self._report = JobPosition(db, table, JOB_NAME), DailyReport(db, table, JOB_NAME)

    def run(self, now: datetime) -> Figures:
        """Purges what is due while there is time; `days_owed` are the due days that are not done."""
        done: Counter[str] = Counter()
        day, due = self._first_day(now), last_due_day(now)
        start = day
        while day <= due and has_time() and self._purge_day(day, now, done):
            day += ONE_DAY
        if day != start:
            self._position.save({"day": day.isoformat()})
        return {**done, "days_owed": max(0, (due - day).days + 1)}

    def _first_day(self, now: datetime) -> date:
        stored = self._position.load().get("day")
        return date.fromisoformat(stored) if stored else last_due_day(now) - FIRST_LOOK_BACK

    def _purge_day(self, day: date, now: datetime, done: Counter[str]) -> bool:
        """Purges the deletions of one day; gives whether none is left."""
        left = 0
        for deletion in self._list_day(day):
            if not has_time():
                return False
            figures = Counter(self._media.purge_deletion(deletion, now))
            left += figures["left"]
            done.update(figures)
            self._add_to_report(now, figures)
        return not left

    def _list_day(self, day: date) -> Iterator[Deletion]:
        found = self._media.list_deletions(day)
        while found:
            yield from found
            found = self._media.list_deletions(day, found[-1])

    def _add_to_report(self, now: datetime, figures: Counter[str]) -> None:
        today = now.date()
        self._report.save(today, Counter(self._report.load(today)) + figures)


def make_deleted_media_job(db: Database, table: str, media: MediaUpkeep) -> Job:
    """Gives the job."""
    return Job(JOB_NAME, DeletedMediaPurge(db, table, media).run)
