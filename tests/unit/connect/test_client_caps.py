"""Which clients cut a profile's list of tools, and the list that fits them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability, Family
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.connect.client_caps import (
    MAX_ANSWER_TOKENS,
    MAX_INSTRUCTION_CHARACTERS,
    MAX_SCHEMA_BYTES,
    SCARCE_TOOLS,
    TOOL_CAPS,
    count_listed_tools,
    describe_cuts,
    families_that_fit,
    find_cutting_clients,
)
from affino_mcp.connect.clients import McpClient
from affino_mcp.gate.profiles.profile import Profile

URL: Final = "https://demo.example/mcp"
PAGE: Final = Path(__file__).parents[3] / "docs" / "clients.md"
EVERYTHING: Final = Capability({family: frozenset(Access) for family in SWITCHED_FAMILIES})
READ_ALONE: Final = Capability({family: frozenset({Access.READ}) for family in SWITCHED_FAMILIES})
ARTICLES: Final = Capability({Family.ARTICLES: frozenset(Access)})


def count_tools(capability: Capability) -> int:
    return len(ToolView(capability, ListMode.FULL).list_methods())


def profile(capability: Capability, mode: ListMode = ListMode.FULL) -> Profile:
    made = Profile("k" * 16, "all", "1", "s", capability, 60, 10)
    return replace(made, mode=mode)


@pytest.mark.parametrize(
    ("tools", "clients"),
    [
        (80, []),
        (81, ["Cursor"]),
        (100, ["Cursor"]),
        (101, ["Cursor", "Gemini Enterprise"]),
        (128, ["Cursor", "Gemini Enterprise"]),
        (129, ["Cursor", "Gemini Enterprise", "VS Code", "OpenAI API", "Copilot Studio"]),
        (257, [cap.client for cap in TOOL_CAPS]),
    ],
)
def test_who_cuts_so_many_tools(tools: int, clients: list[str]) -> None:
    assert [cap.client for cap in find_cutting_clients(tools)] == clients


def test_the_whole_list_is_too_long_for_some_and_leaves_little_for_others() -> None:
    said = describe_cuts(profile(EVERYTHING), URL)
    count = count_listed_tools(profile(EVERYTHING))
    assert f"Cursor takes 80 tools and gets {count}: it warns, and may leave out tools above it." in said
    assert f"VS Code takes 128 tools and gets {count}: it refuses a request with more." in said
    assert not any("claude.ai" in sentence for sentence in said)
    assert said[-1].startswith(f"A list that fits: {URL}/x/accounts,contacts")


def test_a_list_that_leaves_little_for_others_is_told() -> None:
    some = profile(Capability({name: access for name, access in EVERYTHING.families.items() if name != Family.FORUMS}))
    left = 128 - count_listed_tools(some)
    assert 0 <= left <= SCARCE_TOOLS
    told = f"VS Code takes 128 tools with its own and other servers': {left} are left for those."
    assert told in describe_cuts(some, URL)


@pytest.mark.parametrize(
    ("capability", "mode"),
    [
        (READ_ALONE, ListMode.FULL),
        (ARTICLES, ListMode.FULL),
        (EVERYTHING, ListMode.COMPACT),
        (EVERYTHING, ListMode.FAMILY),
        (Capability(), ListMode.FULL),
    ],
    ids=["read alone", "one family", "compact", "families", "nothing"],
)
def test_a_list_that_fits_everywhere_needs_no_words(capability: Capability, mode: ListMode) -> None:
    assert describe_cuts(profile(capability, mode), URL) == []


def test_of_one_client_only_its_own_cap_is_told() -> None:
    assert describe_cuts(profile(EVERYTHING), URL, McpClient.CODEX) == []
    assert [sentence.split()[0] for sentence in describe_cuts(profile(EVERYTHING), URL, McpClient.CURSOR)] == [
        "Cursor",
        "A",
    ]


@given(
    families=st.dictionaries(st.sampled_from(SWITCHED_FAMILIES), st.frozensets(st.sampled_from(list(Access)))),
    most=st.integers(5, 130),
)
def test_the_proposed_families_fit_and_are_the_profiles_own(
    families: dict[Family, frozenset[Access]], most: int
) -> None:
    chosen = families_that_fit(Capability({str(name): access for name, access in families.items()}), most)
    narrowed = Capability({str(name): families[Family(name)] for name in chosen})
    assert count_tools(narrowed) <= max(most, count_tools(Capability()))
    assert all(families[Family(name)] for name in chosen)


def test_the_page_of_the_docs_says_every_cap() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [cap for cap in TOOL_CAPS if f"| {cap.client} | {cap.cap} tools | {cap.happens}" not in text] == []
    for limit in (MAX_SCHEMA_BYTES, MAX_INSTRUCTION_CHARACTERS, MAX_ANSWER_TOKENS):
        assert f"{limit:,}" in text
