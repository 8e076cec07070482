"""Texts in the form in which they are compared, and numbers with their nouns."""

import pytest

from affino_mcp.text import fold, plural, with_article


@pytest.mark.parametrize(
    ("one", "other"), [("STRASSE", "straße"), ("ﬁne", "FINE"), ("Ａnna", "anna"), ("É", "e\u0301")]
)
def test_spellings_of_one_text_are_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_accents_count() -> None:
    assert fold("René") != fold("Rene")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (plural(1, "call"), "1 call"),
        (plural(0, "call"), "0 calls"),
        (plural(1200, "row"), "1,200 rows"),
        (plural(2, "person", "people"), "2 people"),
        (with_article("account list"), "an account list"),
        (with_article("task"), "a task"),
    ],
)
def test_a_number_with_its_noun(text: str, told: str) -> None:
    assert text == told
