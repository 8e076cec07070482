"""An instance elsewhere, in process: the way to it that a service takes, without a network."""

from __future__ import annotations

from collections.abc import Coroutine
from itertools import count
from typing import Any, Final

import httpx
from starlette.types import ASGIApp, Message, Scope

from affino_mcp import wiring
from affino_mcp.clock import Clock
from affino_mcp.settings import Settings


class InstanceTransport(httpx.BaseTransport):
    """Brings requests to the REST API of a builtin instance, as one warm process serves it."""

    def __init__(self, settings: Settings, stores: wiring.Stores, clock: Clock) -> None:
        self._app: ASGIApp = wiring.build_rest_app(settings, stores, clock, in_thread=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The instance's answer to one request."""
        sent: list[Message] = []
        body = request.read()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        _run(self._app(_scope_of(request), receive, send))
        content = b"".join(message.get("body", b"") for message in sent)
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)


def _run(work: Coroutine[Any, Any, Any] | Any) -> None:
    """Runs a coroutine that never waits, inside whatever event loop is running."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("the instance waits for something")


_IDS: Final = count(1)


def _scope_of(request: httpx.Request) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "https",
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("203.0.113.9", 0),
        "server": ("instance.example", 443),
        "aws.event": {"requestContext": {"requestId": f"instance-{next(_IDS)}"}},
    }
