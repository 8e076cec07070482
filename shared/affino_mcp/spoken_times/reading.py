"""Finds the times in what somebody typed: in a search line among other words, or alone in a field for a time or a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from affino_mcp.clock import parse_time
from affino_mcp.spoken_times.phrases import MAX_PHRASE_WORDS, read_phrase
from affino_mcp.spoken_times.spans import LocalClock, TimeSpan
from affino_mcp.value_class import value_class

_BEGINNINGS: Final = frozenset({"since", "from", "after", "between"})
_ENDINGS: Final = frozenset({"until", "till", "before", "to", "and", "-", "through"})
_AMBIGUOUS: Final = frozenset({"may", "mar", "march", "sat", "sun", "second", "seconds", "wed", "jan", "now"})
"""Words that are also names or verbs: alone they are no time."""


@value_class
class FoundTimes:
    """The span that some words name (None: no time among them), and the places of the words that name it."""

    span: TimeSpan | None
    places: frozenset[int] = frozenset()


def find_times(words: Sequence[str], clock: LocalClock) -> FoundTimes:
    """Finds the times among the words of a line, which are in small letters.

    Several narrow each other; days apart are the time from the first of them to the last.
    """
    since: datetime | None = None
    until: datetime | None = None
    places: set[int] = set()
    place = 0
    while place < len(words):
        length, span = _read_longest(words, place, clock)
        if span is None:
            place += 1
            continue
        before = words[place - 1] if place else ""
        own = set(range(place, place + length))
        since, until = _narrow((since, until), span, before, is_second=bool(places))
        places |= own | (
            {place - 1} if before in _BEGINNINGS or (before in _ENDINGS and _is_ending(before, places)) else set()
        )
        place += length
    return FoundTimes(TimeSpan(since, until) if places else None, frozenset(places))


def _is_ending(word: str, places: set[int]) -> bool:
    """`to` and `and` lead to an end only where a beginning was named."""
    return word in {"until", "till", "before", "through"} or bool(places)


def _narrow(
    known: tuple[datetime | None, datetime | None], span: TimeSpan, before: str, *, is_second: bool
) -> tuple[datetime | None, datetime | None]:
    since, until = known
    if before in _BEGINNINGS:
        return span.since, until
    if before in _ENDINGS and (is_second or before in {"until", "till", "before", "through"}):
        return since, (span.since if before == "before" else span.until)
    starts = [moment for moment in (since, span.since) if moment is not None]
    ends = [moment for moment in (until, span.until) if moment is not None]
    latest, earliest = max(starts, default=None), min(ends, default=None)
    if latest and earliest and latest > earliest:  # `today or yesterday`
        return min(starts), max(ends)
    return latest, earliest


def _read_longest(words: Sequence[str], place: int, clock: LocalClock) -> tuple[int, TimeSpan | None]:
    for length in range(min(MAX_PHRASE_WORDS, len(words) - place), 0, -1):
        text = " ".join(words[place : place + length])
        if length == 1 and text in _AMBIGUOUS:
            continue
        span = read_phrase(text, clock)
        if span is not None:
            return length, span
    return 0, None


def parse_span(text: str, clock: LocalClock) -> TimeSpan:
    """The span that a field's text names; also `30m` and ISO 8601 as `parse_time` takes them. Raises ValueError."""
    words = " ".join(text.lower().split())
    if (span := read_phrase(words, clock)) is not None:
        return span
    moment = parse_time(text.strip(), clock.now)
    return TimeSpan(moment, moment)


def parse_day(text: str, clock: LocalClock) -> date:
    """The day that a field's text names, as the zone's calendar has it. Raises ValueError."""
    span = parse_span(text, clock)
    moment = span.since or clock.now
    return moment.astimezone(clock.zone).date()
