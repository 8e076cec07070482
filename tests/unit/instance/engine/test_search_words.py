"""Search words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.word_index import (
    MAX_WORDS_PER_RECORD,
    has_words,
    is_first_of_record,
    record_words,
    word_partition,
    word_rows,
)
from affino_mcp.instance.builtin.listing.word_search import fits_search

STAMPS = {"CreatedDate": "2026-11-23T09:00:00Z", "UpdatedDate": "2026-11-23T09:00:00Z"}


def record(family: str, **values: str) -> Document:
    """A record with these values."""
    return Document(family, 7, 1, values, STAMPS)


WORDS = [
    ("accounts", {"Name": "Orbital Labs", "Website": "https://orbital.example"}, "orbital labs https example"),
    ("accounts", {"Telephone": "+44 (0)20 7946 0958 desk 3"}, "442079460958 2079460958 9460958 79460958 0958 desk 3"),
    ("contacts", {"FirstName": "Zoë", "SecondaryEmail": "z@home.example", "Mobile": "4711"}, "zoe z home example 4711"),
    ("articles", {"Title": "News", "Body": "<p>One<br>two</p><ul><li>th<b>ree</b> &amp; four</li></ul>"},
     "news one two three four"),
    ("notes", {"Subject": "...", "Body": "🙂"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("family", "values", "expected"), WORDS)
def test_words_of_records(family: str, values: dict[str, str], expected: str) -> None:
    assert record_words(record(family, **values)) == expected.split()


def numbered(letter: str, count: int) -> str:
    """So many different words."""
    return " ".join(f"{letter}{n}" for n in range(count))


def test_the_first_words_of_every_line_come_before_the_further_ones_of_any() -> None:
    lines = {name: numbered(name[0], 40) for name in ("Name", "Website", "Email", "City")}
    words = record_words(record("accounts", **lines, ExternalID="last"))
    assert len(words) == MAX_WORDS_PER_RECORD
    assert words[:13] == [*numbered("n", 8).split(), *numbered("w", 4).split(), "e0"]
    assert {"e3", "c3", "last", "n24"} < set(words)
    assert not {"n25", "c4"} & set(words)


def test_a_full_contact_of_an_unspaced_script_has_all_that_leads_to_it() -> None:
    name, phone = "กขคงจชดตท"[:8], "+4420794609"
    values = dict.fromkeys(CONTACT.search, "word one two three") | {"FirstName": name, "LastName": name[::-1]}
    values |= {field: f"{phone}{n}9" for n, field in enumerate(CONTACT.phones)}
    values |= {"Email": "a@one.example", "SecondaryEmail": "b@home.example"}
    document = record("contacts", **values)
    asked = [name[3:6], name[::-1][4:7], "b home example", *(f"0{values[field][3:]}" for field in CONTACT.phones)]
    assert [search for search in asked if not fits_search(document, {"Search": search})] == []


def test_texts_add_words_until_there_are_25() -> None:
    words = record_words(record("notes", Subject=numbered("s", 10), Body=numbered("b", 40)))
    assert words == [*numbered("s", 10).split(), *numbered("b", 15).split()]
    assert record_words(record("tasks", Title="one", Memo="x" * 5000 + " two")) == ["one", "x" * 30]


FIELDS = st.dictionaries(st.sampled_from(CONTACT.search), st.text(max_size=60))


@settings(deadline=None, max_examples=50)
@given(FIELDS)
def test_words_are_few_different_and_plain(values: dict[str, str]) -> None:
    found = record_words(record("contacts", **values))
    assert len(found) == len(set(found)) <= MAX_WORDS_PER_RECORD
    assert all(0 < len(word) <= 30 and not set(word) & set(" #@._") for word in found)


@given(st.text(alphabet="abÄ ", max_size=60), st.text(alphabet="ab", min_size=2, max_size=4))
def test_a_search_meets_one_first_row_of_each_record_that_has_the_beginning(text: str, beginning: str) -> None:
    document = record("notes", Body=text)
    partition = word_partition("notes", beginning)
    met = [row for row in word_rows(document, Facets(())).values() if row["pk"] == partition]
    first = [row for row in met if row["sk"].startswith(beginning) and is_first_of_record(row, beginning)]
    assert len(first) == has_words(document, [beginning])
