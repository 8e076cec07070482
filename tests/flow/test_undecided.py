"""Opportunities that are not decided: which stages count as open, what lists leave out, and what keeps an account."""

from __future__ import annotations

import pytest

from tests.flow import crm
from tests.world import WorldClient

STAGES = [
    # stage, whether OpenOnly lists it, whether it is undecided
    ("Prospecting", False, True),
    ("Qualification", True, True),
    ("Negotiation / Review", True, True),
    ("On Hold", False, True),
    ("Closed Won", False, False),
    ("Closed", False, False),
]


@pytest.mark.parametrize(("stage", "is_open", "undecided"), STAGES, ids=[stage for stage, _, _ in STAGES])
def test_lists_and_deletions_agree_on_what_is_undecided(
    manager: WorldClient, stage: str, is_open: bool, undecided: bool
) -> None:
    at = crm.account(manager)
    code = crm.opportunity(manager, at, Stage=stage, Value=5)

    def listed(**filters: object) -> list[int]:
        answer = manager.call_tool("list_opportunities", **filters).result
        assert answer["TotalRecords"] == len(answer["Items"])
        return [row["OpportunityCode"] for row in answer["Items"]]

    assert listed(OpenOnly=True) == [code] * is_open
    assert listed(UndecidedOnly=True) == listed(UndecidedOnly=True, AccountCode=at, Mine=True) == [code] * undecided
    assert listed(UndecidedOnly=True, Search="platform", SortBy="CloseDate") == [code] * undecided
    assert listed(UndecidedOnly=False) == [code]
    answer = manager.call_tool("delete_account", AccountCode=at, DryRun=True)
    if undecided:
        assert "UndecidedOnly" in answer.error["message"]
    else:
        assert answer.result["Hanging"] == {"opportunities": 1}


def test_the_stage_that_is_taken_by_default_says_where_it_is_not_listed(manager: WorldClient) -> None:
    at = crm.account(manager)
    told = manager.call_tool("create_opportunity", AccountCode=at, Title="Sale").result["Warnings"]
    (stage,) = (each["Message"] for each in told if each["Argument"] == "Stage")
    assert "Prospecting" in stage
    assert "OpenOnly" in stage
    assert "UndecidedOnly" in stage


def test_stages_say_whether_they_are_decided(manager: WorldClient) -> None:
    rows = manager.call_tool("list_opportunity_stages").result["Stages"]
    assert {row["Name"]: row["Closed"] for row in rows if row["Name"] in dict.fromkeys(s for s, _, _ in STAGES)} == {
        stage: not undecided for stage, _, undecided in STAGES
    }
