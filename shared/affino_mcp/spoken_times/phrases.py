"""Reads one phrase that names a time: a table of forms, each with what it means.

A day in figures is day, month, year (`26/11/2026`), and month, day, year only where it can be nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from affino_mcp.spoken_times.lengths import (
    PARTS_OF_DAY,
    UNIT_PATTERN,
    read_last_units,
    read_this_unit,
    read_units_ago,
    read_units_ahead,
)
from affino_mcp.spoken_times.spans import FIRST_MOMENT, LocalClock, TimeSpan

Reader = Callable[[re.Match[str], LocalClock], TimeSpan]

_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH: Final = "(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|" + "|".join(_MONTHS) + r")\.?"
_DAY: Final = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>[0-9]{4}|'?[0-9]{2})"
_CLOCK: Final = (
    r"(?P<hour>[0-2]?[0-9])(?:[:.h](?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9]))?)? ?(?P<half>[ap]\.?m\.?)?"
)
MAX_PHRASE_WORDS: Final = 6
"""Words of the longest phrase: `26 november 2026 at 2 pm`."""
_MAX_PHRASE_CHARACTERS: Final = 40


def read_phrase(text: str, clock: LocalClock) -> TimeSpan | None:
    """The span that a phrase in small letters names; None when it names none, or a day that is in no calendar."""
    if not text or len(text) > _MAX_PHRASE_CHARACTERS:
        return None
    for pattern, reader in _FORMS:
        if found := pattern.fullmatch(text):
            try:
                return reader(found, clock)
            except (ValueError, OverflowError):
                continue
    return _read_day_and_time(text, clock)


def _relative_day(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    shift = {"today": 0, "tonight": 0, "yesterday": -1, "the day before yesterday": -2, "tomorrow": 1}
    named = found["name"] if found["name"] in shift else f"the {found['name']}"
    day = clock.today + timedelta(days=shift[named])
    part = found["part"] or ("evening" if found["name"] == "tonight" else None)
    return clock.parts_of_day(day, *PARTS_OF_DAY[part]) if part else clock.days(day)


def _now(found: re.Match[str], clock: LocalClock) -> TimeSpan:  # noqa: ARG001
    return TimeSpan(clock.now, clock.now)


def _weekday(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    wanted = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(found["weekday"][:3]))
    passed = (clock.today.weekday() - wanted) % 7
    if clock.looks_back:
        back = passed + (7 if found["last"] and not passed else 0)
        day = clock.today - timedelta(days=back)
    else:
        day = clock.today + timedelta(days=(7 - passed) % 7)
    return clock.parts_of_day(day, *PARTS_OF_DAY[found["part"]]) if found["part"] else clock.days(day)


def _year(text: str) -> int:
    year = int(text.removeprefix("'"))
    return year + 2000 if year < 100 else year


def _named_day(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    month = _month(found["month"])
    year, day = found["year"], int(found["day"])
    return clock.days(date(_year(year), month, day) if year else clock.nearest_year(month, day))


def _month(text: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(text[:3]))


def _named_month(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    month = _month(found["month"])
    if found["year"]:
        return clock.month(_year(found["year"]), month)
    first = clock.nearest_year(month, 1)
    return clock.month(first.year, month)


def _figures(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    one, other, year = int(found["day"]), int(found["second"]), found["year"]
    day, month = (other, one) if other > 12 >= one else (one, other)
    return clock.days(date(_year(year), month, day) if year else clock.nearest_year(month, day))


def _iso_day(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    return clock.days(date(int(found["year"]), int(found["month"]), int(found["day"])))


def _iso_moment(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    at = datetime.fromisoformat(found[0].upper())
    moment = at.astimezone(UTC) if at.tzinfo else clock.moment(at.date(), at.time())
    return TimeSpan(max(FIRST_MOMENT, moment), _end_of(moment, bool(at.second or at.microsecond)))


def _end_of(moment: datetime, to_the_second: bool) -> datetime:
    """The last moment of the minute that a time names, or of its second."""
    return max(FIRST_MOMENT, moment) + timedelta(seconds=1 if to_the_second else 60) - timedelta(microseconds=1)


def _time_of_day(found: re.Match[str], clock: LocalClock) -> TimeSpan:
    """A time alone is the last time that clocks showed it."""
    if not found["minute"] and not found["half"]:
        raise ValueError(found[0])
    at = _clock_time(found)
    moment = clock.moment(clock.today, at)
    if clock.looks_back and moment > clock.now:
        moment = clock.moment(clock.today - timedelta(days=1), at)
    return TimeSpan(moment, _end_of(moment, bool(found["second"])))


def _clock_time(found: re.Match[str]) -> time:
    hour, half = int(found["hour"]), (found["half"] or "")[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError(found[0])
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, int(found["minute"] or 0), int(found["second"] or 0))


_DAY_AND_TIME: Final = re.compile(rf"(?P<date>.+?),? (?:at )?(?P<time>{_CLOCK})")


def _read_day_and_time(text: str, clock: LocalClock) -> TimeSpan | None:
    """`yesterday 14:30`, `26 nov at 2 pm`: a minute of a day."""
    found = _DAY_AND_TIME.fullmatch(text)
    if found is None or not (found["minute"] or found["half"]):
        return None
    day = next(
        (r(m, clock) for p, r in _DAYS if (m := p.fullmatch(found["date"])) and not m.groupdict().get("part")), None
    )
    if day is None or day.since is None:
        return None
    try:
        moment = clock.moment(day.since.astimezone(clock.zone).date(), _clock_time(found))
    except (ValueError, OverflowError):
        return None
    return TimeSpan(moment, _end_of(moment, bool(found["second"])))


def _form(pattern: str, reader: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern), reader


_PART: Final = r"(?: (?P<part>morning|afternoon|evening|night))?"
_WEEKDAY: Final = "(?P<weekday>" + "|".join(f"{name}|{name[:3]}" for name in _WEEKDAYS) + "|tues|thur|thurs)"
_DAYS: Final = (
    _form(rf"(?P<name>today|tonight|yesterday|tomorrow|(?:the )?day before yesterday){_PART}", _relative_day),
    _form(rf"(?P<last>last )?{_WEEKDAY}{_PART}", _weekday),
    _form(rf"(?:the )?{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?", _named_day),
    _form(rf"{_MONTH} {_DAY}(?:,? {_YEAR})?", _named_day),
    _form(rf"{_DAY}[-/]{_MONTH}(?:[-/]{_YEAR})?", _named_day),
    _form(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})", _iso_day),
    _form(rf"(?P<day>[0-9]{{1,2}})(?P<sign>[-/.])(?P<second>[0-9]{{1,2}})(?P=sign){_YEAR}", _figures),
    _form(r"(?P<day>[0-9]{1,2})/(?P<second>[0-9]{1,2})(?P<year>)", _figures),
)
_FORMS: Final = (
    *_DAYS,
    _form(rf"(?:the )?(?P<word>last|past) (?:(?P<number>[0-9]{{1,6}}) ?)?{UNIT_PATTERN}", read_last_units),
    _form(rf"(?P<word>)(?P<number>[0-9]{{1,6}}) ?{UNIT_PATTERN}", read_last_units),
    _form(rf"(?:an?|(?P<number>[0-9]{{1,6}})) ?{UNIT_PATTERN} ago", read_units_ago),
    _form(rf"in (?:an?|(?P<number>[0-9]{{1,6}})) ?{UNIT_PATTERN}", read_units_ahead),
    _form(r"this (?P<unit>hour|week|month|year|morning|afternoon|evening)", read_this_unit),
    _form(r"(?:right |just )?now", _now),
    _form(rf"{_MONTH}(?: {_YEAR})?", _named_month),
    _form(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(z|[+-][0-9]{2}:?[0-9]{2})?",
        _iso_moment,
    ),
    _form(rf"(?:at )?{_CLOCK}", _time_of_day),
)
