"""Searches, and other lists that are loaded as a whole: trees of accounts, contacts by e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow import crm, market
from tests.flow.market import BY_NAME, NAMES, UPDATED, names, visited
from tests.world import WorldClient

SEARCHES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("one word", {"Search": "orbital"}, ["Orbital Labs", "orbital ledger"]),
    ("beginning of a word", {"Search": "orb"}, ["Orbital Labs", "orbital ledger"]),
    ("beginning of two words", {"Search": "lab"}, ["Orbital Labs", "Lab One"]),
    ("not the middle of a word", {"Search": "bital"}, []),
    ("capitals", {"Search": "ORBITAL"}, ["Orbital Labs", "orbital ledger"]),
    ("several words", {"Search": "labs orbital"}, ["Orbital Labs"]),
    ("several beginnings", {"Search": "l o"}, ["Orbital Labs", "orbital ledger", "Lab One"]),
    ("one word fits, the other not", {"Search": "orbital beta"}, []),
    ("accents not typed", {"Search": "zoe elan"}, []),
    ("an accent not typed", {"Search": "zoe"}, ["Zoë Ltd"]),
    ("an accent typed", {"Search": "älpha"}, ["alpha", "ALPHA two"]),
    ("an accent in two parts", {"Search": "Zoe\u0308"}, ["Zoë Ltd"]),
    ("wide letters", {"Search": "ｏｒｂｉｔａｌ"}, ["Orbital Labs", "orbital ledger"]),
    ("signs between", {"Search": "orbital-labs!"}, ["Orbital Labs"]),
    ("another field", {"Search": "site3"}, ["Äther AG"]),
    ("a whole address", {"Search": "https://site3.example"}, ["Äther AG"]),
    ("the same word twice", {"Search": "orbital orbital orbital"}, ["Orbital Labs", "orbital ledger"]),
    ("found by several of its words once", {"Search": "al"}, ["alpha", "ALPHA two"]),
    ("everything once", {"Search": "https"}, list(NAMES)),
    ("sorted by name", {"Search": "https", "SortBy": "Name"}, BY_NAME),
    ("sorted backward", {"Search": "https", "SortBy": "Updated", "SortOrder": "desc"}, UPDATED[::-1]),
    ("with a filter", {"Search": "orbital", "IndustryCode": 2}, ["orbital ledger"]),
    ("with topics", {"Search": "https", "TopicCodes": [3]}, list(NAMES[2::3])),
    ("mine", {"Search": "orbital", "Mine": True}, ["Orbital Labs", "orbital ledger"]),
    ("only blanks", {"Search": "   "}, list(NAMES)),
    ("nothing", {"Search": ""}, list(NAMES)),
]


@pytest.mark.parametrize(("filters", "expected"), [s[1:] for s in SEARCHES], ids=[s[0] for s in SEARCHES])
def test_searches(client: WorldClient, filters: dict[str, Any], expected: list[str]) -> None:
    answer = client.call_tool("list_accounts", **filters).result
    assert [row["Name"] for row in answer["Items"]] == expected
    assert answer["TotalRecords"] == len(expected)


def test_a_search_that_begins_after_a_code_counts_all_that_is_found(client: WorldClient) -> None:
    answer = client.call_tool("list_accounts", Search="orbital", StartCode=5).result
    assert ([row["Name"] for row in answer["Items"]], answer["TotalRecords"]) == (["orbital ledger"], 2)


@pytest.mark.parametrize("search", ["!!!", "-", "🙂", "&", "\u0301"])
def test_a_search_without_a_word(client: WorldClient, search: str) -> None:
    error = client.call_tool("list_accounts", Search=search).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "Search")


@pytest.fixture
def manager() -> Iterator[WorldClient]:
    """A person in a world of the test's own."""
    with market.at_work("Sales Managers") as found:
        yield found


def test_a_tree_of_accounts(manager: WorldClient) -> None:
    top = crm.account(manager, "Top")
    left, right = (crm.account(manager, name, ParentCode=top) for name in ("Left", "Right"))
    low = crm.account(manager, "Low", ParentCode=left, IndustryCode=1)
    crm.account(manager, "Lowest", ParentCode=low)
    other = crm.account(manager, "Other")
    assert names(manager, ParentCode=top) == ["Left", "Right"]
    everything = {"ParentCode": top, "IncludeChildren": True}
    assert names(manager, **everything) == ["Left", "Right", "Low", "Lowest"]
    assert names(manager, **everything, SortBy="Name", SortOrder="desc") == ["Right", "Lowest", "Low", "Left"]
    assert names(manager, **everything, IndustryCode=1) == ["Low"]
    assert names(manager, **everything, Search="low") == ["Low", "Lowest"]
    assert names(manager, **everything, StartCode=right) == ["Low", "Lowest"]
    assert visited(manager, "list_accounts", **everything, PageSize=1) == [left, right, low, low + 1]
    assert names(manager, ParentCode=other, IncludeChildren=True) == []
    assert manager.call_tool("list_accounts", IncludeChildren=True).error["details"]["argument"] == "IncludeChildren"


BY_EMAIL: list[tuple[dict[str, Any], bool]] = [
    ({}, True), ({"Mine": True}, True), ({"StaffOnly": True}, False), ({"AccountCode": 1}, True), ({"AccountCode": 2}, False),
    ({"PermissionCode": 1}, False), ({"TopicCodes": [1, 2]}, True), ({"TopicCodes": [3]}, False), ({"Search": "jane"}, True),
    ({"Search": "joe"}, False), ({"DateFilter": "2026-11-23T08:00:00Z"}, True), ({"DateFilter": "2026-11-23T10:00:00Z"}, False),
    ({"StartCode": 1}, True), ({"StartCode": 4711}, False),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "found"), BY_EMAIL, ids=[str(filters) for filters, _ in BY_EMAIL])
def test_an_email_with_every_other_filter(manager: WorldClient, filters: dict[str, Any], found: bool) -> None:
    at = [crm.account(manager, "One"), crm.account(manager, "Two")]
    jane = crm.contact(manager, "Jane", AccountCode=at[0], TopicCodes=[2])
    answer = manager.call_tool("list_contacts", Email="JANE@orbital.example", **filters).result
    assert [row["UserCode"] for row in answer["Items"]] == [jane] * found
    assert manager.call_tool("list_contacts", Email="nobody@orbital.example", **filters).result["Items"] == []
    assert (
        manager.call_tool("list_contacts", Email="jane@orbital.example", Cursor="x", **filters).error["details"][
            "argument"
        ]
        == "Cursor"
    )
