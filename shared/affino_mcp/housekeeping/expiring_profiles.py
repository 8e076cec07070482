"""The daily look for API Profiles whose last day is near: a log line for each, their number as a metric, and notices.

A notice is made once from 14 days before a last day on, and once more from 2 days before it on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from affino_mcp import observability
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.expiry_notice import ExpiryNotice, ExpiryStage, find_expiry_notice
from affino_mcp.housekeeping.turn import Figures, Job, JobPosition
from affino_mcp.notices.notice import Notice, NoticeKind, make_notice, store_notice
from affino_mcp.store.ops import MAX_BATCH_KEYS, Database, Item, Query
from affino_mcp.store.paging import iterate_rows
from affino_mcp.value_class import value_class

EXPIRING_PROFILES_JOB: Final = "expiring_profiles"
EXPIRING_PROFILES_METRIC: Final = "ProfilesExpireSoon"
"""Counts the enabled profiles whose last day is today or within 14 days, once a day."""


def make_expiring_profiles_job(db: Database, gate_table: str, audit_table: str) -> Job:
    """Makes the job; it works once a UTC day."""
    position = JobPosition(db, audit_table, EXPIRING_PROFILES_JOB)

    def run(now: datetime) -> Figures:
        today, before = now.date().isoformat(), position.load()
        if before.get("day") == today:
            return {}
        found = list(_find_expiring_profiles(db, gate_table, now))
        told = {one.key: one.mark for one in found}
        for one in found:
            one.log()
            if before.get("told", {}).get(one.key) != one.mark:
                store_notice(db, audit_table, one.to_notice(now))
        position.save({"day": today, "told": told})
        stages = Counter(one.notice.stage for one in found)
        return {stage.value: stages[stage] for stage in (ExpiryStage.SOON, ExpiryStage.URGENT)}

    return Job(EXPIRING_PROFILES_JOB, run)


@value_class
class _ExpiringProfile:
    key: str
    name: str
    expires: str
    notice: ExpiryNotice

    @property
    def mark(self) -> str:
        """What was told of it, so that it is told once."""
        return f"{self.expires} {self.notice.stage}"

    def log(self) -> None:
        stage, days = self.notice.stage.value, self.notice.days
        told = {"profile": self.key, "expires": self.expires, "days": days, "stage": stage}
        observability.log_line("profile expires soon", told)
        observability.count_metric(EXPIRING_PROFILES_METRIC)

    def to_notice(self, now: datetime) -> Notice:
        facts = {"profile": self.name, "expires": self.expires, "days": self.notice.days}
        return make_notice(NoticeKind.PROFILE_EXPIRES, self.key, now, facts)


def _find_expiring_profiles(db: Database, table: str, now: datetime) -> Iterator[_ExpiringProfile]:
    for row in _list_enabled_profiles(db, table):
        notice = find_expiry_notice(row.get("expires", ""), now)
        if notice is not None and notice.stage is not ExpiryStage.OVER:
            key = str(row["pk"]).removeprefix(row_keys.PROFILE_PREFIX)
            yield _ExpiringProfile(key, str(row.get("name", key)), row["expires"], notice)


def _list_enabled_profiles(db: Database, table: str) -> Iterator[Item]:
    """The rows of the enabled profiles, from the list and in batches."""
    listed = iterate_rows(db, Query(table, row_keys.PROFILE_LIST_PARTITION))
    keys = [row_keys.profile_key(row["key"]) for row in listed]
    for start in range(0, len(keys), MAX_BATCH_KEYS):
        found = db.get_many(table, keys[start : start + MAX_BATCH_KEYS])
        yield from (row for row in found.values() if row["enabled"])
