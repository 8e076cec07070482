"""The daily look for API Profiles whose last day is near or over: a log line for each, and their number for an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from affino_mcp import observability
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.expiry_notice import ExpiryStage, find_expiry_notice
from affino_mcp.housekeeping.turn import Figures, Job, JobPosition
from affino_mcp.store.ops import MAX_BATCH_KEYS, Database, Item, Query
from affino_mcp.store.paging import iterate_rows

EXPIRING_PROFILES_JOB: Final = "expiring_profiles"
EXPIRING_PROFILES_METRIC: Final = "ProfilesExpireSoon"
"""Counts the enabled profiles whose last day is today or within 14 days, once a day."""


def make_expiring_profiles_job(db: Database, gate_table: str, audit_table: str) -> Job:
    """Makes the job; it works once a UTC day."""
    position = JobPosition(db, audit_table, EXPIRING_PROFILES_JOB)

    def run(now: datetime) -> Figures:
        today = now.date().isoformat()
        if position.load().get("day") == today:
            return {}
        figures = _tell_expiring_profiles(db, gate_table, now)
        position.save({"day": today})
        return figures

    return Job(EXPIRING_PROFILES_JOB, run)


def _tell_expiring_profiles(db: Database, table: str, now: datetime) -> Figures:
    counts = dict.fromkeys((ExpiryStage.SOON.value, ExpiryStage.URGENT.value), 0)
    for row in _list_enabled_profiles(db, table):
        notice = find_expiry_notice(row.get("expires", ""), now)
        if notice is None or notice.stage is ExpiryStage.OVER:
            continue
        counts[notice.stage] += 1
        key = str(row["pk"]).removeprefix(row_keys.PROFILE_PREFIX)
        told = {"profile": key, "expires": row["expires"], "days": notice.days, "stage": notice.stage.value}
        observability.log_line("profile expires soon", told)
        observability.count_metric(EXPIRING_PROFILES_METRIC)
    return counts


def _list_enabled_profiles(db: Database, table: str) -> Iterator[Item]:
    """The rows of the enabled profiles, from the list and in batches."""
    listed = iterate_rows(db, Query(table, row_keys.PROFILE_LIST_PARTITION))
    keys = [row_keys.profile_key(row["key"]) for row in listed]
    for start in range(0, len(keys), MAX_BATCH_KEYS):
        found = db.get_many(table, keys[start : start + MAX_BATCH_KEYS])
        yield from (row for row in found.values() if row["enabled"])
