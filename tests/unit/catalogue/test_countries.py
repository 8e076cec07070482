"""Countries: which words are one, and which code is stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.countries import find_country, find_long_code

WORDS = {
    "GB": ("GB", "gb", "GBR", "UK", "U.K.", "United Kingdom", "the united kingdom", "Great Britain", "England"),
    "US": ("US", "USA", "U.S.A.", "United States", "The United States of America"),
    "CZ": ("CZE", "Czechia", "Czech Republic"),
    "CI": ("CIV", "Côte d'Ivoire", "cote d’ivoire", "Ivory Coast"),
    "NL": ("NLD", "the Netherlands", "Holland"),
    "BA": ("Bosnia and Herzegovina", "Bosnia & Herzegovina"),
    "LC": ("St. Lucia", "Saint Lucia", "St Lucia"),
    "TR": ("TUR", "Türkiye", "Turkey"),
    "CD": ("COD", "Democratic Republic of the Congo"),
    "HK": ("HKG", "Hong Kong"),
}
NO_COUNTRIES = (
    "ZZ",
    "ZZZ",
    "XX",
    "EU",
    "EUR",
    "Z",
    "",
    "Atlantis",
    "GB-ENG",
    "G B X",
    "123",
    "Deutschland",
    "ÄÖ",
    "SU",
    "YUG",
    "AN",
)


@pytest.mark.parametrize(
    ("word", "code"), [(word, code) for code, words in WORDS.items() for word in words], ids=lambda part: part
)
def test_words_of_a_country(word: str, code: str) -> None:
    assert find_country(word) == code


@pytest.mark.parametrize("word", NO_COUNTRIES)
def test_what_is_no_country(word: str) -> None:
    assert find_country(word) is None


@given(st.text())
def test_what_is_found_is_found_by_its_code(word: str) -> None:
    code = find_country(word)
    assert code is None or (len(code) == 2 and find_country(code) == code)


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2))
def test_a_code_stands_for_itself(code: str) -> None:
    assert find_country(code) in (None, code, "GB")


def test_a_code_of_three_letters_leads_back() -> None:
    assert [find_long_code(code) for code in ("GB", "GBR", "")] == ["GBR", None, None]
    assert find_country(find_long_code("PL") or "") == "PL"
