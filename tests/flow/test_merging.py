"""Merging two records that are one: all of it moves, and one undo takes all of it back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow import crm
from tests.flow.merged_stock import (
    about,
    contact_state,
    listed,
    make_list,
    note_and_task,
    undo,
    without_dates,
)
from tests.world import WorldClient


def test_all_of_a_contact_moves_and_comes_back_with_one_undo(manager: WorldClient, janes: tuple[int, int]) -> None:
    kept, other = janes
    spring = make_list(manager, "contacts", "Spring", [other])
    both = make_list(manager, "contacts", "Both", [kept, other])
    before = contact_state(manager, kept, other)
    asked = {"UserCode": kept, "MergeUserCode": other}
    rehearsed = manager.call_tool("merge_contacts", **asked, DryRun=True).result
    done = manager.call_tool("merge_contacts", **asked).result
    assert {n: v for n, v in rehearsed.items() if n not in ("DryRun", "Warnings")} == {
        n: v for n, v in done.items() if n != "Warnings"
    }
    moved = {"accounts": 1, "contact_lists": 1, "notes": 1, "opportunities": 1, "permissions": 2, "tasks": 1}
    assert (done["Moved"], done["Filled"]) == (moved, ["ExternalID", "Mobile", "SecondaryEmail"])
    assert done["Different"] == {"FirstName": "Janet", "JobTitle": "VP", "Telephone": "+44 113 496 0002"}
    jane = manager.call_tool("get_contact", UserCode=kept).result["Contact"]
    assert (jane["SecondaryEmail"], jane["ExternalID"]) == ("janet@orbital.example", "SF-9")
    assert [(row["Primary"], row["JobTitle"]) for row in jane["Accounts"]] == [(True, "CTO")]
    consents = manager.call_tool("list_contact_permissions", UserCode=kept, IncludeRevoked=True).result["Permissions"]
    assert [row["Status"] for row in consents] == ["revoked", "granted"]
    (deal,) = jane["Opportunities"]
    people = manager.call_tool("list_opportunity_contacts", OpportunityCode=deal["OpportunityCode"]).result["Contacts"]
    assert [(row["UserCode"], row["Primary"]) for row in people] == [(kept, True)]
    assert (listed(manager, "contacts", spring), listed(manager, "contacts", both)) == (([kept], 1), ([kept], 1))
    assert [len(codes) for codes in about(manager, "UserCode", kept).values()] == [1, 1]
    gone = manager.call_tool("get_contact", UserCode=other).error
    assert (gone["type"], gone["details"]["MergedInto"]) == ("not_found", kept)
    assert f"merged into {kept}" in gone["message"]
    assert manager.call_tool("get_contact", Email="janet@orbital.example").result["Contact"]["UserCode"] == kept

    assert undo(manager, "contacts", kept).result["Undone"]["How"] == "changed back"
    assert contact_state(manager, kept, other) == before
    assert manager.call_tool("get_contact", Email="janet@orbital.example").result["Contact"]["UserCode"] == other
    assert listed(manager, "contacts", spring) == ([other], 1)
    assert (sorted(listed(manager, "contacts", both)[0]), listed(manager, "contacts", both)[1]) == ([kept, other], 2)


def account_state(client: WorldClient, *codes: int) -> list[Any]:
    read = [without_dates(client.call_tool("get_account", AccountCode=code).result["Account"]) for code in codes]
    return [read, [about(client, "AccountCode", code) for code in codes]]


def test_all_of_an_account_moves_and_comes_back_with_one_undo(manager: WorldClient) -> None:
    kept = crm.account(manager, City="Leeds")
    other = crm.account(manager, "Orbital Labs Ltd", City="York", Website="https://orbital.example")
    crm.account(manager, "Orbital Moon", ParentCode=other)
    jane, joe = crm.contact(manager, "Jane"), crm.contact(manager, "Joe")
    manager.call_tool("link_contact_to_account", UserCode=jane, AccountCode=kept).result  # noqa: B018
    for who in (jane, joe):
        manager.call_tool("link_contact_to_account", UserCode=who, AccountCode=other, JobTitle="CTO").result  # noqa: B018
    manager.call_tool("update_account", AccountCode=other, PrimaryContactCode=joe).result  # noqa: B018
    note_and_task(manager, AccountCode=other)
    crm.opportunity(manager, other)
    partners = make_list(manager, "accounts", "Partners", [other])
    before = account_state(manager, kept, other)
    asked = {"AccountCode": kept, "MergeAccountCode": other}
    done = manager.call_tool("merge_accounts", **asked).result
    moved = {"account_lists": 1, "child_accounts": 1, "contacts": 2, "notes": 1, "opportunities": 1, "tasks": 1}
    assert (done["Moved"], done["Filled"]) == (moved, ["PrimaryContactCode", "Website"])
    assert done["Different"] == {"Name": "Orbital Labs Ltd", "City": "York"}
    orbital = manager.call_tool("get_account", AccountCode=kept).result["Account"]
    assert (orbital["ContactCount"], orbital["PrimaryContact"]["UserCode"]) == (2, joe)
    assert [(row["UserCode"], row["Primary"], row["JobTitle"]) for row in orbital["Contacts"]] == [
        (jane, False, "CTO"),
        (joe, True, "CTO"),
    ]
    assert listed(manager, "accounts", partners) == ([kept], 1)
    assert manager.call_tool("delete_account", AccountCode=kept).error["type"] == "conflict"
    assert manager.call_tool("get_account", AccountCode=other).error["details"]["MergedInto"] == kept
    alone = undo(manager, "accounts", other).error
    assert (alone["type"], f"account {kept}" in alone["message"]) == ("conflict", True)

    assert undo(manager, "accounts", kept).result["Undone"]["Code"] == kept
    assert account_state(manager, kept, other) == before
    assert listed(manager, "accounts", partners) == ([other], 1)


@pytest.mark.parametrize(("kept", "other"), [("top", "low"), ("low", "top")], ids=["the parent", "the child"])
def test_an_account_and_its_child_become_one(manager: WorldClient, kept: str, other: str) -> None:
    root = crm.account(manager, "Root")
    made = {"top": crm.account(manager, "Top", ParentCode=root)}
    made["low"] = crm.account(manager, "Low", ParentCode=made["top"])
    manager.call_tool("merge_accounts", AccountCode=made[kept], MergeAccountCode=made[other]).result  # noqa: B018
    found = manager.call_tool("get_account", AccountCode=made[kept]).result["Account"]
    assert found["Parent"]["AccountCode"] == root
    assert undo(manager, "accounts", made[kept]).result["Undone"]
    found = manager.call_tool("get_account", AccountCode=made["low"]).result["Account"]
    assert found["Parent"]["AccountCode"] == made["top"]


def test_an_account_never_lies_below_itself(manager: WorldClient) -> None:
    top = crm.account(manager, "Top")
    low = crm.account(manager, "Low", ParentCode=crm.account(manager, "Between", ParentCode=top))
    error = manager.call_tool("merge_accounts", AccountCode=low, MergeAccountCode=top).error
    assert (error["type"], "ParentCode" in error["message"]) == ("conflict", True)


def test_what_changed_since_is_not_undone(manager: WorldClient, janes: tuple[int, int]) -> None:
    kept, other = janes
    done = manager.call_tool("merge_contacts", UserCode=kept, MergeUserCode=other).result
    assert done["Moved"]["notes"] == 1
    version = manager.call_tool("list_record_history", Family="contacts", Code=kept).result["Items"][0]["Version"]
    manager.call_tool("update_contact", UserCode=kept, Mobile="07700 900999").result  # noqa: B018
    error = manager.call_tool("undo_change", Family="contacts", Code=kept, Version=version).error
    assert (error["type"], error["details"]["Attributes"]) == ("conflict", ["Mobile"])
    assert manager.call_tool("get_contact", UserCode=other).error["type"] == "not_found"


def test_who_can_log_in_is_never_merged_away(manager: WorldClient) -> None:
    me = manager.call_tool("list_contacts", StaffOnly=True).result["Items"][0]["UserCode"]
    error = manager.call_tool("merge_contacts", UserCode=crm.contact(manager, "Jane"), MergeUserCode=me).error
    assert (error["type"], error["details"]["argument"]) == ("conflict", "MergeUserCode")


def test_a_record_is_not_merged_into_itself(manager: WorldClient) -> None:
    jane = crm.contact(manager, "Jane")
    error = manager.call_tool("merge_contacts", UserCode=jane, MergeUserCode=jane).error
    assert (error["type"], error["details"]["argument"]) == ("validation_error", "MergeUserCode")
