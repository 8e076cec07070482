"""Writes that were sent and not answered: the truth is found out, or the caller is told that it is not known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from affino_mcp.store.faults import AccessRefused, CollectionFull, TransactionFailed
from affino_mcp.store.ops import WriteOp
from affino_mcp.store.testing.faulty_database import FaultyDatabase, StoreFault
from tests.flow import crm
from tests.flow.faulty_truth import Told, record_transactions, told
from tests.remote.limited_context import LimitedContext
from tests.world import Response, World, WorldClient

WRITE = "create_task"
ARGUMENTS: dict[str, Any] = {"Title": "Call Jane"}


@pytest.fixture
def faulty(world: World) -> FaultyDatabase:
    """The store in front of the world's; no call fails until it is armed."""
    world.watched.inner = FaultyDatabase(world.database)
    return world.watched.inner


@pytest.fixture
def client(manager: WorldClient) -> WorldClient:
    manager.call_tool(WRITE, Title="so that the process knows the last code")
    return manager


def transaction_number(client: WorldClient, faulty: FaultyDatabase) -> int:
    """The number of the transaction among the store calls of the write."""
    faulty.arm({})
    client.call_tool(WRITE, Title="a clean call")
    return record_transactions(faulty.calls)[0]


def limited(client: WorldClient, faulty: FaultyDatabase) -> WorldClient:
    """The client with a call that has no time to ask an instance elsewhere a second time."""
    return replace(client, context=LimitedContext(faulty))


def titles(client: WorldClient) -> list[str]:
    return [row["Title"] for row in client.call_tool("list_tasks", PageSize=100).result["Items"]]


def last_line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    return [vars(record) for record in caplog.records if record.getMessage() == "call"][-1]


def test_a_lost_answer_is_found_out(world: World, client: WorldClient, faulty: FaultyDatabase) -> None:
    faulty.arm({transaction_number(client, faulty): StoreFault.LOST})
    answer = client.call_tool(WRITE, **ARGUMENTS)
    assert answer.result["Task"]["Title"] == "Call Jane"
    row = world.audit_rows()[-1]
    assert (row["outcome"], row["status"], row["record"]) == (
        "ok",
        200,
        f"R#tasks#{answer.result['Task']['AppUserTaskCode']}",
    )
    faulty.arm({})
    assert titles(client).count("Call Jane") == 1


def test_what_was_not_carried_out_can_never_be(world: World, client: WorldClient, faulty: FaultyDatabase) -> None:
    faulty.arm({transaction_number(client, faulty): StoreFault.VANISHED})
    answer = client.call_tool(WRITE, **ARGUMENTS)
    assert told(answer) is Told.UNAVAILABLE
    row, kind = world.audit_rows()[-1], answer.document["error"]["data"]["type"]
    assert (row["outcome"], row["status"], row["error"]["type"]) == ("refused", 503, kind)
    ((operations, token),) = faulty.vanished
    with pytest.raises(TransactionFailed):  # it arrives late
        world.database.transact(operations, token)
    faulty.arm({})
    assert "Call Jane" not in titles(client)
    assert client.call_tool(WRITE, **ARGUMENTS).status == 200
    assert titles(client).count("Call Jane") == 1


@pytest.mark.parametrize("fault", [StoreFault.LOST, StoreFault.VANISHED])
@pytest.mark.parametrize("own_key", ["", "my own key"], ids=["without a key", "with a key"])
def test_what_cannot_be_found_out_is_said(
    world: World,
    client: WorldClient,
    faulty: FaultyDatabase,
    caplog: pytest.LogCaptureFixture,
    fault: StoreFault,
    own_key: str,
) -> None:
    given = ARGUMENTS | ({"IdempotencyKey": own_key} if own_key else {})
    number, before = transaction_number(client, faulty), {row["id"] for row in world.record_rows()}
    faulty.arm({number: fault}, lasting=True)
    answer = limited(client, faulty).call_tool(WRITE, **given)
    error = answer.document["error"]
    assert (answer.status, error["code"], error["data"]["type"]) == (503, -31054, "outcome_unknown")
    assert "may have been carried out" in error["message"]
    assert "not" not in error["message"].split("may have been carried out")[0].lower()
    assert int(answer.headers["retry-after"]) == 1
    assert (last_line(caplog)["outcome"], last_line(caplog)["status"]) == ("unknown", 503)
    rows = [row for row in world.record_rows() if row["id"] not in before]
    assert [row["outcome"] for row in rows] == (["ok"] if fault is StoreFault.LOST else [])
    key = error["data"]["repeat_with"]["IdempotencyKey"]
    assert key == own_key or not own_key
    faulty.arm({})
    again = client.call_tool(WRITE, **(given | {"IdempotencyKey": key})).result
    assert ("REPLAYED" in crm.codes(again["Warnings"])) == (fault is StoreFault.LOST)
    assert titles(client).count("Call Jane") == 1
    once_more = client.call_tool(WRITE, **(given | {"IdempotencyKey": key})).result
    assert once_more["Task"]["AppUserTaskCode"] == again["Task"]["AppUserTaskCode"]
    assert titles(client).count("Call Jane") == 1


def test_a_row_of_a_read_whose_answer_is_lost_is_there_once(
    world: World, client: WorldClient, faulty: FaultyDatabase
) -> None:
    before = len(world.audit_rows())
    faulty.arm({})
    client.call_tool("list_tasks")
    number = faulty.calls.index(("put", world.settings.audit_table))
    faulty.arm({number: StoreFault.LOST})
    assert client.call_tool("list_tasks").status == 200
    faulty.arm({number: StoreFault.LOST}, lasting=True)
    assert client.call_tool("list_tasks").status == 503
    assert [row["status"] for row in world.audit_rows()[before:]] == [200, 200, 200]


class Refusing:
    """A store whose transactions raise an error."""

    def __init__(self, world: World, error: Exception) -> None:
        self._inner, self._error = world.database, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        raise self._error


def test_a_full_storage_is_named(world: World, client: WorldClient) -> None:
    world.watched.inner = Refusing(world, CollectionFull())
    error = client.call_tool(WRITE, **ARGUMENTS).error
    assert (error["type"], error["details"]["who_can_fix"]) == ("storage_full", "operator")
    assert "retry_after" not in json.dumps(error)
    row = world.audit_rows()[-1]
    assert (row["outcome"], row["status"], row["error"]["type"]) == ("error", 507, "storage_full")


def test_a_role_without_a_right_is_the_operators(world: World, client: WorldClient) -> None:
    world.watched.inner = Refusing(world, AccessRefused())
    answer: Response = client.call_tool(WRITE, **ARGUMENTS)
    data = answer.document["error"]["data"]
    assert (answer.status, data["type"], data["who_can_fix"]) == (503, "unavailable", "operator")
    assert answer.headers["retry-after"] == "30"
