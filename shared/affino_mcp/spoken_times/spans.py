"""Spans of time in one zone: days, weeks, months, and what is shorter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from affino_mcp.value_class import value_class
from affino_mcp.zones import day_end, day_start, local_moments

FIRST_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""No call is older, and no row of the log can be."""
_LAST_TICK: Final = timedelta(microseconds=1)


@value_class
class TimeSpan:
    """From `since` to `until`, both in UTC and within it; None is without an end on this side."""

    since: datetime | None = None
    until: datetime | None = None


@value_class
class LocalClock:
    """What a clock in the reader's zone shows: `now` is in UTC. `looks_back`: a day without a year is the last such one."""

    now: datetime
    zone: tzinfo
    looks_back: bool = True

    @property
    def today(self) -> date:
        """The day in the zone."""
        return self.now.astimezone(self.zone).date()

    def days(self, first: date, last: date | None = None) -> TimeSpan:
        """The span of these whole days, both within it."""
        ends = day_end(last or first, self.zone)
        return TimeSpan(max(FIRST_MOMENT, day_start(first, self.zone)), max(FIRST_MOMENT, ends - _LAST_TICK))

    def parts_of_day(self, day: date, first_hour: int, end_hour: int) -> TimeSpan:
        """The span from one full hour of a day to another, which is not within it."""
        since = self.moment(day, time(first_hour))
        end = day_end(day, self.zone) if end_hour == 24 else self.moment(day, time(end_hour))
        return TimeSpan(since, end - _LAST_TICK)

    def moment(self, day: date, at: time) -> datetime:
        """The moment at which clocks show this time: the first of two, and the clocks' change for a time that is skipped."""
        found = local_moments(datetime.combine(day, at), self.zone)
        skipped = datetime.combine(day, at, self.zone).astimezone(UTC)
        return max(FIRST_MOMENT, found[0] if found else skipped)

    def back(self, length: timedelta) -> TimeSpan:
        """The span that ends now and has this length."""
        try:
            return TimeSpan(max(FIRST_MOMENT, self.now - length), self.now)
        except OverflowError:
            return TimeSpan(FIRST_MOMENT, self.now)

    def month(self, year: int, month: int) -> TimeSpan:
        """The span of a month. Raises ValueError outside the calendar."""
        first = date(year, month, 1)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return self.days(first, last)

    def nearest_year(self, month: int, day: int) -> date:
        """The day of this year, or of the year before or after so that it is not on the other side of today.

        Raises ValueError for a day that no such month has.
        """
        years = range(self.today.year, self.today.year + (-5 if self.looks_back else 5), -1 if self.looks_back else 1)
        for year in years:
            if (month, day) == (2, 29) and not _is_leap_year(year):
                continue
            found = date(year, month, day)
            if (found <= self.today) if self.looks_back else (found >= self.today):
                return found
        raise ValueError(day)


def _is_leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
