"""Search words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.engine.index import MAX_WORDS_PER_RECORD, fold_accents, split_words

PLAIN = [
    ("Zoë", "zoe"), ("Zoe\u0308", "zoe"), ("ÅNGSTRÖM", "angstrom"), ("Straße", "strasse"), ("ＡＢＣ", "abc"),
    ("İstanbul", "istanbul"), ("ﬁne", "fine"), ("Ørsted", "ørsted"), ("ΣΊΣΥΦΟΣ", "σισυφοσ"), ("日本", "日本"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_case_and_accents_do_not_matter(text: str, expected: str) -> None:
    assert fold_accents(text) == expected


WORDS = [
    (["Orbital Labs", "https://orbital.example/about_us"], ["orbital", "labs", "https", "example", "about", "us"]),
    (["jane.o'neil@orbital.example"], ["jane", "o", "neil", "orbital", "example"]),
    (["+44 20-7946"], ["44", "20", "7946"]),
    (["...", "", "🙂"], []),
    (["x" * 40], ["x" * 30]),
]


@pytest.mark.parametrize(("texts", "expected"), WORDS)
def test_words_of_texts(texts: list[str], expected: list[str]) -> None:
    assert split_words(*texts) == expected


@given(st.lists(st.text()))
def test_words_are_few_different_and_plain(texts: list[str]) -> None:
    found = split_words(*texts)
    assert len(found) == len(set(found)) <= MAX_WORDS_PER_RECORD
    assert all(0 < len(word) <= 30 and not set(word) & set(" #@._") for word in found)


@given(st.text(max_size=60))
def test_every_word_of_a_short_text_is_found_by_itself(text: str) -> None:
    for word in split_words(text):
        assert any(own.startswith(asked) for asked in split_words(word) for own in split_words(text))
