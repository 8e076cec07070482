"""Lengths of time as people say them, back from now or ahead, and the calendar's weeks, months and years."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from affino_mcp.spoken_times.spans import LocalClock, TimeSpan

UNIT_PATTERN: Final = r"(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|months?|years?)"
_LENGTHS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
PARTS_OF_DAY: Final = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 24)}


def _length(found: re.Match[str]) -> timedelta:
    unit = found["unit"]
    name = unit[:5].removesuffix("s") if unit.startswith(("month", "year")) else unit[0]
    return _LENGTHS["year" if name.startswith("year") else name] * int(found["number"] or 1)


def _is_of_calendar(unit: str) -> bool:
    return unit.startswith(("w", "month", "year"))


def read_last_units(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    """`last hour` and `last 7 days` end now; `last week` and `last month` are those of the calendar before this one.

    A length alone is ahead where days are ahead.
    """
    if not clock.looks_back and not found["word"]:
        return read_units_ahead(found, clock)
    if found["number"] is None and found["word"] == "last" and _is_of_calendar(found["unit"]):
        return _calendar(found["unit"], clock, before=True)
    return clock.back(_length(found))


def _calendar(unit: str, clock: LocalClock, *, before: bool) -> TimeSpan:
    today = clock.today
    if unit.startswith("w"):
        monday = today - timedelta(days=today.weekday() + (7 if before else 0))
        return clock.days(monday, monday + timedelta(days=6))
    if unit.startswith("year"):
        year = today.year - before
        return clock.days(date(year, 1, 1), date(year, 12, 31))
    first = today.replace(day=1)
    return clock.month(*((first - timedelta(days=1)).timetuple()[:2] if before else first.timetuple()[:2]))


def read_this_unit(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    """`this week`, `this morning`; `this hour` is the last one."""
    unit = found["unit"]
    if unit in PARTS_OF_DAY:
        return clock.parts_of_day(clock.today, *PARTS_OF_DAY[unit])
    return clock.back(timedelta(hours=1)) if unit == "hour" else _calendar(unit, clock, before=False)


def read_units_ago(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    """`3 days ago` is that day; `2 hours ago` the time since then."""
    if found["unit"][0] in "smh" and not found["unit"].startswith("month"):
        return clock.back(_length(found))
    return clock.days(clock.today - _length(found))


def read_units_ahead(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    """`in 3 months`: that day, or the last of a month that has no such day."""
    number, today = int(found["number"] or 1), clock.today
    months = number * (12 if found["unit"].startswith("year") else 1)
    if not found["unit"].startswith(("month", "year")):
        return clock.days(today + _length(found))
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return clock.days(date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])))
