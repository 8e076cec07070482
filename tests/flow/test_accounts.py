"""Accounts: lookups, parents, duplicates, clearing, deletion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.world import WorldClient

FULL = {
    "Name": "Orbital Labs",
    "Description": "Rockets.\nAnd satellites.",
    "IndustryCode": "technology",
    "AccountTypeCode": 1,
    "Website": "https://orbital.example",
    "Email": "hello@orbital.example",
    "Telephone": "+44 20 7946 0000",
    "Address1": "1 High Street",
    "Address2": "Floor 2",
    "Address3": "Door 3",
    "City": "Leeds",
    "CountyState": "Yorkshire",
    "PostCode": "LS1 1AA",
    "CountryISO": "gb",
    "ExternalID": "SF-1",
    "CompanySize": 120,
    "AnnualTurnover": 2**53 - 1,
    "CompanyNumber": "01234567",
    "VATNumber": "GB123",
    "TopicCodes": [2, 1],
    "LinkedInPage": "https://linkedin.example/orbital",
}
SHOWN = {
    "Industry": {"Code": 1, "Name": "Technology"},
    "AccountType": {"Code": 1, "Name": "Prospect"},
    "CountryISO": "GB",
    "Topics": [{"TopicCode": 2, "Name": "Renewal"}, {"TopicCode": 1, "Name": "Platform Expansion"}],
    "Active": True,
    "Parent": None,
    "PrimaryContact": None,
    "AccountManager": None,
    "Contacts": [],
    "ContactCount": 0,
    "Opportunities": [],
}


def test_every_field_comes_back_as_it_was_given(manager: WorldClient) -> None:
    made = manager.call_tool("create_account", **FULL).result
    expected = {name: value for name, value in FULL.items() if not name.endswith(("Code", "Codes"))} | SHOWN
    assert {name: made["Account"][name] for name in expected} == expected
    assert made["Warnings"] == []
    read = manager.call_tool("get_account", AccountCode=made["Account"]["AccountCode"]).result
    assert read["Account"] == made["Account"]


CLEARED = [name for name in FULL if name != "Name"]


@pytest.mark.parametrize("name", CLEARED)
def test_null_clears(manager: WorldClient, name: str) -> None:
    code = manager.call_tool("create_account", **FULL).result["Account"]["AccountCode"]
    attribute = {"IndustryCode": "Industry", "AccountTypeCode": "AccountType", "TopicCodes": "Topics"}.get(name, name)
    changed = manager.call_tool("update_account", AccountCode=code, **{name: None}).result["Account"]
    assert changed[attribute] == ([] if name == "TopicCodes" else None)
    again = manager.call_tool("get_account", AccountCode=code).result["Account"]
    kept = {n: v for n, v in changed.items() if n != attribute}
    assert again == changed
    assert {n: again[n] for n in kept if n in FULL} == {
        n: FULL[n] if n != "CountryISO" else "GB" for n in kept if n in FULL
    }


def test_only_what_is_given_changes(manager: WorldClient) -> None:
    before = manager.call_tool("create_account", **FULL).result["Account"]
    after = manager.call_tool(
        "update_account", AccountCode=before["AccountCode"], City="York", IndustryCode="Media and Publishing"
    )
    changed = {name for name, value in after.result["Account"].items() if value != before[name]}
    assert changed == {"City", "Industry", "UpdatedDate"}


@pytest.mark.parametrize(
    "arguments", [{}, {"Name": "Orbital Labs"}, {"ExternalID": None, "Nmae": "x"}], ids=["none", "same", "unknown"]
)
def test_an_update_that_changes_nothing_writes_nothing(manager: WorldClient, arguments: dict[str, Any]) -> None:
    before = manager.call_tool("create_account", Name="Orbital Labs").result["Account"]
    answer = manager.call_tool("update_account", AccountCode=before["AccountCode"], **arguments).result
    assert answer["Account"] == before
    assert "NO_CHANGE" in crm.codes(answer["Warnings"])


LOOKUPS: list[tuple[Any, int | None]] = [
    ("Technology", 1), ("TECHNOLOGY", 1), (" technology ", 1), (1, 1), ("1", 1), ("Media and Publishing", 2),
    ("Techno", None), (99, None), ("99", None), ("Media", None),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "code"), LOOKUPS, ids=[repr(wanted) for wanted, _ in LOOKUPS])
def test_lookups_take_the_code_or_the_exact_name(manager: WorldClient, wanted: Any, code: int | None) -> None:
    answer = manager.call_tool("create_account", Name="x", IndustryCode=wanted)
    if code:
        assert answer.result["Account"]["Industry"]["Code"] == code
    else:
        assert answer.error["details"]["argument"] == "IndustryCode"
        assert "Possible: " in answer.error["message"]
    listed = manager.call_tool("list_accounts", IndustryCode=wanted)
    assert (len(listed.result["Items"]) == 1) if code else (listed.error["type"] == "validation_error")


def test_the_lookups_are_listed(manager: WorldClient) -> None:
    lists = manager.call_tool("list_account_lookups").result
    assert {"Code": 1, "Name": "Technology"} in lists["Industries"]
    assert {"Code": 1, "Name": "Prospect"} in lists["AccountTypes"]


MISSING = [("ParentCode", 4711), ("PrimaryContactCode", 4711), ("AccountManagerCode", 4711)]


@pytest.mark.parametrize(("name", "code"), MISSING)
@pytest.mark.parametrize("tool", ["create_account", "update_account"])
def test_references_must_exist(manager: WorldClient, tool: str, name: str, code: int) -> None:
    at = {"AccountCode": crm.account(manager, "There")} if tool == "update_account" else {"Name": "x"}
    error = manager.call_tool(tool, **at, **{name: code}).error
    assert (error["type"], error["details"]["argument"]) == ("not_found", name)


def test_unknown_topics_are_left_out_and_said(manager: WorldClient) -> None:
    answer = manager.call_tool("create_account", Name="x", TopicCodes=[1, 4711]).result
    assert [topic["TopicCode"] for topic in answer["Account"]["Topics"]] == [1]
    assert crm.codes(answer["Warnings"]) == ["UNKNOWN_REFERENCE"]


def test_topics_of_which_none_is_known_change_nothing(manager: WorldClient) -> None:
    code = crm.account(manager, "x", TopicCodes=[1])
    answer = manager.call_tool("update_account", AccountCode=code, TopicCodes=[4711], City="Leeds").result
    assert ([t["TopicCode"] for t in answer["Account"]["Topics"]], answer["Account"]["City"]) == ([1], "Leeds")
    assert crm.codes(answer["Warnings"]) == ["UNKNOWN_REFERENCE"]
    assert manager.call_tool("update_account", AccountCode=code, TopicCodes=[]).result["Account"]["Topics"] == []


def test_no_account_lies_below_itself(manager: WorldClient) -> None:
    top = crm.account(manager, "Top")
    middle = crm.account(manager, "Middle", ParentCode=top)
    low = crm.account(manager, "Low", ParentCode=middle)
    for parent in (top, middle, low):
        error = manager.call_tool("update_account", AccountCode=top, ParentCode=parent).error
        assert (error["type"], error["details"]["argument"]) == ("conflict", "ParentCode")
    assert (
        manager.call_tool("update_account", AccountCode=low, ParentCode=top).result["Account"]["Parent"]["Name"]
        == "Top"
    )


def test_an_account_with_children_stays(manager: WorldClient) -> None:
    top = crm.account(manager, "Top")
    low = crm.account(manager, "Low", ParentCode=top)
    assert manager.call_tool("delete_account", AccountCode=top).error["type"] == "conflict"
    assert manager.call_tool("delete_account", AccountCode=top, DryRun=True).error["type"] == "conflict"
    assert manager.call_tool("delete_account", AccountCode=low).result["Deleted"] is True
    assert manager.call_tool("delete_account", AccountCode=top).result == {
        "AccountCode": top,
        "Deleted": True,
        "Hanging": {},
        "Warnings": [],
    }


def test_an_account_whose_children_moved_can_go(manager: WorldClient) -> None:
    first, second = crm.account(manager, "First"), crm.account(manager, "Second")
    low = crm.account(manager, "Low", ParentCode=first)
    assert manager.call_tool("update_account", AccountCode=low, ParentCode=second).result
    assert manager.call_tool("delete_account", AccountCode=first).result["Deleted"] is True
    assert manager.call_tool("delete_account", AccountCode=second).error["type"] == "conflict"
    assert manager.call_tool("update_account", AccountCode=low, ParentCode=None).result["Account"]["Parent"] is None
    assert manager.call_tool("delete_account", AccountCode=second).result["Deleted"] is True


def test_what_is_deleted_is_gone_everywhere(manager: WorldClient) -> None:
    code = crm.account(manager, "Orbital Labs", ExternalID="SF-1", Mine=True)
    assert manager.call_tool("delete_account", AccountCode=code).result["Deleted"] is True
    jane = crm.contact(manager, "Jane")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_account", {}),
        ("update_account", {"City": "x"}),
        ("delete_account", {}),
        ("link_contact_to_account", {"UserCode": jane}),
    ]
    for tool, arguments in calls:
        error = manager.call_tool(tool, AccountCode=code, **arguments).error
        assert (error["type"], error["details"]["argument"]) == ("not_found", "AccountCode"), tool
    for filters in ({}, {"Search": "orbital"}, {"Mine": True}):
        assert manager.call_tool("list_accounts", **filters).result["Items"] == []
    assert manager.call_tool("create_account", Name="x", ParentCode=code).error["details"]["argument"] == "ParentCode"
    assert manager.call_tool("create_task", Title="x", AccountCode=code).error["details"]["argument"] == "AccountCode"
    again = manager.call_tool("create_account", Name="Orbital Labs", ExternalID="SF-1").result
    assert (again["Account"]["AccountCode"], again["Warnings"]) == (code + 1, [])


DUPLICATES: list[tuple[str, dict[str, Any], bool]] = [
    ("the same", {"Name": "Orbital Labs", "Website": "https://orbital.example"}, True),
    ("other case and accents", {"Name": "ÖRBITAL labs", "Website": "https://orbital.example"}, True),
    ("another form of the address", {"Name": "Orbital Labs", "Website": "www.orbital.example/"}, True),
    ("without an address", {"Name": "Orbital Labs"}, True),
    ("elsewhere", {"Name": "Orbital Labs", "Website": "https://orbital.test"}, False),
    ("another name", {"Name": "Orbital", "Website": "https://orbital.example"}, False),
]


@pytest.mark.parametrize(("arguments", "same"), [d[1:] for d in DUPLICATES], ids=[d[0] for d in DUPLICATES])
def test_a_possible_duplicate_is_pointed_out(manager: WorldClient, arguments: dict[str, Any], same: bool) -> None:
    there = crm.account(manager, "Orbital Labs", Website="https://orbital.example")
    answer = manager.call_tool("create_account", **arguments).result
    found = [w for w in answer["Warnings"] if w["Code"] == "POSSIBLE_DUPLICATE"]
    assert [w["PossibleDuplicates"] for w in found] == ([[{"AccountCode": there}]] if same else [])
    assert all("link_contact_to_account" in w["Message"] for w in found)


@pytest.mark.parametrize("tool", ["create_account", "update_account"])
@pytest.mark.parametrize("spelling", ["SF-1", "sf-1", "ＳＦ-1"])
def test_an_external_id_is_taken_once(manager: WorldClient, tool: str, spelling: str) -> None:
    there = crm.account(manager, "There", ExternalID="SF-1")
    at = {"AccountCode": crm.account(manager, "Here")} if tool == "update_account" else {"Name": "x"}
    error = manager.call_tool(tool, **at, ExternalID=spelling).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "ExternalID")
    assert error["details"]["existing"] == {"AccountCode": there}
    assert manager.call_tool("update_account", AccountCode=there, ExternalID=None).result
    assert manager.call_tool(tool, **at, ExternalID=spelling).result["Account"]["ExternalID"] == spelling


def test_an_account_keeps_its_own_external_id(manager: WorldClient) -> None:
    code = crm.account(manager, "There", ExternalID="SF-1")
    assert (
        manager.call_tool("update_account", AccountCode=code, ExternalID="sf-1").result["Account"]["ExternalID"]
        == "sf-1"
    )


def test_ids_of_the_longest_kind(manager: WorldClient) -> None:
    """A key of the store holds 2,048 bytes; these letters take 18 times their length once they are decomposed."""
    code = crm.account(manager, "x", ExternalID="ﷺ" * 50)
    assert manager.call_tool("create_account", Name="y", ExternalID="ﷺ" * 50).error["details"]["existing"] == {
        "AccountCode": code
    }
    jane = crm.contact(manager, "Jane", ExternalID="ﷺ" * 150)
    assert manager.call_tool("get_contact", ExternalID="ﷺ" * 150).result["Contact"]["UserCode"] == jane
