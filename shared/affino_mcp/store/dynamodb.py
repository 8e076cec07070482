"""The Database on DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import count
from typing import Any, Final

from affino_mcp.clock import start_stopwatch
from affino_mcp.deadline import working_seconds
from affino_mcp.store import render
from affino_mcp.store.collection_sizes import FULL_ERROR, asks_for_sizes, find_large_collections
from affino_mcp.store.faults import (
    AccessRefused,
    CollectionFull,
    ConditionFailed,
    StoreRejected,
    StoreUnavailable,
    TransactionFailed,
    Unanswered,
)
from affino_mcp.store.given_up import ACCESS_ERRORS
from affino_mcp.store.network_faults import RequestFault
from affino_mcp.store.ops import Delete, Item, Key, Put, Query, QueryPage, Update, WriteOp, split_batches
from affino_mcp.store.wire import (
    MIN_ATTEMPT_SECONDS,
    AwsError,
    AwsJsonEndpoint,
    FinishRead,
    pause_before_attempt,
)

DYNAMODB_TARGET = "DynamoDB_20120810"
MAX_BATCH_READ_ATTEMPTS: Final = 5
"""How often a batch read is repeated for keys that DynamoDB left out (over 16 MB, or throttled)."""
MAX_THROTTLED_ATTEMPTS: Final = 8
MAX_THROTTLED_SECONDS: Final = 2.0
"""How often, and for how long at most, a throttled transaction is sent."""

_THROTTLING_REASONS: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"})
_MALFORMED_ERRORS: Final = frozenset(
    {"ValidationException", "ValidationError", "SerializationException", "IdempotentParameterMismatchException"}
)


class DynamoDatabase:
    """A Database over one DynamoDB endpoint."""

    def __init__(
        self, endpoint: AwsJsonEndpoint, report_large: Callable[[Mapping[str, Any]], None] | None = None
    ) -> None:
        """Takes the endpoint, and what takes note of the fields of each LargeCollection that is met."""
        self._endpoint, self._report_large = endpoint, report_large or (lambda _: None)

    def _call_service(self, operation: str, body: dict[str, Any], *, has_token: bool = False) -> dict[str, Any]:
        return self._tell(lambda: self._endpoint.call_operation(operation, body, has_token=has_token), operation, body)

    def _tell(self, ask: FinishRead, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer; an error of the service as the Database's."""
        try:
            return ask()
        except AwsError as error:
            found = error_from_aws(error)
            if not isinstance(found, ConditionFailed | TransactionFailed | Throttled):
                self._endpoint.report_given_up(operation, body, named_fault(error))
            raise found from error

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

    def start_get_many(self, table: str, keys: Sequence[Key]) -> Callable[[], dict[Key, Item]]:
        """Sends the read of at most 100 keys; gives what waits for its rows, once. See StartRead."""
        body = {"RequestItems": {table: {"Keys": [render.key_to_wire(key) for key in keys], "ConsistentRead": True}}}
        finish = self._endpoint.start_read("BatchGetItem", body)

        def wait() -> dict[Key, Item]:
            rows, left_out = self._batch_rows(table, self._tell(finish, "BatchGetItem", body))
            return _by_key(rows) | self._get_whole_batch(table, left_out)

        return wait

    def _get_whole_batch(self, table: str, wanted: list[render.WireDocument]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        attempt = 0
        while wanted:
            if attempt == MAX_BATCH_READ_ATTEMPTS:
                raise self._give_up_batch(table, wanted)
            pause_before_attempt(attempt)
            rows, wanted = self._get_batch(table, wanted)
            found |= _by_key(rows)
            attempt += 1
        return found

    def _give_up_batch(self, table: str, wanted: list[render.WireDocument]) -> StoreUnavailable:
        fault = RequestFault("UnprocessedKeys", is_unanswered=False, status=200)
        body = {"RequestItems": {table: {"Keys": wanted}}}
        self._endpoint.report_given_up("BatchGetItem", body, fault, MAX_BATCH_READ_ATTEMPTS)
        return StoreUnavailable(fault.error)

    def _get_batch(self, table: str, keys: list[render.WireDocument]) -> tuple[list[Item], list[render.WireDocument]]:
        asked = {"RequestItems": {table: {"Keys": keys, "ConsistentRead": True}}}
        return self._batch_rows(table, self._call_service("BatchGetItem", asked))

    @staticmethod
    def _batch_rows(table: str, answer: dict[str, Any]) -> tuple[list[Item], list[render.WireDocument]]:
        """The rows of a batch, and the keys that DynamoDB left out."""
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
        """See Database. A throttled transaction is sent again with its token."""
        body, elapsed = render.transaction_to_wire(ops, token), start_stopwatch()
        body |= {"ReturnItemCollectionMetrics": "SIZE"} if asks_for_sizes(token) else {}
        for attempt in count(1):
            try:
                answer = self._call_service("TransactWriteItems", body, has_token=True)
            except Throttled as throttled:
                late = elapsed() >= MAX_THROTTLED_SECONDS * 1000 or working_seconds() < MIN_ATTEMPT_SECONDS
                if late or attempt == MAX_THROTTLED_ATTEMPTS:
                    self._endpoint.report_given_up("TransactWriteItems", body, throttled.fault, attempt, elapsed())
                    raise StoreUnavailable(throttled.fault.error) from throttled
                pause_before_attempt(attempt)
            else:
                for one in find_large_collections(answer):
                    self._report_large(asdict(one))
                return


def _by_key(rows: Sequence[Item]) -> dict[Key, Item]:
    return {Key(row["pk"], row["sk"]): row for row in rows}


class Throttled(StoreUnavailable):
    """A transaction was cancelled because a table is over its throughput; nothing was written."""

    def __init__(self, fault: RequestFault) -> None:
        super().__init__()
        self.fault = fault


def error_from_aws(error: AwsError) -> Exception:
    """Gives the Database's error for an error that DynamoDB answered."""
    match error.name:
        case "ConditionalCheckFailedException":
            item = error.answer.get("Item")
            return ConditionFailed(render.item_from_wire(item) if item else None, resent=error.resent)
        case "TransactionCanceledException":
            return _error_from_reasons(error)
    return _named_error(error.name, resent=error.resent)


def named_fault(error: AwsError) -> RequestFault:
    """Gives the fault of an error, with the reason's name for a transaction that was cancelled."""
    codes = sorted(_reason_codes(error) - {"None"})
    return replace(error.fault, error=codes[0]) if codes else error.fault


def _named_error(name: str, *, resent: bool) -> Exception:
    if FULL_ERROR in name:
        return CollectionFull()
    if name in _MALFORMED_ERRORS:
        return StoreRejected(name)
    if resent:
        return Unanswered(name)
    return AccessRefused(name) if name in ACCESS_ERRORS else StoreUnavailable(name)


def _reason_codes(error: AwsError) -> set[str]:
    return {str(reason.get("Code")) for reason in error.answer.get("CancellationReasons", [])}


def _error_from_reasons(error: AwsError) -> Exception:
    reasons, codes = error.answer.get("CancellationReasons", []), _reason_codes(error) - {"None"}
    failed = {
        position: render.item_from_wire(reason["Item"]) if reason.get("Item") else None
        for position, reason in enumerate(reasons)
        if reason.get("Code") == "ConditionalCheckFailed"
    }
    if failed or "TransactionConflict" in codes:
        return TransactionFailed(failed)
    if codes & _THROTTLING_REASONS:
        return Throttled(named_fault(error))
    return _named_error(next(iter(sorted(codes)), ""), resent=False)
