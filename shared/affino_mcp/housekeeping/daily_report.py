"""What a job did on a day, kept for operators: one row a day and job below `H#` in the audit table, for 400 days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from affino_mcp.audit.row import RETENTION_DAYS
from affino_mcp.clock import epoch_seconds, start_of_day
from affino_mcp.store.ops import Database, Key, Put, Query, SortSpan
from affino_mcp.value_class import value_class

_REPORT_SK: Final = "R#"
_KEY_NAMES: Final = ("pk", "sk", "ttl")


@value_class
class DayReport:
    """The figures of one job on one day, by a word."""

    day: str
    job: str
    figures: Mapping[str, Any]


class DailyReport:
    """The reports of one job. A turn that is cut off between a deed and its report leaves figures that are too low."""

    def __init__(self, db: Database, table: str, job: str) -> None:
        self._db, self._table, self.job = db, table, job

    def load(self, day: date) -> dict[str, Any]:
        """Gives the figures that `save` stored for the day; empty before the first."""
        row = self._db.get(self._table, self._key(day)) or {}
        return {name: value for name, value in row.items() if name not in _KEY_NAMES}

    def save(self, day: date, figures: Mapping[str, Any]) -> None:
        """Stores the figures of the whole day in place of those stored before."""
        ttl = epoch_seconds(start_of_day(day) + timedelta(days=RETENTION_DAYS))
        self._db.put(Put(self._table, {**self._key(day)._asdict(), "ttl": ttl, **figures}))

    def read(self, since: date, until: date) -> list[DayReport]:
        """Gives the reports of some days, oldest first, in one read."""
        span = SortSpan(low=self._key(since).sk, high=self._key(until).sk)
        found = self._db.query(Query(self._table, self._key(since).pk, span=span, limit=RETENTION_DAYS)).items
        return [
            DayReport(row["sk"][len(_REPORT_SK) :], self.job, {n: v for n, v in row.items() if n not in _KEY_NAMES})
            for row in found
        ]

    def _key(self, day: date) -> Key:
        return Key(f"H#{self.job}", f"{_REPORT_SK}{day.isoformat()}")
