"""Reads whole tables, for operators' commands: no function of the service has that right, and no call needs it."""

from __future__ import annotations

from typing import Final, Protocol

from affino_mcp.settings import Settings
from affino_mcp.store import render
from affino_mcp.store.credentials import aws_credentials
from affino_mcp.store.dynamodb import DYNAMODB_TARGET, error_from_aws
from affino_mcp.store.ops import Item, QueryPage
from affino_mcp.store.wire import AwsError, AwsJsonEndpoint

TABLE_PAGE_ROWS: Final = 250
"""The most rows of one page of a table; DynamoDB itself ends a page at 1 MB."""


class TableReader(Protocol):
    """Reads every row of a table, page by page."""

    def read_page(self, table: str, start: Item | None = None) -> QueryPage:
        """Gives the rows that follow the key `start`, read strongly consistent, in an order that does not change.

        Rows that are there all the time are given once; `next` of the page is the `start` of the next one, None at the end.
        The row of the key may be gone. Raises StoreUnavailable.
        """


class DynamoTableReader:
    """A TableReader over one DynamoDB endpoint, by Scan."""

    def __init__(self, endpoint: AwsJsonEndpoint) -> None:
        self._endpoint = endpoint

    def read_page(self, table: str, start: Item | None = None) -> QueryPage:
        """See TableReader."""
        body = {"TableName": table, "ConsistentRead": True, "Limit": TABLE_PAGE_ROWS}
        if start is not None:
            body["ExclusiveStartKey"] = render.item_to_wire(start)
        try:
            answer = self._endpoint.call_operation("Scan", body)
        except AwsError as error:
            raise error_from_aws(error) from error
        last = answer.get("LastEvaluatedKey")
        items = [render.item_from_wire(wire) for wire in answer.get("Items", [])]
        return QueryPage(items, render.item_from_wire(last) if last else None)


def open_table_reader(settings: Settings) -> DynamoTableReader:
    """Opens what reads a deployment's tables whole, with the shell's AWS credentials. Connects at the first call."""
    address = settings.aws_endpoint or f"https://dynamodb.{settings.region}.amazonaws.com"
    return DynamoTableReader(
        AwsJsonEndpoint("dynamodb", DYNAMODB_TARGET, "1.0", address, settings.region, aws_credentials())
    )
