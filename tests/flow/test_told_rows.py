"""What an instance tells of its own log's rows: to a program that asks, and in the log of a service in front of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.audit.told_rows import fill_rows
from affino_mcp.catalogue.call_log import MAX_TOLD_ROWS
from affino_mcp.catalogue.capability import Access
from affino_mcp.instance.remote.told_rows import RowsUnusable, read_told_rows
from affino_mcp.store.testing.memory_database import MemoryDatabase
from tests.remote.hostile import Forge
from tests.remote.stage import RemoteStage
from tests.rest_client import RestClient
from tests.world import World

MAKE = {"Name": "Orbital"}
CANARY = "hunter2-Kx9vQ7"


@pytest.fixture
def world() -> World:
    return World(kind="builtin")


@pytest.fixture
def client(world: World) -> Iterator[RestClient]:
    made = RestClient.open(
        world, world.create_profile(rest=True), world.create_person("Sam", "Manager", "Sales Managers")
    )
    yield made
    made.handler.close()


@pytest.fixture
def stage() -> Iterator[RemoteStage]:
    made = RemoteStage()
    yield made
    made.handler.close()


def asking(client: RestClient) -> RestClient:
    return client.with_headers(Prefer="respond-async, log")


def test_a_program_that_asks_is_told_what_the_row_says(world: World, client: RestClient) -> None:
    jane = client.post("/contacts", Email="jane@o.example", FirstName="Jane", LastName="Doe").document["Contact"]
    made = asking(client).post("/accounts", Name="Orbital", PrimaryContactCode=jane["UserCode"])
    row = world.audit_rows()[-1]
    told = made.document["Log"]
    assert (made.headers["preference-applied"], told["LeftOut"]) == ("log", 0)
    (own,) = told["Rows"]
    assert (own["Record"], own["Records"], own["Result"]) == ("accounts#1", row["records"], row["result"])
    account, contact = own["Changes"]
    assert (account["Record"], account["Deed"], account["Fields"]["Name"]) == (
        "accounts#1",
        "created",
        {"After": "Orbital"},
    )
    assert contact["Fields"]["accounts#1 Primary"] == {"After": True}


@pytest.mark.parametrize("preference", ["", "logs", "return=minimal", "catalog"])
def test_who_does_not_ask_gets_the_tools_own_answer(client: RestClient, preference: str) -> None:
    made = client.with_headers(Prefer=preference).post("/accounts", **MAKE)
    assert ("Log" in made.document, "preference-applied" in made.headers) == (False, False)


def test_no_value_is_told_of_a_family_that_the_profile_does_not_read(world: World, client: RestClient) -> None:
    jane = client.post("/contacts", Email="jane@o.example", FirstName="Jane", LastName="Doe").document["Contact"]
    blind = world.profiles.create("blind", {"contacts": frozenset({Access.WRITE})}, 6000, rest=True)
    token = world.sessions.create_session(world.audit_rows()[-1]["person_code"], blind.key).access_token
    writer = replace(asking(client), profile=blind, token=token)
    (row,) = writer.patch(f"/contacts/{jane['UserCode']}", JobTitle="CTO").document["Log"]["Rows"]
    assert [(change["Fields"], change["LeftOut"]) for change in row["Changes"]] == [({}, 1)]


def test_secrets_are_withheld_in_what_is_told(client: RestClient) -> None:
    note = asking(client).post("/notes", Body=f"password: {CANARY}", AccountCode=code_of(client))
    assert "[withheld]" in json.dumps(note.document["Log"])
    assert CANARY not in json.dumps(note.document["Log"])


def code_of(client: RestClient) -> int:
    return int(client.post("/accounts", **MAKE).document["Account"]["AccountCode"])


def telling(log: Any) -> Forge:
    """The instance's answer, with this in the place of what its log says."""

    def forge(answer: httpx.Response) -> httpx.Response:
        document = json.loads(answer.content) | {"Log": log}
        return httpx.Response(answer.status_code, json=document, headers={"ActedAs": answer.headers["ActedAs"]})

    return forge


def rows_of(*rows: dict[str, Any], left_out: Any = 0) -> dict[str, Any]:
    return {"Rows": list(rows), "LeftOut": left_out}


def changed(**more: Any) -> dict[str, Any]:
    return {"Changes": [{"Record": "accounts#1", "Deed": "created", "Fields": {}, **more}]}


WRONG: dict[str, Any] = {
    "a text": "all",
    "a list": [1],
    "rows that are none": {"Rows": "many"},
    "a row that is none": rows_of({"Share": 7}),
    "a share that is none": rows_of({"Share": "1 of everything"}),
    "a record that is none": rows_of({"Record": "accounts#1#2"}),
    "a result that is none": rows_of({"Result": {"a": 1}}),
    "a deed that shouts": rows_of(changed(Deed="<B>DELETED")),
    "fields that are none": rows_of(changed(Fields=["Name"])),
    "a side that is an object": rows_of(changed(Fields={"Name": {"After": {"x": 1}}})),
    "a row too large": rows_of({"Result": "x" * 17_000}),
    "too many rows": rows_of(*[{}] * (MAX_TOLD_ROWS + 1)),
    "a count that is none": rows_of({}, left_out="some"),
}


