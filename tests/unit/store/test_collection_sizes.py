"""Sizes of partitions: one transaction in 256 asks for them, and what is nearly full is told without its key."""

from __future__ import annotations

import uuid
from itertools import count
from typing import Any

import pytest

from affino_mcp import observability
from affino_mcp.local.stores import EmulatorCredentials
from affino_mcp.store.collection_sizes import ONE_IN, asks_for_sizes
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, DynamoDatabase
from affino_mcp.store.wire import AwsJsonEndpoint
from tests.unit.store.endpoint import OP, Endpoint

ASKING = next(f"token-{number}" for number in count() if asks_for_sizes(f"token-{number}"))


def sizes(**gigabytes: float) -> tuple[int, dict[str, Any]]:
    """The answer of a transaction, with the upper estimate of each partition."""
    met = [
        {"ItemCollectionKey": {"pk": {"S": key}}, "SizeEstimateRangeGB": [most - 1, most]}
        for key, most in gigabytes.items()
    ]
    return 200, {"ItemCollectionMetrics": {"Records": met}}


def told_after(endpoint: Endpoint, address: str, token: str) -> list[Any]:
    told: list[Any] = []
    wire = AwsJsonEndpoint("dynamodb", DYNAMODB_TARGET, "1.0", address, "eu-west-1", EmulatorCredentials())
    DynamoDatabase(wire, told.append).transact([OP], token)
    return told


def test_what_is_nearly_full_is_told_by_its_kind(endpoint: Endpoint, address: str) -> None:
    keys = {"F#contacts#account=7": 9.0, "accounts#12": 8.0, "F#notes#all": 7.9, "~odd": 10.0}
    endpoint.answers = [sizes(**keys)]
    assert told_after(endpoint, address, ASKING) == [
        {"table": "Records", "kind": kind, "gigabytes": gigabytes}
        for kind, gigabytes in (("F#contacts", 9), ("accounts", 8), ("", 10))
    ]
    assert endpoint.asked[0]["ReturnItemCollectionMetrics"] == "SIZE"


def test_other_transactions_ask_for_nothing(endpoint: Endpoint, address: str) -> None:
    endpoint.answers = [(200, {})]
    assert told_after(endpoint, address, f"{ASKING}-not") == []
    assert "ReturnItemCollectionMetrics" not in endpoint.asked[0]


def test_one_transaction_in_256_asks() -> None:
    asking = sum(asks_for_sizes(str(uuid.UUID(int=number))) for number in range(100 * ONE_IN))
    assert 50 < asking < 200


@pytest.mark.parametrize("is_full", [False, True])
def test_both_ring_the_alarm(capsys: pytest.CaptureFixture[str], *, is_full: bool) -> None:
    if is_full:
        error = "ItemCollectionSizeLimitExceededException"
        observability.log_given_up({"service": "dynamodb", "error": error})
    else:
        observability.log_large_collection({"table": "Records", "kind": "F#contacts", "gigabytes": 9})
    assert '"CollectionNearlyFull":[1.0]' in capsys.readouterr().out
