"""The clock of every test: it stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class TestClock:
    """A clock that stands still at `moment`."""

    __test__ = False

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, seconds: float = 0, **by: float) -> None:
        """Move it forward by seconds, and by what `timedelta` takes besides."""
        self.moment += timedelta(seconds=seconds, **by)
