"""Searches find letters that are spelt as two where they cannot be written, in each spelling by each."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.plain_text import spell_out
from affino_mcp.search_words import ask_words, is_beginning, split_findable
from tests.flow import crm
from tests.world import WorldClient

SPELLINGS = [
    ("Müller", "Mueller", "Muller"),
    ("Jörg", "Joerg", "Jorg"),
    ("Jäger", "Jaeger", "Jager"),
    ("Søren", "Soeren", "Soren"),
    ("Århus", "Aarhus", "Arhus"),
    ("Weiß", "Weiss", "WEISS"),
    ("Ægir", "Aegir", "AEGIR"),
]


@pytest.fixture
def found(manager: WorldClient) -> WorldClient:
    """A client before contacts of all these names, each first name by its place and spelling."""
    for place, names in enumerate(SPELLINGS):
        for which, name in enumerate(names):
            email = f"p{place}{which}@orbital.example"
            crm.contact(manager, f"N{place}x{which}", LastName=name, Email=email)
    return manager


def first_names(client: WorldClient, search: str) -> list[str]:
    rows = client.call_tool("list_contacts", Search=search).result["Items"]
    return sorted(row["FirstName"] for row in rows)


def test_each_spelling_finds_what_it_stands_for(found: WorldClient) -> None:
    for place, (marked, spelt, unmarked) in enumerate(SPELLINGS):
        of = {which: f"N{place}x{which}" for which in range(3)}
        assert first_names(found, marked) == [of[0], of[1], of[2]], marked
        assert {of[0], of[1]} <= set(first_names(found, spelt)), spelt
        assert {of[0], of[2]} <= set(first_names(found, unmarked)), unmarked
        assert first_names(found, f"{of[0]} {spelt[:-1]}") == [of[0]]


@settings(deadline=None, max_examples=60)
@given(text=st.text(alphabet="aäÄoöuüÜøØåÅßeems 東", max_size=30))
def test_every_word_is_found_as_it_is_and_spelt_out(text: str) -> None:
    parts = split_findable(text)
    asked = [*ask_words(text), *ask_words(spell_out(text))]
    assert all(any(is_beginning(word, part) for part in parts) for word in asked)


@pytest.mark.parametrize("text", ["", "plain", "Łódź", "ß 東京", "naïve"])
def test_other_letters_have_one_spelling(text: str) -> None:
    assert spell_out(text) == text
