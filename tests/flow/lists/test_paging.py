"""Pages: every record appears once, for any page size, order and filters."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flow import crm, market
from tests.flow.market import NAMES, SINCE, visited
from tests.world import WorldClient


@pytest.mark.parametrize("size", [1, 2, 4, 9, 10, 100])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"SortBy": "Name", "SortOrder": "desc"},
        {"Search": "https"},
        {"TopicCodes": [2, 3]},
        {"DateFilter": SINCE[0]},
    ],
    ids=str,
)
def test_pages_of_every_size_show_all_once(client: WorldClient, filters: dict[str, Any], size: int) -> None:
    assert visited(client, "list_accounts", PageSize=size, **filters) == visited(client, "list_accounts", **filters)


def test_a_page_between_two_changes(client: WorldClient) -> None:
    """A record added behind the cursor appears, a deleted one does not, and no record appears twice."""
    first = client.call_tool("list_accounts", PageSize=3).result
    new = crm.account(client, "Newcomer")
    second = client.call_tool("list_accounts", PageSize=100, Cursor=first["NextCursor"]).result
    assert [row["Name"] for row in second["Items"]] == [*NAMES[3:], "Newcomer"]
    assert client.call_tool("delete_account", AccountCode=new).result
    again = client.call_tool("list_accounts", PageSize=100, Cursor=first["NextCursor"]).result
    assert [row["Name"] for row in again["Items"]] == list(NAMES[3:])


MARKET = ("Ada", "Bo", "Çelik", "Dée", "ádám", "bo")
RECORDS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "name": st.sampled_from(MARKET),
        "IndustryCode": st.integers(1, 2),
        "TopicCodes": st.lists(st.integers(1, 3), max_size=2),
    }
)
FILTERS = st.fixed_dictionaries(
    {"PageSize": st.integers(1, 5)},
    optional={
        "SortBy": st.sampled_from(["Code", "Name", "Created", "Updated"]),
        "SortOrder": st.sampled_from(["asc", "desc"]),
        "IndustryCode": st.integers(1, 2),
        "TopicCodes": st.lists(st.integers(1, 3), min_size=1, max_size=2),
        "Search": st.sampled_from(["a", "bo", "ç", "d"]),
        "StartCode": st.integers(1, 8),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_paging_visits_every_record_exactly_once(data: st.DataObject) -> None:
    with market.at_work("Sales") as seller:
        made: dict[int, dict[str, Any]] = {}
        for asked in data.draw(st.lists(RECORDS, max_size=14)):
            made[crm.account(seller, **asked)] = asked
            seller.world.clock.move(seconds=data.draw(st.integers(0, 1)))
        filters = data.draw(FILTERS)
        found = visited(seller, "list_accounts", **filters)
    assert sorted(found) == sorted(code for code, asked in made.items() if _fits(asked, code, filters))


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _fits(asked: dict[str, Any], code: int, filters: dict[str, Any]) -> bool:
    return (
        filters.get("IndustryCode", asked["IndustryCode"]) == asked["IndustryCode"]
        and ("TopicCodes" not in filters or bool(set(filters["TopicCodes"]) & set(asked["TopicCodes"])))
        and code > filters.get("StartCode", 0)
        and _words(asked["name"]).startswith(_words(filters.get("Search", "")))
    )
