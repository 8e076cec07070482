"""A service in front of an independent instance of version 1: it reads, and writes only where the operator accepts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.remote.version1 import Version1Stage
from tests.version1.habits import Habits

READS = {"list_accounts", "get_account", "list_contacts", "get_contact"}
WRITES = {
    *("create_account", "update_account", "delete_account", "create_contact", "update_contact", "delete_contact"),
    *("link_contact_to_account", "grant_contact_permission", "revoke_contact_permission"),
}


@pytest.fixture(params=range(4), ids=lambda seed: f"habits {seed}")
def stage(request: pytest.FixtureRequest) -> Iterator[Version1Stage]:
    made = Version1Stage(Habits.of_seed(request.param), writes="key-only")
    yield made
    made.handler.close()


def codes(warnings: list[dict[str, Any]]) -> list[str]:
    return [warning["Code"] for warning in warnings]


@pytest.mark.parametrize(
    ("writes", "offered"),
    [("as-person", READS), ("key-only", READS | WRITES)],
    ids=["reads alone", "writes as the key"],
)
def test_what_is_listed(writes: str, offered: set[str]) -> None:
    stage = Version1Stage(Habits(0), writes=writes)
    assert set(stage.client.list_tool_names()) == offered | {"get_current_user", "report_missing"}
    refused = stage.client.call_tool("create_account", Name="Orbital")
    assert (refused.document["result"]["isError"], len(stage.made())) == (writes == "as-person", writes != "as-person")
    stage.handler.close()


def test_every_account_is_read_page_by_page(stage: Version1Stage) -> None:
    found: list[int] = []
    page = stage.client.call_tool("list_accounts").result
    while True:
        found += [row["AccountCode"] for row in page["Items"]]
        if page["NextCursor"] is None:
            break
        page = stage.client.call_tool("list_accounts", Cursor=page["NextCursor"]).result
    assert found == sorted(stage.instance.records.accounts.rows)


def test_a_contact_is_read_with_its_accounts(stage: Version1Stage) -> None:
    first = stage.client.call_tool("list_contacts").result["Items"][0]
    contact = stage.client.call_tool("get_contact", UserCode=first["UserCode"]).result["Contact"]
    stored = stage.instance.records.users.rows[first["UserCode"]].values
    assert contact["Email"] == stored["PrimaryEmail"]
    assert all(isinstance(link["LeftCompany"], bool) for link in contact["Accounts"])


def test_a_write_says_that_it_is_attributed_here_alone(stage: Version1Stage) -> None:
    made = stage.client.call_tool("create_account", Name="Orbital", Description="New", Active=True).result
    assert codes(made["Warnings"]) == ["ATTRIBUTED_HERE_ONLY"]
    code = made["Account"]["AccountCode"]
    stored = stage.instance.records.accounts.rows[code].values
    assert (stored["Name"], stored["Notes"], stored["Active"]) == ("Orbital", "New", 1)
    assert stage.client.call_tool("update_account", AccountCode=code, City="Leeds").result["Warnings"]
    assert stage.client.call_tool("get_account", AccountCode=code).result["Account"]["City"] == "Leeds"
    assert stage.client.call_tool("delete_account", AccountCode=code).result["Deleted"] is True
    assert stage.client.call_tool("get_account", AccountCode=code).error["type"] == "not_found"
    rows = [row for row in stage.world.audit_rows(begun=True) if row["method"] == "create_account"]
    assert [row["outcome"] for row in rows] == ["begun", "ok"]
    assert codes(rows[1]["warnings"]) == ["ATTRIBUTED_HERE_ONLY"]


def test_links_and_consents(stage: Version1Stage) -> None:
    user, account = max(stage.instance.records.users.rows), stage.client.call_tool("create_account", Name="New").result
    codes_ = {"UserCode": user, "AccountCode": account["Account"]["AccountCode"]}
    assert stage.client.call_tool("link_contact_to_account", **codes_).result["Link"]["UserAccountCode"]
    permission = min(stage.instance.records.permissions)
    consent = {"UserCode": user, "PermissionCode": permission}
    assert stage.client.call_tool("grant_contact_permission", **consent).result["Permission"]["Status"] == "granted"
    assert (user, permission) in stage.instance.records.consents
    assert stage.client.call_tool("revoke_contact_permission", **consent).result["Permission"]["Status"] == "revoked"
    assert (user, permission) not in stage.instance.records.consents


@pytest.mark.parametrize(
    ("tool", "argument", "value"),
    [
        pytest.param("create_account", "DryRun", True, id="a rehearsal"),
        pytest.param("create_account", "IdempotencyKey", "a key", id="a key"),
        pytest.param("list_accounts", "SortBy", "Name", id="an order"),
        pytest.param("list_accounts", "Mine", True, id="a filter"),
    ],
)
def test_what_version_1_does_not_know_is_refused_by_name(tool: str, argument: str, value: Any) -> None:
    stage = Version1Stage(Habits(0), writes="key-only")
    asked = {"Name": "Orbital"} if tool == "create_account" else {}
    error = stage.client.call_tool(tool, **asked, **{argument: value}).error
    assert (error["type"], error["details"]["argument"]) == ("not_offered", argument)
    stage.handler.close()


def test_a_write_without_an_answer_is_not_to_be_repeated(stage: Version1Stage) -> None:
    stage.client.list_tool_names()
    stage.instance.faults.append("after")
    answer = stage.client.call_tool("create_account", Name="Orbital")
    told = answer.document["error"]["data"]
    assert (answer.status, told["type"], "repeat_with" in told) == (503, "outcome_unknown", False)
    assert "Look at the record first" in told["next"]
    stage.world.clock.move(1000)
    stage.world.run_housekeeping()
    assert [row["outcome"] for row in stage.world.audit_rows(begun=True)] == ["begun", "unknown"]


def test_errors_of_version_1_are_told_in_our_words(stage: Version1Stage) -> None:
    assert stage.client.call_tool("get_account", AccountCode=987654).error["type"] == "not_found"
    bad = {"Email": "jane@orbital", "FirstName": "Jane", "LastName": "Doe"}
    assert stage.client.call_tool("create_contact", **bad).error["type"] == "validation_error"
