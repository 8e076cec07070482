"""One AWS endpoint over HTTP: which faults are retried, which errors are raised, which become StoreUnavailable."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store import wire
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.faults import (
    AccessRefused,
    CollectionFull,
    ConditionFailed,
    StoreRejected,
    StoreUnavailable,
    TransactionFailed,
)
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.store.ops import Database, Key, Query, QueryPage, SortSpan
from affino_mcp.store.wire import AwsJsonEndpoint
from tests.unit.store.endpoint import AGAIN, OP, ROW, Answer, Endpoint, error


def test_a_request_is_signed_and_names_its_operation(endpoint: Endpoint, dynamo: Database) -> None:
    endpoint.answers = [(200, {"Item": {"pk": {"S": "p"}, "sk": {"S": "s"}}})]
    assert dynamo.get("T", Key("p", "s")) == {"pk": "p", "sk": "s"}
    assert endpoint.asked == [{"TableName": "T", "Key": {"pk": {"S": "p"}, "sk": {"S": "s"}}, "ConsistentRead": True}]
    assert endpoint.headers[0]["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert endpoint.headers[0]["Authorization"].startswith("AWS4-HMAC-SHA256 ")


@pytest.mark.parametrize("answer", [a[1] for a in AGAIN], ids=[a[0] for a in AGAIN])
def test_what_is_tried_again(endpoint: Endpoint, dynamo: Database, answer: Answer) -> None:
    endpoint.answers = [answer, answer, (200, {})]
    dynamo.transact([OP], "token")
    assert len(endpoint.asked) == 3
    assert {asked["ClientRequestToken"] for asked in endpoint.asked} == {"token"}


@pytest.mark.parametrize("answer", [a[1] for a in AGAIN], ids=[a[0] for a in AGAIN])
def test_an_outage_after_three_attempts(endpoint: Endpoint, dynamo: Database, answer: Answer) -> None:
    endpoint.answers = [answer]
    with pytest.raises(StoreUnavailable):
        dynamo.put(OP)
    assert len(endpoint.asked) == 3


TOLD: list[tuple[str, Answer, type[Exception]]] = [
    ("refused", error("AccessDeniedException"), AccessRefused),
    ("expired credentials", error("ExpiredTokenException"), AccessRefused),
    ("no table", error("ResourceNotFoundException"), AccessRefused),
    ("unheard of", error("NobodyKnowsException"), StoreUnavailable),
    ("invalid", error("ValidationException"), StoreRejected),
    ("another request with this token", error("IdempotentParameterMismatchException"), StoreRejected),
    ("too large", error("ItemCollectionSizeLimitExceededException"), CollectionFull),
    ("condition", error("ConditionalCheckFailedException", Item=ROW), ConditionFailed),
    ("cancelled: condition", error("TransactionCanceledException", CancellationReasons=[
        {"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": ROW}]), TransactionFailed),
    ("cancelled: conflict", error("TransactionCanceledException", CancellationReasons=[
        {"Code": "TransactionConflict"}]), TransactionFailed),
    ("cancelled: too large", error("TransactionCanceledException", CancellationReasons=[
        {"Code": "ItemCollectionSizeLimitExceeded"}]), CollectionFull),
    ("cancelled: invalid", error("TransactionCanceledException", CancellationReasons=[
        {"Code": "None"}, {"Code": "ValidationError"}]), StoreRejected),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "expected"), [t[1:] for t in TOLD], ids=[t[0] for t in TOLD])
def test_what_errors_mean(endpoint: Endpoint, dynamo: Database, answer: Answer, expected: type[Exception]) -> None:
    endpoint.answers = [answer]
    with pytest.raises(expected) as found:
        dynamo.transact([OP, OP], "token")
    assert type(found.value) is expected
    assert len(endpoint.asked) == 1
    if isinstance(found.value, ConditionFailed):
        assert found.value.item == {"pk": "p", "sk": "s", "n": 1}
    if isinstance(found.value, TransactionFailed) and found.value.failed:
        assert found.value.failed == {1: {"pk": "p", "sk": "s", "n": 1}}


OURS_ALONE = {"no JSON", "somebody's transaction"}
"""Tried again by us and not by boto3: a broken answer of a gateway, and one write that met a transaction."""
BOTH = [(name, answer, True) for name, answer in AGAIN if name not in OURS_ALONE]
BOTH += [(name, answer, False) for name, answer, _ in TOLD]


@pytest.mark.parametrize(("answer", "again"), [b[1:] for b in BOTH], ids=[b[0] for b in BOTH])
def test_boto3_tries_the_same_again(endpoint: Endpoint, address: str, answer: Answer, again: bool) -> None:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
    client = boto3.client("dynamodb", endpoint_url=address, config=Config(retries={"total_max_attempts": 2}), **keys)
    endpoint.answers = [answer]
    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "T", "Item": ROW}}])
    assert len(endpoint.asked) == 1 + again


def left(*keys: str) -> dict[str, Any]:
    wired = [{"pk": {"S": key}, "sk": {"S": "s"}} for key in keys]
    return {"UnprocessedKeys": {"T": {"Keys": wired}}} if keys else {}


def rows(*keys: str) -> dict[str, Any]:
    return {"Responses": {"T": [{"pk": {"S": key}, "sk": {"S": "s"}} for key in keys]}}


def test_a_batch_is_asked_for_what_it_left_out(endpoint: Endpoint, dynamo: Database) -> None:
    endpoint.answers = [(200, rows("a") | left("b", "c")), (200, rows("b") | left("c")), (200, rows("c"))]
    found = dynamo.get_many("T", [Key("a", "s"), Key("b", "s"), Key("c", "s")])
    assert [key.pk for key in found] == ["a", "b", "c"]


def test_a_batch_that_is_never_whole_is_an_outage(
    endpoint: Endpoint, dynamo: Database, given_up: list[GivenUpCall]
) -> None:
    endpoint.answers = [(200, left("a"))]
    with pytest.raises(StoreUnavailable):
        dynamo.get_many("T", [Key("a", "s")])
    assert len(endpoint.asked) == 5
    (call,) = given_up
    assert (call.operation, call.place, call.error, call.attempts) == ("BatchGetItem", "T", "UnprocessedKeys", 5)


def test_an_empty_range_is_not_asked_for(endpoint: Endpoint, dynamo: Database) -> None:
    assert dynamo.query(Query("T", "p", span=SortSpan(low="b", high="a"))) == QueryPage([])
    assert endpoint.asked == []


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "pause_before_attempt", lambda attempt: None)
    nobody = AwsJsonEndpoint(
        "dynamodb", DYNAMODB_TARGET, "1.0", "http://127.0.0.1:1", "eu-west-1", EmulatorCredentials()
    )
    with pytest.raises(StoreUnavailable):
        DynamoDatabase(nobody).get("T", Key("p", "s"))
