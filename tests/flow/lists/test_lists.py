"""Lists: filters, sort orders, dates, and the attributes of their answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.market import BY_NAME, NAMES, SINCE, UPDATED, names, visited
from tests.world import WorldClient

SORTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, list(NAMES)),
    ({"SortBy": "Code"}, list(NAMES)),
    ({"sort_by": "code", "sort_order": "DESC"}, list(NAMES)[::-1]),
    ({"SortBy": "Name"}, BY_NAME),
    ({"SortBy": "Name", "SortOrder": "desc"}, BY_NAME[::-1]),
    ({"SortBy": "Created", "SortOrder": "desc"}, list(NAMES)[::-1]),
    ({"SortBy": "Updated"}, UPDATED),
    ({"SortBy": "Updated", "SortOrder": "desc", "PageSize": 1}, ["alpha"]),
    ({"IndustryCode": 2}, list(NAMES[1::2])),
    ({"IndustryCode": "Media and Publishing", "SortBy": "Name"}, sorted(NAMES[1::2], key=BY_NAME.index)),
    ({"AccountTypeCode": 3}, list(NAMES[2::3])),
    ({"AccountTypeCode": 3, "IndustryCode": 2}, [NAMES[5]]),
    ({"TopicCodes": [3]}, list(NAMES[2::3])),
    ({"TopicCodes": [2, 3]}, [n for i, n in enumerate(NAMES, 1) if i % 2 == 0 or i % 3 == 0]),
    ({"TopicCodes": [2, 3], "AccountTypeCode": 3, "SortOrder": "desc"}, list(NAMES[2::3])[::-1]),
    ({"TopicCodes": []}, list(NAMES)),
    ({"TopicCodes": [12]}, []),
    ({"AccountManagerCode": 1}, []),
    ({"ParentCode": 1}, []),
    ({"Mine": True}, list(NAMES)),
    ({"Mine": False}, list(NAMES)),
    ({"StartCode": 7}, list(NAMES[7:])),
    ({"StartCode": 7, "SortOrder": "desc"}, list(NAMES[7:])[::-1]),
    ({"StartCode": 7, "SortBy": "Name"}, ["ALPHA two", "Élan Vital"]),
    ({"StartCode": 7, "IndustryCode": 2}, ["Élan Vital"]),
    ({"StartCode": 4711}, []),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "expected"), SORTS, ids=[str(filters) for filters, _ in SORTS])
def test_filters_and_sorts(client: WorldClient, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(client, **filters) == expected


DATES: list[tuple[dict[str, Any], list[str]]] = [
    ({"DateFilter": SINCE[0]}, list(NAMES[1:])),
    ({"DateFilter": "2026-11-23T08:59:59.999999Z"}, list(NAMES)),
    ({"DateFilter": "2026-11-23T10:00:00.000000+01:00"}, list(NAMES[1:])),
    ({"DateFilter": SINCE[1]}, [NAMES[1], *NAMES[6:]]),
    ({"DateFilter": SINCE[1], "SortBy": "Updated"}, [*NAMES[6:], NAMES[1]]),
    ({"DateFilter": SINCE[1], "SortBy": "Updated", "SortOrder": "desc"}, [NAMES[1], *NAMES[:5:-1]]),
    ({"DateFilter": SINCE[1], "SortBy": "Name"}, sorted([NAMES[1], *NAMES[6:]], key=BY_NAME.index)),
    ({"DateFilter": SINCE[1], "IndustryCode": 2, "StartCode": 3}, [NAMES[7]]),
    ({"DateFilter": SINCE[1], "Search": "alpha"}, ["alpha", "ALPHA two"]),
    ({"DateFilter": SINCE[2], "Search": "alpha"}, []),
    ({"DateFilter": SINCE[3]}, []),
]


@pytest.mark.parametrize(("filters", "expected"), DATES, ids=[str(filters) for filters, _ in DATES])
def test_created_or_updated_after(client: WorldClient, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(client, **filters) == expected


def test_the_answer_of_a_list(client: WorldClient) -> None:
    whole = client.call_tool("list_accounts").result
    assert whole.keys() == {"Items", "TotalRecords", "LastRecordCode", "NextCursor", "CurrentDate", "Warnings"}
    assert (whole["TotalRecords"], whole["LastRecordCode"], whole["NextCursor"]) == (
        9,
        whole["Items"][-1]["AccountCode"],
        None,
    )
    first = client.call_tool("list_accounts", PageSize=4).result
    assert (first["TotalRecords"], first["LastRecordCode"]) == (None, first["Items"][-1]["AccountCode"])
    on = client.call_tool("list_accounts", StartCode=first["LastRecordCode"]).result
    assert [row["AccountCode"] for row in first["Items"] + on["Items"]] == [
        row["AccountCode"] for row in whole["Items"]
    ]
    searched = client.call_tool("list_accounts", Search="https", PageSize=4).result
    assert (searched["TotalRecords"], len(searched["Items"])) == (9, 4)
    assert set(whole["Items"][0]) == {
        "AccountCode", "Name", "Industry", "AccountType", "Website", "City", "CountryISO", "AccountManager", "Active",
        "CreatedDate", "UpdatedDate",
    }  # fmt: skip


def test_staff_and_topics(client: WorldClient) -> None:
    staff = client.call_tool("list_contacts", StaffOnly=True).result
    assert [row["FirstName"] for row in staff["Items"]] == ["Sam"]
    topics = client.call_tool("list_topics", PageSize=5).result
    assert (len(topics["Items"]), topics["TotalRecords"]) == (5, 12)
    assert visited(client, "list_topics", PageSize=5) == list(range(1, 13))
    assert [t["Name"] for t in client.call_tool("list_topics", Search="platform").result["Items"]] == [
        "Platform Expansion"
    ]
    assert client.call_tool("list_topics", Cursor="x").error["details"]["argument"] == "Cursor"
