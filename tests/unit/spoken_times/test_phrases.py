"""Times as people write them, read in the reader's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.spoken_times.phrases import read_phrase
from affino_mcp.spoken_times.reading import find_times, parse_day, parse_span
from affino_mcp.spoken_times.spans import LocalClock, TimeSpan
from affino_mcp.zones import require_zone

NOW = datetime(2026, 11, 27, 14, 40, tzinfo=UTC)
BERLIN = LocalClock(NOW, require_zone("Europe/Berlin"))
TICK = timedelta(microseconds=1)


def days(first: str, last: str = "") -> TimeSpan:
    return BERLIN.days(date.fromisoformat(first), date.fromisoformat(last or first))


def between(since: str, until: str) -> TimeSpan:
    """From one time in Berlin to another, which is not within it."""
    one, other = (datetime.fromisoformat(text).replace(tzinfo=BERLIN.zone) for text in (since, until))
    return TimeSpan(one.astimezone(UTC), other.astimezone(UTC) - TICK)


def back(**length: int) -> TimeSpan:
    return TimeSpan(NOW - timedelta(**length), NOW)


PHRASES = {
    "yesterday": days("2026-11-26"),
    "today": days("2026-11-27"),
    "the day before yesterday": days("2026-11-25"),
    "last hour": back(hours=1),
    "past 15 minutes": back(minutes=15),
    "15 min": back(minutes=15),
    "2h": back(hours=2),
    "7 d": back(days=7),
    "last 24 hours": back(hours=24),
    "26/11/2026": days("2026-11-26"),
    "26.11.2026": days("2026-11-26"),
    "26/11/26": days("2026-11-26"),
    "11/26/2026": days("2026-11-26"),
    "2026-11-26": days("2026-11-26"),
    "26/11": days("2026-11-26"),
    "26 nov": days("2026-11-26"),
    "26th of november 2026": days("2026-11-26"),
    "nov 26": days("2026-11-26"),
    "november 26th, 2026": days("2026-11-26"),
    "28 nov": days("2025-11-28"),
    "29 feb": days("2024-02-29"),
    "november": days("2026-11-01", "2026-11-30"),
    "dec 2025": days("2025-12-01", "2025-12-31"),
    "this week": days("2026-11-23", "2026-11-29"),
    "last week": days("2026-11-16", "2026-11-22"),
    "last month": days("2026-10-01", "2026-10-31"),
    "this year": days("2026-01-01", "2026-12-31"),
    "monday": days("2026-11-23"),
    "last friday": days("2026-11-20"),
    "3 days ago": days("2026-11-24"),
    "2 hours ago": back(hours=2),
    "yesterday morning": between("2026-11-26T00:00", "2026-11-26T12:00"),
    "yesterday 14:30": between("2026-11-26T14:30", "2026-11-26T14:31"),
    "26 nov at 2 pm": between("2026-11-26T14:00", "2026-11-26T14:01"),
    "23:00": between("2026-11-26T23:00", "2026-11-26T23:01"),
    "2026-11-22 09:00": between("2026-11-22T09:00", "2026-11-22T09:01"),
    "2026-11-22t08:00z": between("2026-11-22T09:00", "2026-11-22T09:01"),
}


@pytest.mark.parametrize(("text", "span"), PHRASES.items(), ids=PHRASES)
def test_a_phrase_is_read_in_the_readers_zone(text: str, span: TimeSpan) -> None:
    assert read_phrase(text, BERLIN) == span


@pytest.mark.parametrize("text", ["30 feb", "32/13/2026", "edith", "", "25:00", "13 pm", "nov 2026 2027", "4xx", "403"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_phrase(text, BERLIN) is None


LINES = {
    "what did edith do since monday until yesterday": (days("2026-11-23").since, days("2026-11-26").until),
    "from 20 nov to 22 nov": (days("2026-11-20").since, days("2026-11-22").until),
    "between 20 nov and yesterday": (days("2026-11-20").since, days("2026-11-26").until),
    "before yesterday": (None, days("2026-11-26").since),
    "edith to orbital labs yesterday": (days("2026-11-26").since, days("2026-11-26").until),
    "today or yesterday": (days("2026-11-26").since, days("2026-11-27").until),
    "this month yesterday": (days("2026-11-26").since, days("2026-11-26").until),
}


@pytest.mark.parametrize(("line", "span"), LINES.items(), ids=LINES)
def test_times_of_a_line(line: str, span: tuple[datetime | None, datetime | None]) -> None:
    assert find_times(line.split(), BERLIN).span == TimeSpan(*span)


def test_words_that_are_no_times_are_left() -> None:
    words = ["what", "did", "may", "do", "to", "orbital", "labs"]
    assert find_times(words, BERLIN).span is None


def test_a_day_ahead_is_meant_where_days_are_ahead() -> None:
    ahead = LocalClock(NOW, BERLIN.zone, looks_back=False)
    texts = ["31/12", "26 nov", "friday", "monday", "tomorrow", "2027-01-05", "in 3 months"]
    found = [parse_day(text, ahead).isoformat() for text in texts]
    assert found == ["2026-12-31", "2027-11-26", "2026-11-27", "2026-11-30", "2026-11-28", "2027-01-05", "2027-02-27"]


def test_the_hour_that_clocks_skip_or_show_twice() -> None:
    assert read_phrase("2026-03-29 02:30", BERLIN) == between("2026-03-29T03:30", "2026-03-29T03:31")
    assert (read_phrase("2026-10-25 02:30", BERLIN) or TimeSpan()).since == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    length = BERLIN.days(date(2026, 10, 25))
    assert (length.until or NOW) - (length.since or NOW) == timedelta(hours=25) - TICK


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "last",
                "26",
                "nov",
                "/",
                "11",
                "2026",
                ":",
                "pm",
                "at",
                "yesterday",
                "h",
                "999999",
                "0001",
                "-",
                ".",
                "monday",
                "of",
            ]
        ),
        max_size=6,
    )
)
def test_any_words_are_answered(words: list[str]) -> None:
    for text in (" ".join(words), "".join(words)):
        span = read_phrase(text, BERLIN)
        assert span is None or span.since is None or span.since.tzinfo is UTC
    find_times(words, BERLIN)


@settings(max_examples=40, deadline=None)
@given(st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1)))  # noqa: DTZ001
def test_any_time_of_iso_8601_is_its_minute(moment: datetime) -> None:
    span = parse_span(moment.replace(tzinfo=UTC).isoformat(), BERLIN)
    assert span.since == moment.replace(tzinfo=UTC)
