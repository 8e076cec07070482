"""The time of calls before stores that may be down for good: it is over then, so that none waits to ask again."""

from __future__ import annotations

from dataclasses import dataclass

from affino_mcp.store.testing.faulty_database import FaultyDatabase


@dataclass
class LimitedContext:
    """The Lambda context of calls."""

    database: FaultyDatabase

    def get_remaining_time_in_millis(self) -> int:
        """See the context object of AWS Lambda for Python."""
        return 3_000 if self.database.is_down else 25_000
