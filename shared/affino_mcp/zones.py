"""Time zones by their IANA names, and the moments of local days and times. Nothing is loaded before a zone is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.text import find_alike

DEFAULT_ZONE: Final = "UTC"
MAX_ZONE_CHARACTERS: Final = 64
_ZONE_NAME: Final = late_pattern(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,2}")
_FIRST_MOMENT: Final = datetime.min.replace(tzinfo=UTC)
_LAST_MOMENT: Final = datetime.max.replace(tzinfo=UTC)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""The English names of the days, by date.weekday()."""


@lru_cache(maxsize=1024)
def find_zone(name: str) -> tzinfo | None:
    """Gives the zone of an IANA name in its own spelling, such as Europe/London; None when there is none."""
    if name == DEFAULT_ZONE:
        return UTC
    if len(name) > MAX_ZONE_CHARACTERS or not _ZONE_NAME.fullmatch(name):
        return None
    from zoneinfo import ZoneInfo  # noqa: PLC0415 (most calls name no zone)

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def require_zone(name: str) -> tzinfo:
    """Gives the zone of a name that was checked when it was stored; UTC when this system does not know it."""
    return find_zone(name) or UTC


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 (as above; refusals alone need it)

    return {name.casefold(): name for name in available_timezones()}


def nearest_zones(name: str) -> list[str]:
    """Gives at most three names of zones that look like this one, or end like it (`London`)."""
    wanted, known = name[:MAX_ZONE_CHARACTERS].casefold().replace(" ", "_"), _zone_names()
    ending = sorted(full for fold, full in known.items() if fold.rpartition("/")[2] == wanted or fold == wanted)
    return (ending or [known[fold] for fold in find_alike(wanted, known, 3, 0.7)])[:3]


def local_moments(wall: datetime, zone: tzinfo) -> list[datetime]:
    """Gives the moments, in UTC, at which clocks of the zone show this time: none, one, or two when clocks go back.

    Takes a time without a zone. Raises OverflowError outside the years 1 to 9999.
    """
    both = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    found = dict.fromkeys(moment for moment in both if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall)
    return list(found)


def day_start(day: date, zone: tzinfo) -> datetime:
    """Gives the first moment of a day in the zone, in UTC; the calendar's first and last day are cut at its ends."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return _FIRST_MOMENT if day.year == 1 else _LAST_MOMENT


def day_end(day: date, zone: tzinfo) -> datetime:
    """Gives the first moment after a day in the zone, in UTC; the calendar's last moment for its last day."""
    return _LAST_MOMENT if day == date.max else day_start(day + timedelta(days=1), zone)
