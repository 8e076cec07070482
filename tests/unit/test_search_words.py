"""The words that searches compare."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.search_words import ask_words, is_beginning, split_findable, split_words

WORDS = [
    (
        "Orbital Labs, https://orbital.example/about_us",
        ["orbital", "labs", "https", "orbital", "example", "about", "us"],
    ),
    ("jane.o'neil@orbital.example", ["jane", "o", "neil", "orbital", "example"]),
    ("x" * 40, ["x" * 30]),
    ("...🙂", []),
    ("हिन्दी भाषा", ["हिनदी", "भाषा"]),
    ("தமிழ் மொழி", ["தமிழ", "மொழி"]),
    ("Sony株式会社", ["sony", "株式会社"]),
    ("ภาษาไทย", ["ภาษาไทย"]),
    ("\u0e34ติ", ["ติ"]),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words_of_a_text(text: str, expected: list[str]) -> None:
    assert split_words(text) == [unicodedata.normalize("NFKD", word) for word in expected]


WITHIN = [
    ("東京都港区", "港区"), ("サントリー", "トリ"), ("ひらがな", "がな"), ("สมชาย", "ชาย"), ("ສະບາຍດີ", "ບາຍ"),
    ("ស្រីមុំ", "មុំ"), ("မင်္ဂလာပါ", "လာ"), ("삼성전자", "전자"), ("Sony株式会社", "会社"), ("𠮷野家", "野家"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "inside"), WITHIN)
def test_an_unspaced_word_is_found_from_within(text: str, inside: str) -> None:
    (asked,) = split_words(inside)
    assert any(part.startswith(asked) for part in split_findable(text))


@pytest.mark.parametrize(("text", "parts"), [("bital", ["bital"]), ("港", ["港"]), ("가", split_words("가"))])
def test_a_word_is_at_least_itself(text: str, parts: list[str]) -> None:
    assert split_findable(text) == parts


@given(st.text(max_size=40))
def test_every_word_of_a_text_is_found_by_itself(text: str) -> None:
    findable = split_findable(text)
    assert all(word in findable for word in split_words(text))
    assert all(0 < len(part) <= 30 and not set(part) & set(" #@._") for part in findable)


BEGINNINGS = [("or", "orbital", True), ("bi", "orbital", False), ("b", "orbital", False), ("港", "東港", True)]
BEGINNINGS += [("9", "v9", True), ("v9", "9", True), ("9", "v10", False), ("v", "9", False), ("9", "av9", False)]


@pytest.mark.parametrize(("asked", "part", "expected"), BEGINNINGS)
def test_how_a_part_begins(asked: str, part: str, expected: bool) -> None:
    assert is_beginning(asked, part) is expected


def test_a_search_has_few_different_words() -> None:
    assert ask_words(" ".join(["Orbital", "orbital", *map(str, range(40))])) == ["orbital", *map(str, range(24))]
