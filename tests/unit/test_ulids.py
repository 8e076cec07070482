"""ULIDs against python-ulid, an implementation of the same specification."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ulid import ULID

from affino_mcp.ulids import UlidSource, read_ulid, ulid_moment, write_ulid

NUMBERS = st.integers(0, 2**128 - 1)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 (as it asks)
NEARLY = st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZabcILOU_ -+ſı٣\0", min_size=24, max_size=28)


@given(number=NUMBERS)
@example(number=0)
@example(number=2**128 - 1)
def test_written_and_read_as_the_library_does(number: int) -> None:
    text = write_ulid(number)
    assert text == str(ULID.from_int(number))
    assert read_ulid(text) == read_ulid(text.lower()) == number


def library_reads(text: str) -> int | None:
    """The number that the library reads, None where it refuses."""
    try:
        return int(ULID.from_str(text))
    except ValueError:
        return None


def we_read(text: str) -> int | None:
    """The number that is read here, None where it is refused."""
    try:
        return read_ulid(text)
    except ValueError:
        return None


@given(text=NEARLY)
@example(text="7" + "Z" * 25)
@example(text="8" + "0" * 25)
@example(text="0" * 24 + "_0")
@example(text=" " + "0" * 25)
@example(text="0" * 25 + "ſ")
@example(text="")
def test_read_and_refused_as_the_library_does(text: str) -> None:
    assert we_read(text) == library_reads(text)


@pytest.mark.parametrize("number", [-1, 2**128])
def test_no_other_number_has_a_text(number: int) -> None:
    with pytest.raises(ValueError, match="128 bits"):
        write_ulid(number)


@given(number=st.integers(0, 253402300799999).map(lambda milliseconds: milliseconds << 80))
def test_the_moment_is_the_librarys(number: int) -> None:
    assert ulid_moment(write_ulid(number)) == ULID.from_int(number).datetime


def test_a_moment_after_every_year_is_refused() -> None:
    with pytest.raises(ValueError, match="year"):
        ulid_moment("7" + "Z" * 25)


@given(moment=MOMENTS)
def test_a_new_one_has_its_moment(moment: datetime) -> None:
    assert ulid_moment(UlidSource().make(moment)) == ULID.from_datetime(moment).datetime


def test_later_ones_of_a_millisecond_sort_after_earlier_ones_in_every_thread() -> None:
    source, moment = UlidSource(), datetime(2026, 11, 28, tzinfo=UTC)
    with ThreadPoolExecutor(4) as pool:
        made = [*pool.map(lambda _: [source.make(moment) for _ in range(200)], range(4))]
    assert all(one == sorted(one) for one in made)
    assert len({each for one in made for each in one}) == 800
    assert source.make(moment + timedelta(milliseconds=1)) > max(one[-1] for one in made)


def test_two_processes_make_different_ones() -> None:
    moment = datetime(2026, 11, 28, tzinfo=UTC)
    assert len({UlidSource().make(moment)[10:] for _ in range(50)}) == 50