@pytest.mark.parametrize("log", WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_fails_no_write_and_leaves_the_row_as_it_was(stage: RemoteStage, log: Any) -> None:
    stage.way.after = telling(log)
    made = stage.client.call_tool("create_account", **MAKE).result
    assert (made["Account"]["Name"], "Log" in made) == ("Orbital", False)
    assert stage.rows() == [("begun", 202), ("ok", 200)]
    row = stage.world.audit_rows()[-1]
    assert (row["record"], row["result"], row["changes"]) == ("R#accounts#1", "account 1: done", [])


def test_an_instance_that_tells_nothing_leaves_the_row_as_it_was(stage: RemoteStage) -> None:
    stage.way.after = telling(None)
    assert "Log" not in stage.client.call_tool("create_account", **MAKE).result
    assert stage.world.audit_rows()[-1]["result"] == "account 1: done"


def test_what_is_told_is_redacted_here_once_more(stage: RemoteStage) -> None:
    token = stage.credentials().token
    told = {
        "Name": {"Before": f"Bearer {token}", "After": token},
        "ApiKey": {"After": CANARY},
        "City\u202e": {"After": 1},
    }
    row = {"Result": f"secret: {CANARY}\x1b[2J", **changed(Fields=told)}
    cut: dict[str, Any] = {"Share": "item 1 of 1", "Result": "x" * 180 + token, "Arguments": {"ApiKey": CANARY}}
    cut["Warnings"] = [{"Code": "X", "Message": f"{token} {CANARY}"[:40]}]
    stage.way.after = telling(rows_of(row, cut))
    assert stage.client.call_tool("create_account", **MAKE).result
    written = json.dumps(stage.world.audit_rows())
    assert "[withheld]" in written
    assert [each for each in (token[:12], CANARY, "\\u001b", "\\u202e") if each in written] == []


def test_only_one_of_the_told_rows_counts_as_a_call(stage: RemoteStage) -> None:
    parts = [{"Share": share} for share in ("", "1 of 2", "item 1 of 2", "2 of 2")]
    stage.way.after = telling(rows_of({"Share": "2 of 2"}, *parts, left_out=3))
    assert stage.client.call_tool("create_account", **MAKE).result
    rows = [row for row in stage.world.audit_rows() if row["method"] == "create_account"]
    assert sorted(row["share"] for row in rows) == ["", "2 of 2", "item 1 of 2", "part", "part 1 of 2"]
    assert "3 more rows in the instance's log" in next(row["result"] for row in rows if not row["share"])


BEGUN = AuditRow("0" * 26, "2026-11-23T09:00:00.000000Z", "key", "Newsroom", "create_account", Outcome.OK, 200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ROW = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("Share", "Record", "Records", "Result", "Changes", "Arguments", "Warnings"), JSON)
    | {"Record": st.just("accounts#1") | JSON, "Result": st.text(max_size=8) | JSON},
)


@settings(max_examples=60, deadline=None)
@given(log=JSON | st.fixed_dictionaries({"Rows": st.lists(ROW, max_size=3) | JSON}, optional={"LeftOut": JSON}))
def test_whatever_is_told_is_rows_or_unusable(log: Any) -> None:
    try:
        rows = read_told_rows(log)
    except RowsUnusable:
        return
    filled, parts = (
        fill_rows(BEGUN, rows, ("s3cret",), AuditLog(MemoryDatabase({}), "audit").new_stamp) if rows else (BEGUN, [])
    )
    assert [each for each in (filled, *parts) if len(row_item(each).get("result", "")) > 200] == []
    assert sum(each.calls for each in (filled, *parts)) == 1


def test_a_large_job_has_a_row_for_each_share(stage: RemoteStage) -> None:
    made = stage.client.call_tool(
        "create_contacts",
        Items=[{"Email": f"p{n}@o.example", "FirstName": "P", "LastName": str(n)} for n in range(60)],
    ).result
    people = [item["UserCode"] for item in made["Items"]]
    code = stage.client.call_tool("create_contact_list", Title="Spring").result["ContactList"]["ContactListCode"]
    stage.client.call_tool("add_contact_list_members", ContactListCode=code, UserCodes=people)
    rows = [row for row in stage.world.audit_rows() if row["method"] == "add_contact_list_members"]
    assert sorted(row["share"] for row in rows) == ["1 of 3", "2 of 3", "3 of 3"]
    named = [change["fields"]["Members"]["after"].split(", ") for row in rows for change in row["changes"]]
    assert sorted(int(each) for some in named for each in some) == sorted(people)
