"""HTTP answers of the edges: a status, headers, and one JSON body, made of our own texts alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.errors import Refusal
from affino_mcp.value_class import value_class

if TYPE_CHECKING:
    from starlette.types import Send

Headers = tuple[tuple[bytes, bytes], ...]
JSON_HEADERS: Final[Headers] = ((b"content-type", b"application/json"),)


@value_class
class Reply:
    """One whole HTTP answer; the names of its headers are in lower case."""

    status: int
    body: bytes = b""
    headers: Headers = field(default=JSON_HEADERS)

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """The same answer with these headers, which replace those of the same name."""
        new = {name.encode("ascii"): value.encode("ascii") for name, value in headers.items()}
        kept = [pair for pair in self.headers if pair[0] not in new]
        return Reply(self.status, self.body, (*kept, *new.items()))

    @property
    def sent_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers with the body's length."""
        headers = [pair for pair in self.headers if pair[0] != b"content-length"]
        return [*headers, (b"content-length", str(len(self.body)).encode())]

    async def send(self, send: Send) -> None:
        """Sends the answer to an ASGI server."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.sent_headers})
        await send({"type": "http.response.body", "body": self.body})


def json_reply(status: int, document: Mapping[str, Any]) -> Reply:
    """An answer with `document` as compact JSON."""
    return Reply(status, json.dumps(document, separators=(",", ":")).encode())


def refusal_details(refusal: Refusal) -> dict[str, Any]:
    """What an answer says of a refusal besides its code and its text: who denied it, who can fix it, and what to do next."""
    data = {
        **refusal.details,
        "type": refusal.type,
        "denied_by": refusal.denied_by,
        "rule": refusal.details.get("rule", refusal.type),
        "who_can_fix": refusal.who_can_fix,
        "next": refusal.next_step,
    }
    return data if refusal.retry_after is None else {**data, "retry_after": refusal.retry_after}
