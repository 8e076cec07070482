"""Scopes: the twenty words of the families and the two broad ones, what they stand for, and what each tool needs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Family
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.catalogue.scopes import (
    SCOPES,
    expand_scopes,
    format_scopes,
    is_narrower,
    needed_scopes,
    parse_scopes,
)

WORDS = st.frozensets(st.sampled_from(SCOPES))


def stands_for(word: str) -> set[tuple[str, str]]:
    """A second, naive reading of a scope."""
    family, _, access = word.rpartition(":")
    return {(each, access) for each in ([family] if family else map(str, SWITCHED_FAMILIES))}


def test_there_are_two_words_for_each_family_and_two_for_all() -> None:
    assert len(SCOPES) == 22
    assert {"read", "write", "accounts:read", "forums:write"} <= {*SCOPES}
    assert not any(word.startswith("always") for word in SCOPES)


@given(WORDS)
@settings(deadline=None, max_examples=50)
def test_a_text_keeps_what_it_was_made_of(words: frozenset[str]) -> None:
    assert parse_scopes(format_scopes(words)) == words
    assert {(str(family), str(access)) for family, access in expand_scopes(words)} == {
        pair for word in words for pair in stands_for(word)
    }


@given(WORDS, WORDS)
@settings(deadline=None, max_examples=50)
def test_narrower_is_what_adds_nothing(one: frozenset[str], other: frozenset[str]) -> None:
    assert is_narrower(one, other) == (expand_scopes(one | other) == expand_scopes(other))


@given(st.text(max_size=40) | st.lists(st.sampled_from([*SCOPES, "openid", "offline_access", ""])).map(" ".join))
@settings(deadline=None, max_examples=50)
def test_unknown_words_are_ignored(text: str) -> None:
    assert parse_scopes(text) == {word for word in text.split(" ") if word in SCOPES}


@pytest.mark.parametrize(
    ("tool", "scopes"),
    [
        ("list_accounts", {"accounts:read"}),
        ("create_contact", {"contacts:write", "accounts:read"}),
        ("attach_article_media", {"articles:write", "media_items:read"}),
        ("get_current_user", set()),
    ],
)
def test_a_tool_needs_its_own_family_and_those_it_touches(tool: str, scopes: set[str]) -> None:
    assert needed_scopes(METHODS[tool]) == scopes


def test_write_does_not_hold_read() -> None:
    assert not is_narrower({"accounts:read"}, {"write"})
    assert is_narrower({"accounts:write"}, {"write"})
    assert expand_scopes({"read", "write"}) == {(f, a) for f in SWITCHED_FAMILIES for a in Access}
    assert all(Family(method.family) for method in METHODS.values())
