"""A batch that is begun, and ended after other requests."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from affino_mcp.deadline import deadline
from affino_mcp.local.network import reserved_port
from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Item, Key
from affino_mcp.store.wire import AwsJsonEndpoint
from tests.unit.store.endpoint import AGAIN, OP, ROW, Answer, Endpoint, error
from tests.unit.store.test_tracing import PARENT, SAMPLED, Daemon, daemon

__all__ = ["daemon"]

PLACE, OTHER = Key("p", "s"), Key("q", "s")
FOUND: Answer = (200, {"Responses": {"T": [ROW]}, "UnprocessedKeys": {}})
HALF: Answer = (
    200,
    {"Responses": {"T": [ROW]}, "UnprocessedKeys": {"T": {"Keys": [{"pk": {"S": "q"}, "sk": {"S": "s"}}]}}},
)
REST: Answer = (200, {"Responses": {"T": [{"pk": {"S": "q"}, "sk": {"S": "s"}}]}})
ROWS: dict[Key, Item] = {PLACE: {"pk": "p", "sk": "s", "n": 1}}


def operations(endpoint: Endpoint) -> list[str]:
    return [headers["X-Amz-Target"].rpartition(".")[2] for headers in endpoint.headers]


def test_another_request_is_answered_meanwhile(endpoint: Endpoint, dynamo: DynamoDatabase) -> None:
    endpoint.answers = [FOUND, (200, {}), FOUND]
    wait = dynamo.start_get_many("T", [PLACE])
    dynamo.put(OP)
    assert wait() == ROWS
    assert sorted(operations(endpoint)) == ["BatchGetItem", "PutItem"]
    assert dynamo.get_many("T", [PLACE]) == ROWS


@pytest.mark.parametrize("answer", [answer for _, answer in AGAIN], ids=[name for name, _ in AGAIN])
def test_what_has_no_sound_answer_is_asked_for_again(
    endpoint: Endpoint, dynamo: DynamoDatabase, answer: Answer
) -> None:
    endpoint.answers = [answer, FOUND]
    assert dynamo.start_get_many("T", [PLACE])() == ROWS


def test_what_a_batch_left_out_is_asked_for(endpoint: Endpoint, dynamo: DynamoDatabase) -> None:
    endpoint.answers = [HALF, REST]
    assert dynamo.start_get_many("T", [PLACE, OTHER])().keys() == {PLACE, OTHER}


REFUSED: list[Any] = [error("AccessDeniedException"), error("InternalServerError", 500), (200, b"<html>")]


@pytest.mark.parametrize("answer", REFUSED, ids=["refused", "their fault", "no JSON"])
def test_its_errors_are_those_of_a_batch(endpoint: Endpoint, dynamo: DynamoDatabase, answer: Answer) -> None:
    endpoint.answers = [answer]
    with pytest.raises(StoreUnavailable) as plain:
        dynamo.get_many("T", [PLACE])
    wait = dynamo.start_get_many("T", [PLACE])
    with pytest.raises(StoreUnavailable) as begun:
        wait()
    assert (type(begun.value), str(begun.value)) == (type(plain.value), str(plain.value))


def test_the_connection_of_a_batch_that_nobody_waits_for_is_closed(endpoint: Endpoint, dynamo: DynamoDatabase) -> None:
    """Else a later request would get its answer; a socket that is left open is a warning, and a failure."""
    endpoint.answers = [FOUND]
    dynamo.start_get_many("T", [PLACE])
    gc.collect()
    assert dynamo.get_many("T", [PLACE]) == ROWS


def test_nothing_is_raised_before_somebody_waits() -> None:
    with reserved_port() as port:
        address = f"http://127.0.0.1:{port}"
        endpoint = AwsJsonEndpoint("dynamodb", DYNAMODB_TARGET, "1.0", address, "eu-west-1", EmulatorCredentials())
        wait = DynamoDatabase(endpoint).start_get_many("T", [PLACE])
        with pytest.raises(StoreUnavailable):
            wait()


def test_it_is_not_waited_for_after_the_deadline(endpoint: Endpoint, dynamo: DynamoDatabase) -> None:
    endpoint.answers = [FOUND]
    left = iter([30.0])
    with deadline(lambda: next(left, 0.0)):
        wait = dynamo.start_get_many("T", [PLACE])
        with pytest.raises(StoreUnavailable):
            wait()


def test_it_is_one_subsegment(daemon: Daemon, endpoint: Endpoint, dynamo: DynamoDatabase) -> None:
    daemon.trace(SAMPLED)
    endpoint.answers = [FOUND]
    wait = dynamo.start_get_many("T", [PLACE])
    assert daemon.documents() == []
    wait()
    (document,) = daemon.documents()
    assert (document["parent_id"], document["aws"]) == (PARENT, {"operation": "BatchGetItem", "table_name": "T"})
    assert document["http"] == {"response": {"status": 200}}
