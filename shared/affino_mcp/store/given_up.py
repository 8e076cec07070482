"""What is told of a store call that was given up: its cause, never a key or a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GivenUpCall:
    """One store call that was given up.

    `place` is the table, or the folder of a secret or an object. `error` is AWS's own name of the error, or `connect`,
    `read_timeout`, `broken`, `not_json`, `deadline`. `status` is 0 without an HTTP answer.
    """

    service: str
    operation: str
    place: str
    error: str
    status: int
    aws_request_id: str
    attempts: int
    duration_ms: int


Report = Callable[[GivenUpCall], None]
"""Takes note of a call that was given up."""


def report_to_nobody(_: GivenUpCall) -> None:
    """Takes no note: for commands, which tell their user themselves."""


def request_place(body: Mapping[str, Any]) -> str:
    """Gives the table or tables of a request to DynamoDB, or the folder of a secret; empty for other requests."""
    if "TransactItems" in body:
        tables = {part["TableName"] for item in body["TransactItems"] for part in item.values()}
        return "+".join(sorted(tables))
    if "RequestItems" in body:
        return "+".join(sorted(body["RequestItems"]))
    named = body.get("SecretId") or body.get("Name")
    return str(named).rpartition("/")[0] if named else str(body.get("TableName", ""))
