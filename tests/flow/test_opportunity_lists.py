"""Lists of opportunities: filters, close dates, and the total value of a page."""

from __future__ import annotations

from typing import Any

import pytest

from affino_mcp.instance.builtin.listing import list_totals
from tests.flow import crm
from tests.world import World, WorldClient


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


PAGES = [
    # filters, how many there are, and what they are worth
    ({"OwnerCode": 1, "SortBy": "CloseDate"}, 3, [("GBP", 100.3)]),
    ({"Mine": True, "SortBy": "Title", "SortOrder": "desc"}, 3, [("GBP", 100.3)]),
    ({}, 4, [("GBP", 100.3), ("USD", 7)]),
    ({"Search": "sale"}, 2, [("GBP", 100.1)]),
    ({"Search": "a"}, 1, [("GBP", 100)]),
    ({"Search": "sale", "SortBy": "Updated"}, 2, [("GBP", 100.1)]),
    ({"CloseDateFrom": "2026-12-01"}, 2, [("GBP", 100.2)]),
    ({"OpenOnly": True}, 2, [("GBP", 100), ("USD", 7)]),
    ({"DateFilter": "2020-01-01T00:00:00Z", "AccountCode": 1}, 2, [("GBP", 100), ("USD", 7)]),
]


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(("filters", "count", "worth"), PAGES, ids=[str(page[0]) for page in PAGES])
def test_totals_are_of_the_whole_list_on_every_page(
    manager: WorldClient,
    pipeline: dict[str, int],
    filters: dict[str, Any],
    count: int,
    worth: list[tuple[str, float]],
    size: int,
) -> None:
    values = [{"Currency": currency, "Value": value} for currency, value in worth]
    pages: list[dict[str, Any]] = [{"NextCursor": None}]
    for _ in range(count + 1):
        pages.append(
            manager.call_tool("list_opportunities", **filters, PageSize=size, Cursor=pages[-1]["NextCursor"]).result
        )
        if pages[-1]["NextCursor"] is None:
            break
    told = [(page["TotalRecords"], page["TotalValues"]) for page in pages[1:]]
    assert told == [(count, values)] * len(told)
    assert [page["TotalValue"] for page in pages[1:]] == [None if worth[1:] else worth[0][1]] * len(told)
    assert sum(len(page["Items"]) for page in pages[1:]) == count
    after = manager.call_tool("list_opportunities", **filters, PageSize=size, StartCode=2).result
    assert (after["TotalRecords"], after["TotalValues"]) == (count, values)


def test_a_list_too_long_to_be_added_up_says_so(
    world: World, manager: WorldClient, monkeypatch: pytest.MonkeyPatch, pipeline: dict[str, int]
) -> None:
    monkeypatch.setattr(list_totals, "MAX_COUNTED_RECORDS", 3)
    page = manager.call_tool("list_opportunities", PageSize=2).result
    assert (page["TotalRecords"], page["TotalValue"], page["TotalValues"]) == (None, None, None)
    assert [(told["Code"], told["Argument"]) for told in page["Warnings"]] == [("INCOMPLETE", "TotalValue")]
    assert world.audit_rows()[-1]["warnings"] == page["Warnings"]
    assert manager.call_tool("list_opportunities", PageSize=2, OwnerCode=1).result["TotalRecords"] == 3


def test_totals_cost_one_query_and_a_batch_read(world: World, manager: WorldClient, pipeline: dict[str, int]) -> None:
    def reads(**asked: Any) -> list[str]:
        world.watched.calls.clear()
        assert manager.call_tool("list_opportunities", **asked).result
        return [method for method, table in world.watched.calls if table == world.settings.records_table]

    whole, first = reads(), reads(PageSize=2)
    assert whole == ["query", "get_many", "get_many"]
    assert first == [*whole, "query", "get_many"]


def test_what_a_page_is_worth(manager: WorldClient, pipeline: dict[str, int]) -> None:
    both = manager.call_tool("list_opportunities").result
    assert both["TotalValue"] is None
    assert both["TotalValues"] == [{"Currency": "GBP", "Value": 100.3}, {"Currency": "USD", "Value": 7}]
    assert manager.call_tool("list_opportunities", Search="nothing").result["TotalValue"] == 0


def test_dates_the_wrong_way_round(manager: WorldClient) -> None:
    asked = {"CloseDateFrom": "2026-12-02", "CloseDateTo": "2026-12-01"}
    assert manager.call_tool("list_opportunities", **asked).error["details"]["argument"] == "CloseDateTo"
