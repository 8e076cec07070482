"""Search words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.word_index import (
    MAX_WORDS_PER_RECORD,
    has_words,
    is_first_of_record,
    split_words,
    word_partition,
    word_rows,
)

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


@given(st.text(alphabet="abÄ ", max_size=60), st.text(alphabet="ab", min_size=2, max_size=4))
def test_a_search_meets_one_first_row_of_each_record_that_has_the_beginning(text: str, beginning: str) -> None:
    stamps = {"CreatedDate": "2026-11-23T09:00:00Z", "UpdatedDate": "2026-11-23T09:00:00Z"}
    document = Document("notes", 7, 1, {"Body": text}, stamps)
    partition = word_partition("notes", beginning)
    met = [row for row in word_rows(document, Facets(())).values() if row["pk"] == partition]
    first = [row for row in met if row["sk"].startswith(beginning) and is_first_of_record(row, beginning)]
    assert len(first) == has_words(document, [beginning])
