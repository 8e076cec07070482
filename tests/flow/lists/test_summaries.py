"""Summaries: counts and sums by groups, equal to what the pages of the list add up to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.instance.builtin.crm import contact_groups, opportunity_groups
from affino_mcp.instance.builtin.listing import filtered_records, summaries
from tests.flow import crm
from tests.flow.lists import pipeline
from tests.flow.lists.pipeline import Pipeline
from tests.world import WorldClient

Row = dict[str, Any]


@pytest.fixture(scope="module")
def team() -> Iterator[Pipeline]:
    with pipeline.at_work() as found:
        yield found


def _counted(answer: Row) -> dict[str | None, int]:
    return {group["Name"]: group["Count"] for group in answer["Groups"]}


def _worth(rows: list[Row]) -> list[Row]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row["Value"] is not None:
            sums[row["Currency"]] = sums.get(row["Currency"], Decimal()) + Decimal(str(row["Value"]))
    return [{"Currency": currency, "Value": float(total)} for currency, total in sorted(sums.items())]


GROUPS_OF_ROWS: dict[str, Callable[[Row], Any]] = {
    "Stage": lambda row: row["Stage"]["Name"],
    "Owner": lambda row: row["Owner"]["Name"],
    "Account": lambda row: row["Account"]["Name"],
    "CloseMonth": lambda row: row["CloseDate"] and row["CloseDate"][:7],
}
_FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "OwnerCodes": st.lists(st.sampled_from(["Sam Lead", "Ann Smith", "Bob Smith"]), min_size=1, unique=True),
        "Stages": st.lists(st.sampled_from(pipeline.STAGES), min_size=1, unique=True),
        "ValueTo": st.sampled_from([0.1, 100]),
        "Search": st.sampled_from(["deal", "3", "deal 3", "nothing"]),
        "CloseDateTo": st.sampled_from(["2026-12-15", "2027-01-15"]),
        "UndecidedOnly": st.booleans(),
        "CreatedTo": st.sampled_from(["2026-11-26", "2026-11-27"]),
    },
)


@settings(max_examples=60, deadline=None)
@given(by=st.sampled_from(list(GROUPS_OF_ROWS)), filters=_FILTERS, as_text=st.booleans())
def test_counts_and_sums_are_those_of_all_pages(team: Pipeline, by: str, filters: Row, as_text: bool) -> None:
    rows = team.pages("list_opportunities", **filters, PageSize=3)
    answer = team.lead.call_tool(
        "summarise_opportunities", GroupBy=by, Filters=json.dumps(filters) if as_text else filters
    ).result
    group = GROUPS_OF_ROWS[by]
    assert _counted(answer) == Counter(map(group, rows))
    assert (answer["TotalRecords"], answer["TotalValues"]) == (len(rows), _worth(rows))
    for told in answer["Groups"]:
        held = [row for row in rows if group(row) == told["Name"]]
        assert told["Values"] == _worth(held)
        assert told["WithoutValue"] == sum(row["Value"] is None for row in held)


SUMMARIES: dict[str, tuple[str, Row, dict[str | None, int]]] = {
    "opportunities by industry": (
        "summarise_opportunities",
        {"GroupBy": "Industry"},
        {"Technology": 4, "Media and Publishing": 2, None: 1},
    ),
    "tasks by owner": ("summarise_tasks", {"GroupBy": "Owner"}, {"Ann Smith": 3, "Bob Smith": 2, "Sam Lead": 1}),
    "tasks by status": ("summarise_tasks", {"GroupBy": "Status"}, {"pending": 5, "completed": 1}),
    "tasks by timing": (
        "summarise_tasks",
        {"GroupBy": "Timing"},
        {"overdue": 3, "upcoming": 1, "not open": 1, None: 1},
    ),
    "a team's overdue tasks": (
        "summarise_tasks",
        {"GroupBy": "Owner", "Filters": {"OwnerCodes": ["Ann Smith", "Bob Smith"], "Timing": "overdue"}},
        {"Ann Smith": 1, "Bob Smith": 1},
    ),
    "contacts by account": (
        "summarise_contacts",
        {"GroupBy": "Account", "Filters": {"CreatedFrom": "2026-11-27"}},
        {"Lunar": 2, "Orbital": 1, "Mars": 1, None: 2},
    ),
    "contacts by consent": (
        "summarise_contacts",
        {"GroupBy": "Consent", "Filters": {"CreatedFrom": "2026-11-27"}},
        {"Marketing e-mail": 2, "Telephone": 1, None: 3},
    ),
    "contacts by country": (
        "summarise_contacts",
        {"GroupBy": "Country", "Filters": {"CreatedFrom": "2026-11-27"}},
        {"GB": 2, None: 3},
    ),
    "contacts by list": (
        "summarise_contacts",
        {"GroupBy": "List", "Filters": {"CreatedFrom": "2026-11-27"}},
        {"Spring": 2, "Autumn": 1, None: 3},
    ),
    "contacts on a list by consent": (
        "summarise_contacts",
        {"GroupBy": "Consent", "Filters": {"ContactListCode": "Spring"}},
        {None: 2},
    ),
    "contacts on a list, searched": (
        "summarise_contacts",
        {"GroupBy": "Country", "Filters": {"ContactListCode": "Spring", "Search": "kim"}},
        {"GB": 1},
    ),
    "contacts of an industry without consent": (
        "summarise_contacts",
        {"GroupBy": "Account", "Filters": {"IndustryCode": "Technology", "Without": "consent"}},
        {"Lunar": 1},
    ),
    "nothing": ("summarise_tasks", {"GroupBy": "Owner", "Filters": {"DueTo": "2000-01-01"}}, {}),
}


@pytest.mark.parametrize(("tool", "asked", "groups"), SUMMARIES.values(), ids=SUMMARIES)
def test_groups(team: Pipeline, tool: str, asked: Row, groups: dict[str | None, int]) -> None:
    answer = team.lead.call_tool(tool, **asked).result
    assert _counted(answer) == groups
    assert [group["Count"] for group in answer["Groups"]] == sorted(groups.values(), reverse=True)
    listed = tool.replace("summarise", "list")
    assert answer["TotalRecords"] == len(team.pages(listed, **asked.get("Filters", {})))
    assert team.world.audit_rows()[-1]["outcome"] == "ok"


@pytest.mark.parametrize(
    ("tool", "asked"),
    [
        ("summarise_opportunities", {"GroupBy": "Stage"}),
        ("summarise_contacts", {"GroupBy": "List", "Filters": {"ContactListCode": 1}}),
    ],
    ids=["of all", "of a list"],
)
def test_more_than_are_counted_is_no_total_of_a_part(
    team: Pipeline, tool: str, asked: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (summaries, contact_groups, opportunity_groups):
        monkeypatch.setattr(module, "MAX_SUMMARISED", 1)
    answer = team.lead.call_tool(tool, **asked).result
    assert [answer[name] for name in answer if name.startswith(("Groups", "Total"))] in ([None, None], [None] * 3)
    assert [(told["Code"], told["Argument"]) for told in answer["Warnings"]] == [("INCOMPLETE", "Groups")]


def test_what_is_looked_at_is_bounded(team: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtered_records, "MAX_ROWS_PER_QUERY", 1)
    answer = team.lead.call_tool("summarise_opportunities", GroupBy="Stage").result
    assert (answer["Groups"], answer["TotalRecords"]) == (None, None)


def test_the_largest_groups_are_shown(team: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "MAX_GROUPS", 2)
    answer = team.lead.call_tool("summarise_opportunities", GroupBy="Stage").result
    assert (len(answer["Groups"]), answer["TotalRecords"]) == (2, len(pipeline.DEALS))
    assert [told["Code"] for told in answer["Warnings"]] == ["TRUNCATED"]


REFUSED: dict[str, tuple[str, Row, str]] = {
    "no group": ("summarise_tasks", {}, "GroupBy"),
    "an unknown group": ("summarise_tasks", {"GroupBy": "Stage"}, "GroupBy"),
    "filters that are no object": ("summarise_tasks", {"GroupBy": "Owner", "Filters": "[1]"}, "Filters"),
    "a filter that the list has not": ("summarise_tasks", {"GroupBy": "Owner", "Filters": {"Colour": 1}}, "Colour"),
    "a page": ("summarise_tasks", {"GroupBy": "Owner", "Filters": {"PageSize": 1}}, "PageSize"),
    "a code that is not there": ("summarise_tasks", {"GroupBy": "Owner", "Filters": {"OwnerCode": 987}}, "OwnerCode"),
    "a name that is not there": ("summarise_tasks", {"GroupBy": "Owner", "Filters": {"OwnerCode": "No"}}, "OwnerCode"),
    "a wrong value": ("summarise_opportunities", {"GroupBy": "Owner", "Filters": {"ValueTo": "x"}}, "ValueTo"),
}


@pytest.mark.parametrize(("tool", "asked", "argument"), REFUSED.values(), ids=REFUSED)
def test_refused(team: Pipeline, tool: str, asked: Row, argument: str) -> None:
    assert team.lead.call_tool(tool, **asked).error["details"]["argument"] == argument


CLOSED = [
    ("summarise_opportunities", "Account", "accounts"),
    ("summarise_opportunities", "Industry", "accounts"),
    ("summarise_contacts", "Account", "accounts"),
    ("summarise_contacts", "List", "contact_lists"),
]


@pytest.mark.parametrize(("tool", "by", "family"), CLOSED, ids=[f"{tool} {by}" for tool, by, _ in CLOSED])
def test_groups_of_a_closed_family_are_refused(team: Pipeline, tool: str, by: str, family: str) -> None:
    families: FamilyAccess = {each: frozenset(Access) for each in SWITCHED_FAMILIES if each != family}
    profile = team.world.create_profile(f"{tool} {by}", families)
    client = WorldClient(team.world, team.lead.handler, team.world.log_in(profile, team.people["Sam"]))
    error = client.call_tool(tool, GroupBy=by).error
    assert (error["type"], error["details"]["argument"]) == ("tool_disabled", "GroupBy")


def test_a_group_whose_account_is_gone_stays_counted(manager: WorldClient) -> None:
    at = crm.account(manager, IndustryCode=1)
    crm.opportunity(manager, at, Stage=8, Value=3)
    manager.call_tool("update_opportunity", OpportunityCode=1, Stage=9)
    manager.call_tool("delete_account", AccountCode=at)
    answer = manager.call_tool("summarise_opportunities", GroupBy="Account").result
    (group,) = answer["Groups"]
    assert (group["Code"], group["Name"], group["Count"]) == (at, None, 1)
    assert manager.call_tool("summarise_opportunities", GroupBy="Industry").result["Groups"][0]["Name"] is None
