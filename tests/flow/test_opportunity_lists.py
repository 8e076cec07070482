"""Lists of opportunities: filters, close dates, and the total value of a page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.world import WorldClient


@pytest.fixture
def orbital(manager: WorldClient) -> int:
    return crm.account(manager)


@pytest.fixture
def pipeline(manager: WorldClient, seller: WorldClient, orbital: int) -> dict[str, int]:
    """Four opportunities by name; the last one has no close date and is the seller's own."""
    lunar, jane = crm.account(manager, "Lunar Ltd"), crm.contact(manager, "Jane")
    return {
        "a": crm.opportunity(manager, orbital, "Alpha sale", Value=100, CloseDate="2026-12-01", Stage=2),
        "b": crm.opportunity(manager, lunar, "Beta sale", Value=0.1, CloseDate="2026-11-30", PrimaryContactCode=jane),
        "c": crm.opportunity(manager, lunar, "Gamma", Value=0.2, CloseDate="2027-01-15", Stage=9),
        "d": crm.opportunity(seller, orbital, "Delta", Value=7, Currency="USD", Stage=8),
    }


LISTS = {
    "everything": ({}, "abcd"),
    "of an account": ({"AccountCode": 1}, "ad"),
    "of a contact": ({"UserCode": 3}, "b"),
    "in a stage": ({"Stage": "negotiation / review"}, "d"),
    "of an owner": ({"OwnerCode": 2}, "d"),
    "open": ({"OpenOnly": True}, "ad"),
    "open at an account of an owner": ({"OpenOnly": True, "AccountCode": 1, "OwnerCode": 1}, "a"),
    "mine": ({"Mine": True}, "abc"),
    "closing from": ({"CloseDateFrom": "2026-12-01"}, "ac"),
    "closing until": ({"CloseDateTo": "2026-12-01"}, "ba"),
    "closing on a day": ({"CloseDateFrom": "2026-12-01", "CloseDateTo": "2026-12-01"}, "a"),
    "closing, by name backwards": ({"CloseDateFrom": "2026-01-01", "SortBy": "Title", "SortOrder": "desc"}, "cba"),
    "by close date": ({"SortBy": "CloseDate"}, "bacd"),
    "searched": ({"Search": "sale"}, "ab"),
    "searched and closing": ({"Search": "sale", "CloseDateTo": "2026-11-30"}, "b"),
    "about a topic": ({"TopicCodes": [2, 3]}, "c"),
}


@pytest.mark.parametrize(("filters", "names"), LISTS.values(), ids=LISTS)
def test_lists(manager: WorldClient, pipeline: dict[str, int], filters: dict[str, Any], names: str) -> None:
    assert manager.call_tool("add_opportunity_topics", OpportunityCode=pipeline["c"], TopicCodes=[2]).result["Topics"]
    listed = manager.call_tool("list_opportunities", **filters).result["Items"]
    assert [row["OpportunityCode"] for row in listed] == [pipeline[name] for name in names]


def test_what_a_page_is_worth(manager: WorldClient, pipeline: dict[str, int]) -> None:
    page = manager.call_tool("list_opportunities", OwnerCode=1, SortBy="CloseDate", PageSize=2).result
    assert (page["TotalValue"], page["TotalValues"]) == (100.1, [{"Currency": "GBP", "Value": 100.1}])
    both = manager.call_tool("list_opportunities").result
    assert both["TotalValue"] is None
    assert both["TotalValues"] == [{"Currency": "GBP", "Value": 100.3}, {"Currency": "USD", "Value": 7}]
    assert manager.call_tool("list_opportunities", Search="nothing").result["TotalValue"] == 0


def test_dates_the_wrong_way_round(manager: WorldClient) -> None:
    asked = {"CloseDateFrom": "2026-12-02", "CloseDateTo": "2026-12-01"}
    assert manager.call_tool("list_opportunities", **asked).error["details"]["argument"] == "CloseDateTo"
