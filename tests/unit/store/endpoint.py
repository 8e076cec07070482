"""An AWS endpoint on loopback that gives the answers it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from affino_mcp.store.ops import (
    Put,
)

Answer = tuple[int, Any]
OP = Put("T", {"pk": "p", "sk": "s"})


def error(name: str, status: int = 400, **more: Any) -> Answer:
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", **more}


@dataclass
class Endpoint:
    """Gives the configured answers in turn, then repeats the last one; records the requests."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


ROW = {"pk": {"S": "p"}, "sk": {"S": "s"}, "n": {"N": "1"}}

AGAIN = [
    ("throttled", error("ProvisionedThroughputExceededException")),
    ("throttled too", error("ThrottlingException")),
    ("their fault", error("InternalServerError", 500)),
    ("no JSON", (200, b"<html>")),
    ("a bad gateway", (502, b"")),
    ("our own transaction is still being carried out", error("TransactionInProgressException")),
    ("somebody's transaction", error("TransactionConflictException")),
]
"""Answers after which a request is sent again, with their names."""
