"""Telephone numbers by their digits."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.telephone_numbers import find_numbers, phone_digits, without_numbers

WRITINGS = [
    ["+44 (0)20 7946 0958", "+44 20 7946 0958", "0044 20 7946 0958", "020 7946 0958", "(020) 7946-0958", "02079460958"],
    ["+1 (415) 555-0132", "415.555.0132", "1-415-555-0132", "+14155550132", "４１５ ５５５ ０１３２"],
    ["+49 30/901820", "030 901820", "(0049) 30 90 18 20", "+49 (0) 30 – 901820"],
    ["+7 495 123-45-67", "8 (495) 123-45-67", "84951234567"],
    ["+39 06 6982 1234", "06 69821234", "0039 06 69821234"],
    ["+91 98765 43210", "०९८७६५ ४३२१०", "09876543210"],
]


@pytest.mark.parametrize("writings", WRITINGS, ids=[w[0] for w in WRITINGS])
def test_all_writings_are_one_number(writings: list[str]) -> None:
    numbers = [find_numbers(text)[0] for text in writings]
    assert all(one.is_same(other) for one, other in combinations(numbers, 2))


@pytest.mark.parametrize("other", ["020 7946 0959", "+44 20 8946 0958", "+1 415 555 0132"])
def test_another_number_is_another(other: str) -> None:
    assert not find_numbers("+44 20 7946 0958")[0].is_same(find_numbers(other)[0])


TEXTS = [
    ("call +44 20 7946 0958 ext 12", ["442079460958"], "call   ext 12"),
    ("020 7946 0958 / 020 7946 0959", ["2079460958", "2079460959"], " "),
    ("ext 12", [], "ext 12"),
    ("0000000", [], "0000000"),
    ("020 7946 0958 07700 900123", [], "020 7946 0958 07700 900123"),
    ("", [], ""),
]


@pytest.mark.parametrize(("text", "digits", "rest"), TEXTS)
def test_numbers_in_a_text(text: str, digits: list[str], rest: str) -> None:
    assert [number.digits for number in find_numbers(text)] == digits
    assert without_numbers(text) == rest
    assert phone_digits(text) == (digits[0] if digits else "")


BEGINNINGS = [
    ("+44 (0)20 7946 0958", {"442079460958", "2079460958", "79460958", "9460958", "0958"}),
    ("5550132", {"5550132", "550132", "50132", "0132"}),
]


@pytest.mark.parametrize(("text", "expected"), BEGINNINGS)
def test_what_a_number_is_looked_up_by(text: str, expected: set[str]) -> None:
    assert set(find_numbers(text)[0].beginnings) == expected


@given(st.text(alphabet="0123456789 +()-/.", max_size=50))
def test_every_number_is_itself_and_has_few_beginnings(text: str) -> None:
    for number in find_numbers(text):
        assert number.is_same(number)
        assert 0 < len(number.beginnings) <= 15
        assert number.beginnings[0] == number.digits
