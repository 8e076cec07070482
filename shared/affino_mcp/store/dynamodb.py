"""The Database on DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from affino_mcp.store import render
from affino_mcp.store.ops import (
    ConditionFailed,
    Delete,
    Item,
    Key,
    Put,
    Query,
    QueryPage,
    StoreUnavailable,
    TransactionFailed,
    Update,
    WriteOp,
    split_batches,
)
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint, pause_before_attempt

DYNAMODB_TARGET = "DynamoDB_20120810"
MAX_BATCH_READ_ATTEMPTS = 5
"""How often a batch read is repeated for keys that DynamoDB left out (over 16 MB, or throttled)."""


class DynamoDatabase:
    """A Database over one DynamoDB endpoint."""

    def __init__(self, endpoint: AwsJsonEndpoint) -> None:
        self._endpoint = endpoint

    def _call_service(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._endpoint.call_operation(operation, body)
        except AwsError as error:
            raise _error_from_aws(error) from error

    def get(self, table: str, key: Key) -> Item | None:
        """See Database."""
        body = {"TableName": table, "Key": render.key_to_wire(key), "ConsistentRead": True}
        item = self._call_service("GetItem", body).get("Item")
        return render.item_from_wire(item) if item else None

    def get_many(self, table: str, keys: Sequence[Key]) -> dict[Key, Item]:
        """See Database."""
        found: dict[Key, Item] = {}
        for some in split_batches(keys):
            found |= self._get_whole_batch(table, [render.key_to_wire(key) for key in some])
        return found

    def _get_whole_batch(self, table: str, wanted: list[render.WireDocument]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        attempt = 0
        while wanted:
            if attempt == MAX_BATCH_READ_ATTEMPTS:
                raise StoreUnavailable("throttled")
            pause_before_attempt(attempt)
            rows, wanted = self._get_batch(table, wanted)
            found |= {Key(row["pk"], row["sk"]): row for row in rows}
            attempt += 1
        return found

    def _get_batch(self, table: str, keys: list[render.WireDocument]) -> tuple[list[Item], list[render.WireDocument]]:
        answer = self._call_service("BatchGetItem", {"RequestItems": {table: {"Keys": keys, "ConsistentRead": True}}})
        rows = [render.item_from_wire(wire) for wire in answer.get("Responses", {}).get(table, [])]
        return rows, answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])

    def put(self, op: Put) -> None:
        """See Database."""
        self._call_service("PutItem", render.write_to_wire(op))

    def update(self, op: Update) -> Item:
        """See Database."""
        answer = self._call_service("UpdateItem", render.write_to_wire(op) | {"ReturnValues": "ALL_NEW"})
        return render.item_from_wire(answer.get("Attributes", {}))

    def delete(self, op: Delete) -> None:
        """See Database."""
        self._call_service("DeleteItem", render.write_to_wire(op))

    def query(self, op: Query) -> QueryPage:
        """See Database."""
        if op.span.is_empty:
            return QueryPage([])  # DynamoDB rejects such a query
        answer = self._call_service("Query", render.query_to_wire(op))
        last = answer.get("LastEvaluatedKey")
        items = [render.item_from_wire(wire) for wire in answer.get("Items", [])]
        return QueryPage(items, render.item_from_wire(last) if last else None)

    def transact(self, ops: Sequence[WriteOp], token: str) -> None:
        """See Database."""
        self._call_service("TransactWriteItems", render.transaction_to_wire(ops, token))


def _error_from_aws(error: AwsError) -> Exception:
    match error.name:
        case "ConditionalCheckFailedException":
            item = error.answer.get("Item")
            return ConditionFailed(render.item_from_wire(item) if item else None)
        case "TransactionCanceledException":
            return _error_from_reasons(error.answer.get("CancellationReasons", []))
    return StoreUnavailable(error.name)


def _error_from_reasons(reasons: Sequence[dict[str, Any]]) -> Exception:
    codes = {reason.get("Code") for reason in reasons}
    failed = {
        position: render.item_from_wire(reason["Item"]) if reason.get("Item") else None
        for position, reason in enumerate(reasons)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    if failed or codes & {"TransactionConflict"}:
        return TransactionFailed(failed)
    return StoreUnavailable("transaction")
