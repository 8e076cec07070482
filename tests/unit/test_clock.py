"""Times as people write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.clock import format_iso, parse_time

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("30s", "2026-11-23T11:59:30.000000Z"),
        ("10m", "2026-11-23T11:50:00.000000Z"),
        ("2h", "2026-11-23T10:00:00.000000Z"),
        ("3d", "2026-11-20T12:00:00.000000Z"),
        ("2026-11-22", "2026-11-22T00:00:00.000000Z"),
        ("2026-11-22 09:00+02:00", "2026-11-22T07:00:00.000000Z"),
        ("0001-01-01", "1970-01-01T00:00:00.000000Z"),
    ],
)
def test_times_in_words(words: str, moment: str) -> None:
    assert format_iso(parse_time(words, NOON)) == moment


@given(
    st.text(max_size=30)
    | st.from_regex(r"\A[0-9]{1,7}[smhd]\Z")
    | st.datetimes(timezones=st.none() | st.timezones()).map(datetime.isoformat)
)
def test_any_words_are_a_moment_in_utc_or_refused(words: str) -> None:
    with suppress(ValueError):
        found = parse_time(words, NOON)
        assert found >= EPOCH
        assert found.utcoffset() == timedelta(0)
