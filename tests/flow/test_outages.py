"""Stores that do not answer: 503 with Retry-After, nothing is written, and no failed attempt is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flow import crm
from tests.stored_tables import copy_tables
from tests.world import Response, World, WorldClient

WARM_UP = "get_current_user"
READS: list[tuple[str, dict[str, Any]]] = [
    ("list_accounts", {}),
    ("list_accounts", {"Search": "orbital"}),
    ("list_contacts", {"Email": "jane@orbital.example"}),
    ("list_tasks", {"Timing": "overdue"}),
    ("get_account", {"AccountCode": 1}),
    ("get_contact", {"Email": "jane@orbital.example"}),
    ("get_task", {"AppUserTaskCode": 1}),
    ("get_current_user", {}),
    ("list_topics", {}),
]
WRITES: list[tuple[str, dict[str, Any]]] = [
    ("create_account", {"Name": "New", "PrimaryContactCode": 2, "ParentCode": 1}),
    ("create_account", {"Name": "New", "IdempotencyKey": "k"}),
    ("update_account", {"AccountCode": 1, "City": "York"}),
    ("delete_contact", {"UserCode": 2}),
    ("create_contact", {"Email": "n@o.example", "FirstName": "N", "LastName": "N", "AccountCode": 1}),
    ("create_contact", {"Email": "jane@orbital.example", "FirstName": "N", "LastName": "N"}),
    ("link_contact_to_account", {"UserCode": 2, "AccountCode": 1}),
    ("grant_contact_permission", {"UserCode": 2, "PermissionCode": 1}),
    ("update_task", {"AppUserTaskCode": 1, "Status": "completed"}),
    ("create_note", {"Body": "Called", "UserCode": 2}),
    ("create_note", {"Body": "Called"}),
    ("create_account", {"Name": "New", "DryRun": True}),
]


@pytest.fixture
def client(manager: WorldClient) -> WorldClient:
    assert crm.account(manager, "Orbital Labs") == 1
    assert crm.contact(manager, "Jane") == 2
    assert manager.call_tool("create_task", Title="Call", DueDate="2020-01-01").result["Task"]["AppUserTaskCode"] == 1
    return manager


def everything(world: World) -> dict[str, str]:
    names = ("records_table", "words_table", "audit_table", "gate_table", "credentials_table")
    return {name: json.dumps(world.database.list_rows(getattr(world.settings, name))) for name in names}


def is_outage(answer: Response) -> None:
    assert answer.status == 503, answer.document
    assert int(answer.headers["retry-after"]) >= 1
    error = answer.document["error"]
    assert (answer.document["id"], error["data"]["type"], error["data"]["who_can_fix"]) == (
        7,
        "unavailable",
        "operator",
    )
    assert "Traceback" not in json.dumps(answer.document)


@pytest.mark.parametrize(("tool", "arguments"), READS + WRITES, ids=[f"{t} {list(a)}" for t, a in READS + WRITES])
def test_any_store_call_may_fail(world: World, client: WorldClient, tool: str, arguments: dict[str, Any]) -> None:
    """Finds out which store calls the tool makes, lets each of them fail in turn, then carries the call out."""
    places = _places(world, client, tool, arguments)
    before, logged = everything(world)["records_table"], len(world.audit_rows())
    for place in places:
        world.watched.broken = {place}
        is_outage(_fresh(world, client, tool, arguments))
        assert everything(world)["records_table"] == before, place
        rows = [row for row in world.audit_rows()[logged:] if row["method"] != WARM_UP or tool == WARM_UP]
        assert {row["status"] for row in rows} <= {503, *([200] if tool == WARM_UP else [])}, place
        world.clock.move(seconds=1)
    world.watched.broken = set()
    assert _fresh(world, client, tool, arguments).status == 200


def _fresh(world: World, client: WorldClient, tool: str, arguments: dict[str, Any]) -> Response:
    """The call in a process that has read only the profile's secret."""
    handler = world.new_handler()
    broken, world.watched.broken = world.watched.broken, set()
    process = WorldClient(world, handler, client.headers)
    process.call_tool(WARM_UP)
    world.watched.broken = broken
    world.watched.calls.clear()
    answer = process.call_tool(tool, **arguments)
    handler.close()
    return answer


def _places(world: World, client: WorldClient, tool: str, arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """Every store method and table that the call uses; the stores are not changed."""
    kept = copy_tables(world.database._tables)
    assert _fresh(world, client, tool, arguments).status == 200
    world.database._tables = kept
    found = {(method, table) for method, tables in world.watched.calls for table in tables.split("+")}
    assert {(method, table) for method, table in found if table == world.settings.gate_table} == {
        ("get_many", world.settings.gate_table),
        ("update", world.settings.gate_table),
    }
    return sorted(found)


def test_all_stores_down_is_no_reason_to_log_in_again(world: World, client: WorldClient) -> None:
    tables = [getattr(world.settings, f"{name}_table") for name in ("records", "words", "audit", "gate", "credentials")]
    world.watched.broken = {
        (method, table)
        for method in ("get", "get_many", "put", "update", "delete", "query", "transact")
        for table in tables
    }
    for method in ("tools/call", "tools/list", "initialize"):
        answer = client.send_rpc(
            method,
            name="list_accounts",
            arguments={},
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "t", "version": "1"},
        )
        is_outage(answer)
    world.watched.broken = set()
    assert client.call_tool("list_accounts").result["Items"]


def test_secrets_down_stop_only_those_who_have_not_read_them(world: World, client: WorldClient) -> None:
    world.secrets.broken = True
    assert client.call_tool("list_accounts").status == 200
    fresh = world.new_handler()
    is_outage(WorldClient(world, fresh, client.headers).call_tool("list_accounts"))
    world.secrets.broken = False
    assert WorldClient(world, fresh, client.headers).call_tool("list_accounts").status == 200
    fresh.close()


def test_a_change_whose_row_cannot_be_written_is_not_made(world: World, client: WorldClient) -> None:
    before = everything(world)["records_table"]
    world.watched.broken = {("transact", world.settings.audit_table)}
    is_outage(client.call_tool("update_account", AccountCode=1, City="York"))
    assert everything(world)["records_table"] == before


def test_a_refusal_stands_when_its_row_cannot_be_written(world: World, client: WorldClient) -> None:
    world.watched.broken = {("put", world.settings.audit_table)}
    wrong = WorldClient(world, client.handler, {**client.headers, "X-API-Secret": "wrong"})
    assert wrong.call_tool("list_accounts").status == 401


@pytest.mark.parametrize("tool", ["create_account", "no_such_tool"])
def test_an_error_that_cannot_be_logged_is_an_outage(world: World, client: WorldClient, tool: str) -> None:
    world.watched.broken = {("put", world.settings.audit_table)}
    is_outage(client.call_tool(tool, Name=7))
