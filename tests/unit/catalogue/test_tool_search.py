"""The search of tools: the tool that must come first for words that people use."""

from __future__ import annotations

import time
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.synonyms import FAMILY_NOUNS, OTHER_NOUNS, TOOL_PHRASES, VERBS
from affino_mcp.catalogue.tool_search import find_family, find_namesake, find_tools
from affino_mcp.catalogue.word_meanings import MAX_SEARCH_WORDS, fold_words
from tests.unit.catalogue.tool_questions import QUESTIONS


@pytest.mark.parametrize(("question", "first"), QUESTIONS.items(), ids=QUESTIONS)
def test_the_tool_that_is_meant_comes_first(question: str, first: str) -> None:
    assert [method.name for method in find_tools(METHODS.values(), question)][:1] == [first]


@pytest.mark.parametrize("name", METHODS)
def test_every_tool_is_found_by_its_own_name(name: str) -> None:
    for spelling in (name, name.upper(), name.replace("_", " "), name.replace("_", "-")):
        assert find_tools(METHODS.values(), spelling)[0].name == name


@pytest.mark.parametrize("question", ["", " ", "?!", "the", "xyzzy", "Unternehmen", "\0", "_"])
def test_words_that_say_nothing_find_nothing(question: str) -> None:
    assert find_tools(METHODS.values(), question) == []


NOUNS: Final = [(word, family) for family, words in FAMILY_NOUNS.values() for word in words]
AMBIGUOUS: Final = {"list member", "to list", "on list", "from list", "topic", "post", "comment"}


@pytest.mark.parametrize(("word", "family"), [pair for pair in NOUNS if pair[0] not in AMBIGUOUS])
def test_a_familys_word_names_it_however_it_is_written(word: str, family: Family) -> None:
    for spelling in (
        word,
        f" {word.title()} ",
        f"({word}),",
        word.upper(),
        f"the {word}s" if word[-1] not in "sye" else word,
    ):
        assert find_family(spelling) == family, spelling


@pytest.mark.parametrize("family", Family)
def test_a_family_names_itself(family: Family) -> None:
    assert find_family(family) is find_family(family.replace("_", " ").title()) is family


@pytest.mark.parametrize("word", ["xyz", "show", "", "12"])
def test_no_family(word: str) -> None:
    assert find_family(word) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("create_company", "create_account"),
        ("listCompanies", "list_accounts"),
        ("search_people", "list_contacts"),
        ("list accounts", "list_accounts"),
        ("drop_all", None),
        ("execute_sql", None),
    ],
)
def test_a_name_in_other_words(name: str, meant: str | None) -> None:
    found = find_namesake(METHODS.values(), name)
    assert (found.name if found else None) == meant


def test_the_table_names_parts_and_tools_that_there_are() -> None:
    """A word for a tool or a part of a name that is gone would find nothing, and nobody would notice."""
    assert TOOL_PHRASES.keys() <= METHODS.keys()
    parts = {part for name in METHODS for part in fold_words(name.replace("_", " "))}
    for part in (*FAMILY_NOUNS, *OTHER_NOUNS, *VERBS):
        assert set(fold_words(part.replace("_", " "))) <= parts, part


@given(text=st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_searched_and_the_order_is_fixed(text: str) -> None:
    found = find_tools(METHODS.values(), text)
    assert found == find_tools(METHODS.values(), text)
    assert len(fold_words(text)) <= MAX_SEARCH_WORDS
    find_family(text)


def test_a_long_search_is_cheap() -> None:
    """A text of the greatest length costs far below half a second."""
    find_tools(METHODS.values(), "warm")
    begun = time.process_time()
    find_tools(METHODS.values(), "create a deal for companies " * 7)
    assert time.process_time() - begun < 0.5
