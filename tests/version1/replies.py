"""What a request to the instance is, what it answers, and how it refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request: `query` is what stands after the question mark, undecoded; names of headers are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as a text."""
        return self.body.decode(errors="replace")


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer: without a type where there is no body."""
        length = {"content-length": str(len(self.body))}
        return {**length, "content-type": self.content_type} if self.body else length


@dataclass
class Failure(Exception):
    """A refusal with version 1's error body."""

    status: int
    code: int
    message: str


def write_json(status: int, document: Any) -> Reply:
    """An answer with this document."""
    return Reply(status, json.dumps(document).encode())
