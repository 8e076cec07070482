"""What housekeeping did on the last days, and what it owes: read from what the jobs keep, for operators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from affino_mcp.audit import totals
from affino_mcp.audit.hourly_rollup import CLOSING_DELAY, RECOUNT_PERIOD
from affino_mcp.audit.totals import ONE_HOUR, HourTotals
from affino_mcp.housekeeping import deleted_media, unfinished_uploads, unreferenced_files
from affino_mcp.housekeeping.daily_report import DailyReport, DayReport
from affino_mcp.housekeeping.deleted_media import ONE_DAY
from affino_mcp.housekeeping.turn import JobPosition
from affino_mcp.store.ops import Database
from affino_mcp.value_class import value_class

PASSES: Final = (unreferenced_files.JOB_NAME, unfinished_uploads.JOB_NAME)
GRACE: Final = timedelta(minutes=30)
"""How long after the moment at which an hour is closed at the earliest it counts as owed: a turn comes every five minutes."""


@value_class
class HousekeepingReport:
    """The reports of some days, oldest first; the hours, days of deletions and daily passes that are overdue.

    `counted_at` is up to when the API Log is counted ("" for never), `is_running` whether that is lately enough.
    """

    counted_at: str
    is_running: bool
    days: list[DayReport]
    hours_owed: list[str]
    days_owed: int
    passes_owed: list[str]

    @property
    def is_well(self) -> bool:
        """True when nothing is overdue."""
        return self.is_running and not (self.hours_owed or self.days_owed or self.passes_owed)


def read_report(db: Database, table: str, now: datetime, days: int) -> HousekeepingReport:
    """Gives the report of the last `days` days, in eight reads. Raises StoreUnavailable."""
    since = (now - timedelta(days=days - 1)).date()
    reports = [
        one for job in (deleted_media.JOB_NAME, *PASSES) for one in DailyReport(db, table, job).read(since, now.date())
    ]
    reports.sort(key=lambda one: (one.day, one.job))
    hours = totals.read_hours(db, table, None, now - RECOUNT_PERIOD, now)
    counted_at = max((hour.counted for hour in hours), default="")
    return HousekeepingReport(
        counted_at,
        bool(counted_at) and now - datetime.fromisoformat(counted_at) <= GRACE,
        reports,
        _find_hours_owed(hours, now),
        _count_days_owed(db, table, now),
        [job for job in PASSES if _is_pass_owed(db, table, job, now)],
    )


def _find_hours_owed(found: Sequence[HourTotals], now: datetime) -> list[str]:
    """The hours that should be closed and are not, oldest first; none where nothing was ever counted."""
    closed = {hour.start for hour in found if hour.closed}
    first = found[0].start if found else "~"
    due = now - ONE_HOUR - CLOSING_DELAY - GRACE
    wanted = [totals.hour_name(due - back * ONE_HOUR) for back in range(RECOUNT_PERIOD // ONE_HOUR - 2)]
    return [start for start in reversed(wanted) if first <= start and start not in closed]


def _count_days_owed(db: Database, table: str, now: datetime) -> int:
    stored = JobPosition(db, table, deleted_media.JOB_NAME).load().get("day")
    return max(0, (deleted_media.last_due_day(now) - date.fromisoformat(stored)).days) if stored else 0


def _is_pass_owed(db: Database, table: str, job: str, now: datetime) -> bool:
    """True when the last pass was begun before yesterday, or yesterday and is still under way."""
    found = JobPosition(db, table, job).load()
    if not found:
        return False
    begun = date.fromisoformat(found["day"])
    yesterday = now.date() - ONE_DAY
    return begun < yesterday or (begun == yesterday and not found["finished"])
