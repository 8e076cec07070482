"""Filters with not, without, ranges and several values, filters of linked records, and sorts by a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access
from affino_mcp.gate.profiles.profiles import FamilyAccess
from affino_mcp.instance.builtin.crm import contact_filters
from affino_mcp.instance.builtin.listing import number_sorts
from tests.flow.lists import pipeline
from tests.flow.lists.pipeline import Pipeline
from tests.flow.media import Library
from tests.world import WorldClient


@pytest.fixture(scope="module")
def team() -> Iterator[Pipeline]:
    with pipeline.at_work() as found:
        yield found


CONTACTS: dict[str, tuple[dict[str, Any], str]] = {
    "of an industry": ({"IndustryCode": "Technology"}, "JK"),
    "of an industry, leavers too": ({"IndustryCode": 1, "IncludeLeavers": True}, "JKN"),
    "of an industry that no account has": ({"IndustryCode": 7}, ""),
    "of an industry without consent": ({"IndustryCode": "Technology", "Without": "consent"}, "K"),
    "of an industry, searched": ({"IndustryCode": 1, "Search": "doe jan"}, "J"),
    "of an industry, by name backwards": ({"IndustryCode": 1, "SortBy": "Name", "SortOrder": "desc"}, "KJ"),
    "of an industry on a list": ({"IndustryCode": 1, "ContactListCode": "Spring"}, "K"),
    "of an industry by e-mail": ({"IndustryCode": 1, "Email": "lee@orbital.example"}, ""),
    "without consent": ({"Without": "consent"}, "KMN"),
    "without an account": ({"Without": "account"}, "M"),
    "without a list": ({"Without": "list"}, "JLN"),
    "without a list, searched": ({"Without": "list", "Search": "Kim"}, ""),
    "without one permission": ({"WithoutPermissionCode": 2}, "JKMN"),
    "without one permission at an account": ({"WithoutPermissionCode": 1, "AccountCode": "Lunar"}, "K"),
    "not on one list": ({"WithoutContactListCode": "Autumn"}, "JLMN"),
    "on one list and not on another": ({"ContactListCode": "Spring", "WithoutContactListCode": "Autumn"}, "M"),
    "created on a day": ({"CreatedFrom": "2026-11-27", "CreatedTo": "2026-11-27"}, "JKLMN"),
    "created before": ({"CreatedTo": "2026-11-26"}, ""),
    "created since, by name": ({"CreatedFrom": "2026-11-27", "SortBy": "Name"}, "JKLMN"),
    "changed until": ({"UpdatedTo": "2026-11-26"}, ""),
}


def _without_staff(team: Pipeline, rows: list[dict[str, Any]]) -> str:
    return team.names(team.contacts, "UserCode", rows)


@pytest.mark.parametrize(("filters", "names"), CONTACTS.values(), ids=CONTACTS)
def test_contacts(team: Pipeline, filters: dict[str, Any], names: str) -> None:
    for size in (1, 100):
        assert _without_staff(team, team.pages("list_contacts", **filters, PageSize=size)) == names


def test_an_industry_of_many_accounts_is_looked_up_row_by_row(team: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_filters, "MAX_ACCOUNTS_IN_FILTER", 1)
    for filters, names in (CONTACTS["of an industry"], CONTACTS["of an industry without consent"]):
        assert _without_staff(team, team.pages("list_contacts", **filters, PageSize=1)) == names


TEAM = ["Ann Smith", "Bob Smith"]
TASKS: dict[str, tuple[dict[str, Any], str]] = {
    "overdue of a team": ({"OwnerCodes": TEAM, "Timing": "overdue"}, "ba"),
    "overdue of one in a team": ({"OwnerCodes": "Ann Smith", "Timing": "overdue"}, "a"),
    "of a team": ({"OwnerCodes": TEAM}, "abnod"),
    "of a team, done": ({"OwnerCodes": TEAM, "Status": "completed"}, "d"),
    "of a team and one of it": ({"OwnerCodes": TEAM, "OwnerCode": "Bob Smith"}, "bo"),
    "of a team, searched": ({"OwnerCodes": TEAM, "Search": "late"}, "ab"),
    "of a team, by title backwards": ({"OwnerCodes": TEAM, "SortBy": "Title", "SortOrder": "desc"}, "ondba"),
}


@pytest.mark.parametrize(("filters", "names"), TASKS.values(), ids=TASKS)
def test_tasks(team: Pipeline, filters: dict[str, Any], names: str) -> None:
    for size in (1, 100):
        assert team.names(team.tasks, "AppUserTaskCode", team.pages("list_tasks", **filters, PageSize=size)) == names


ACCOUNTS = {
    "by size": ({"SortBy": "CompanySize"}, "LOMN"),
    "by size, largest first": ({"SortBy": "CompanySize", "SortOrder": "desc"}, "MOLN"),
    "by turnover, largest first": ({"SortBy": "AnnualTurnover", "SortOrder": "desc"}, "OMNL"),
    "of an industry by size": ({"SortBy": "CompanySize", "IndustryCode": 1}, "LO"),
    "searched, by size": ({"SortBy": "CompanySize", "Search": "mars"}, "M"),
    "created on days": ({"CreatedFrom": "2026-11-24", "CreatedTo": "2026-11-25"}, "LM"),
    "created from, newest first": ({"CreatedFrom": "2026-11-25", "SortOrder": "desc"}, "NM"),
    "created until, by name": ({"CreatedTo": "2026-11-24", "SortBy": "Name"}, "LO"),
    "searched, created until": ({"CreatedTo": "2026-11-24", "Search": "lunar"}, "L"),
    "changed until a day": ({"UpdatedTo": "2026-11-24"}, "OL"),
}


@pytest.mark.parametrize(("filters", "names"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_accounts(team: Pipeline, filters: dict[str, Any], names: str) -> None:
    for size in (1, 100):
        assert team.names(team.accounts, "AccountCode", team.pages("list_accounts", **filters, PageSize=size)) == names


_OWNERS = st.lists(st.sampled_from(["Sam Lead", "Ann Smith", "Bob Smith"]), min_size=1, unique=True)
_AMOUNTS = st.sampled_from([0, 0.1, 0.2, 99.99, 100, 1234.56])
_FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "OwnerCodes": _OWNERS,
        "Stages": st.lists(st.sampled_from(pipeline.STAGES), min_size=1, unique=True),
        "ValueFrom": _AMOUNTS,
        "CloseDateFrom": st.sampled_from(["2026-11-30", "2026-12-15"]),
        "CloseDateTo": st.sampled_from(["2026-12-15", "2027-01-15"]),
        "OpenOnly": st.just(True),
        "SortBy": st.sampled_from(["Value", "CloseDate", "Title", "Created"]),
        "SortOrder": st.sampled_from(["asc", "desc"]),
        "PageSize": st.sampled_from([1, 2, 100]),
    },
)


def _fits(row: dict[str, Any], asked: dict[str, Any]) -> bool:
    closes = row["CloseDate"] or ""
    return (
        row["Owner"]["Name"] in asked.get("OwnerCodes", [row["Owner"]["Name"]])
        and row["Stage"]["Code"] in asked.get("Stages", [row["Stage"]["Code"]])
        and ("ValueFrom" not in asked or (row["Value"] is not None and row["Value"] >= asked["ValueFrom"]))
        and ("CloseDateFrom" not in asked or closes >= asked["CloseDateFrom"])
        and ("CloseDateTo" not in asked or "" < closes <= asked["CloseDateTo"])
        and (not asked.get("OpenOnly") or row["Stage"]["Open"])
    )


@settings(max_examples=60, deadline=None)
@given(asked=_FILTERS)
def test_pages_of_filtered_opportunities_are_those_of_the_whole_list(team: Pipeline, asked: dict[str, Any]) -> None:
    every = team.pages("list_opportunities")
    found = team.pages("list_opportunities", **asked)
    assert sorted(row["OpportunityCode"] for row in found) == [
        row["OpportunityCode"] for row in every if _fits(row, asked)
    ]
    if asked.get("SortBy") == "Value":
        worth = [row["Value"] for row in found if row["Value"] is not None]
        assert worth == sorted(worth, reverse=asked.get("SortOrder") == "desc")
        assert all(row["Value"] is None for row in found[len(worth) :])


def test_too_many_to_be_sorted_by_a_number_is_refused(team: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_sorts, "MAX_SORTED_BY_NUMBER", 3)
    error = team.lead.call_tool("list_opportunities", SortBy="Value").error
    assert error["details"]["argument"] == "SortBy"
    assert "Narrow the list down" in error["message"]
    assert len(team.pages("list_opportunities", SortBy="Value", OwnerCode="Ann Smith")) == 2


REFUSED = {
    "values the wrong way round": ("list_opportunities", {"ValueFrom": 2, "ValueTo": 1}, "ValueTo"),
    "days the wrong way round": (
        "list_accounts",
        {"CreatedFrom": "2026-02-02", "CreatedTo": "2026-02-01"},
        "CreatedTo",
    ),
    "an unknown stage among others": ("list_opportunities", {"Stages": [1, "Nonsense"]}, "Stages"),
    "an unknown industry": ("list_contacts", {"IndustryCode": "Nonsense"}, "IndustryCode"),
    "a sort by a number that is not there": ("list_opportunities", {"SortBy": "Value", "OwnerCode": 987}, "OwnerCode"),
}


@pytest.mark.parametrize(("tool", "asked", "argument"), REFUSED.values(), ids=REFUSED)
def test_refused(team: Pipeline, tool: str, asked: dict[str, Any], argument: str) -> None:
    assert team.lead.call_tool(tool, **asked).error["details"]["argument"] == argument


@pytest.mark.parametrize(
    ("asked", "family"), [({"IndustryCode": 1}, "accounts"), ({"Without": "list"}, "contact_lists")], ids=str
)
def test_a_filter_about_a_closed_family_is_refused(team: Pipeline, asked: dict[str, Any], family: str) -> None:
    families: FamilyAccess = {each: frozenset(Access) for each in SWITCHED_FAMILIES if each != family}
    profile = team.world.create_profile(f"without {family}", families)
    client = WorldClient(team.world, team.lead.handler, team.world.log_in(profile, team.people["Sam"]))
    assert client.call_tool("list_contacts", **asked).error["details"]["argument"] == next(iter(asked))
    assert team.world.audit_rows()[-1]["method"] == "list_contacts"


def test_articles_by_a_media_item(library: Library) -> None:
    item, other = library.item(), library.item(Title="Another")
    made = [library.use(item, Title="Article 0"), library.use(item, Title="Article 1")]
    library.use(other, Title="Article 2")
    for size in (1, 100):
        page = library.publisher.call_tool("list_articles", MediaFileItemCode=item, PageSize=size).result
        assert [row["StandardItemCode"] for row in page["Items"]] == made[: min(size, 2)]
    found = library.publisher.call_tool("list_articles", MediaFileItemCode=item, Search="article 1").result
    assert [row["StandardItemCode"] for row in found["Items"]] == [made[1]]
    hidden = library.item(library.publisher, Title="Secret", SecurityCode=library.secret)
    library.use(hidden)
    assert library.editor.call_tool("list_articles", MediaFileItemCode=hidden).error["type"] == "not_found"
