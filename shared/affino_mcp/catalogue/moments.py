"""Dates and moments as people and programs write them: with an offset, with the name of a zone, or with neither.

Forms are ISO 8601 and RFC 3339 (`T` and `Z` in either case), followed by the IANA name of a zone after a blank or in
brackets as in RFC 9557.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Final

from affino_mcp.late_pattern import late_pattern
from affino_mcp.value_class import value_class
from affino_mcp.zones import DEFAULT_ZONE, day_start, find_zone, local_moments, nearest_zones

MAX_MOMENT_CHARACTERS: Final = 120
_WITH_ZONE: Final = late_pattern(
    r"(\d{4}-\d\d-\d\d\S*|\d{4}-\d\d-\d\d \d\d?:\S+)(?: +(?=[A-Za-z])([^\[\]]+)|\[!?([^\[\]]+)\])"
)
DAY: Final = late_pattern(r"\d{4}-\d\d-\d\d")
FORM_OF_DATE: Final = "must be a date, like 2026-12-24"
FORM_OF_MOMENT: Final = "must be a date and time, like 2026-12-24T09:30:00Z or 2026-12-24T09:30 Europe/London"


class MomentRefused(ValueError):
    """A text is no date or moment, or could be two; the message follows the argument's name."""


@value_class
class ReadMoment:
    """A moment in UTC; `zone_taken` is False when the text itself said where: by an offset or the name of a zone."""

    moment: datetime
    zone_taken: bool

    @property
    def text(self) -> str:
        """ISO 8601 in UTC; parts of a second only where there are some."""
        return self.moment.isoformat().removesuffix("+00:00") + "Z"  # strftime omits the zeros of early years


def read_moment(text: str, zone: tzinfo) -> ReadMoment:
    """Gives the moment that a text names; one without an offset or zone of its own is in `zone`, a day its first moment.

    Raises MomentRefused, also for a time that the clocks of its zone show twice or never.
    """
    written, name = _split_zone(text)
    named = _named_zone(name)
    try:
        if DAY.fullmatch(written):
            return ReadMoment(day_start(date.fromisoformat(written), named or zone), named is None)
        return _place(datetime.fromisoformat(written.upper()), named, zone)
    except MomentRefused:
        raise
    except (ValueError, OverflowError):
        raise MomentRefused(FORM_OF_MOMENT) from None


def read_day(text: str) -> tuple[str, bool]:
    """Gives the day that a text names, as ISO 8601, and whether a time of day was left out. Raises MomentRefused."""
    written, name = _split_zone(text)
    _named_zone(name)
    try:
        if "T" not in written.upper() and " " not in written:
            return date.fromisoformat(written).isoformat(), False
        found = datetime.fromisoformat(written.upper())
    except ValueError:
        raise MomentRefused(FORM_OF_DATE) from None
    return found.date().isoformat(), True


def _split_zone(text: str) -> tuple[str, str]:
    stripped = text.strip()
    if len(stripped) > MAX_MOMENT_CHARACTERS:
        raise MomentRefused(FORM_OF_MOMENT)
    found = _WITH_ZONE.fullmatch(stripped)
    return (found[1], (found[2] or found[3]).strip()) if found else (stripped, "")


def _named_zone(name: str) -> tzinfo | None:
    if not name:
        return None
    zone = find_zone(DEFAULT_ZONE if name.upper() in ("UTC", "GMT") else name)
    if zone is None:
        near = nearest_zones(name)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise MomentRefused(f"must name its time zone as IANA does, like Europe/London, or give an offset{meant}")
    return zone


def _place(found: datetime, named: tzinfo | None, own: tzinfo) -> ReadMoment:
    if found.tzinfo is None:
        return ReadMoment(_only_moment(found, named or own), named is None)
    moment = found.astimezone(UTC)
    if named is not None and moment.astimezone(named).replace(tzinfo=None) != found.replace(tzinfo=None):
        raise MomentRefused("must not have an offset that its time zone does not have then")
    return ReadMoment(moment, zone_taken=False)


def _only_moment(wall: datetime, zone: tzinfo) -> datetime:
    moments = local_moments(wall, zone)
    if len(moments) == 1:
        return moments[0]
    if moments:
        both = " or ".join(ReadMoment(moment, zone_taken=False).text for moment in moments)
        raise MomentRefused(f"is a time that clocks show twice that night: give it as {both}")
    raise MomentRefused("is a time that clocks skip that night: give an offset, like 2026-12-24T09:30:00Z")
