"""The login endpoint as an ASGI application, without a framework so that its function starts fast."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

from affino_mcp import observability
from affino_mcp.clock import Clock, stopwatch
from affino_mcp.gate.abuse.signatures_seen import SignaturesSeen
from affino_mcp.gate.profiles.profile_reader import ProfileReader
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.http.own_address import base_url
from affino_mcp.http.request_context import client_address, find_request_id
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Known
from affino_mcp.login_edge.entrance import BuiltinEntrance, Entrance
from affino_mcp.login_edge.login import Login
from affino_mcp.login_edge.request import MAX_BODY, LoginRequest
from affino_mcp.login_edge.rest import Rest
from affino_mcp.login_edge.signed_calls import SignedCalls
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import Secrets

if TYPE_CHECKING:
    from affino_mcp.login_edge.hub.site import Hub

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Line = Callable[[str, Mapping[str, Any]], None]


class Answer(Protocol):
    """The interface of an HTTP answer: what is sent, and what is logged about it."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The response headers, without cookies."""

    @property
    def cookies(self) -> tuple[str, ...]:
        """The values of Set-Cookie headers."""

    @property
    def content(self) -> bytes:
        """The response body."""

    def line(self) -> dict[str, Any]:
        """The fields of the log line."""


class LoginApp:
    """Serves `/rest/{dbname}/...` and the Hub's pages.

    Works in a thread, so that the server's event loop is not blocked.
    """

    def __init__(
        self, db: Database, secrets: Secrets, settings: Settings, clock: Clock, line: Line = observability.line
    ) -> None:
        login = Login(_entrance(db, settings, clock), db, settings, clock)
        reader, seen = ProfileReader(db, secrets, settings), SignaturesSeen(db, settings, clock)
        signed = SignedCalls(reader, seen, clock, login.stranger)
        self._make_hub = partial(_hub, db, reader, settings, clock, login)
        self._rest = Rest(settings.instance, signed, login, Sessions(db, settings, clock))
        self._line = line

    @cached_property
    def _hub(self) -> Hub:
        return self._make_hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI; anything but HTTP is ignored."""
        if scope["type"] != "http":
            return
        request = _request(scope, await _body(receive))
        reply = await asyncio.to_thread(self._reply, request)
        headers = {**reply.headers, "x-request-id": request.request_id}
        pairs = [*headers.items(), *(("set-cookie", cookie) for cookie in reply.cookies)]
        raw = [(name.encode(), value.encode()) for name, value in pairs]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.content})

    def _reply(self, request: LoginRequest) -> Answer:
        elapsed = stopwatch()
        reply: Answer
        try:
            reply = self._hub.answer(request) if _is_page(request.path) else self._rest.answer(request)
        except Exception as error:  # noqa: BLE001 (callers get fixed texts only)
            observability.fault("login failed", {"error": type(error).__name__, "request_id": request.request_id})
            reply = answer.refused(answer.UNEXPECTED, Known())
        place = {"source": request.source, "request_id": request.request_id, "duration_ms": elapsed()}
        self._line("login", {**reply.line(), **place})
        return reply


def _entrance(db: Database, settings: Settings, clock: Clock) -> Entrance:
    if not settings.instance_url:
        return BuiltinEntrance(db, settings, clock)
    from affino_mcp.login_edge.instance_entrance import InstanceEntrance  # noqa: PLC0415 (httpx is for this only)

    return InstanceEntrance(db, settings, clock)


def _hub(db: Database, reader: ProfileReader, settings: Settings, clock: Clock, login: Login) -> Hub:
    from affino_mcp.login_edge.hub.site import Hub  # noqa: PLC0415 (Jinja is for pages only; logins start without it)

    return Hub(db, reader, settings, clock, login)


def _is_page(path: str) -> bool:
    return path == "/hub" or path.startswith("/hub/")


def _request(scope: Scope, body: bytes) -> LoginRequest:
    return LoginRequest(
        method=scope["method"],
        path=scope["path"],
        headers=scope["headers"],
        body=body,
        source=client_address(scope),
        request_id=find_request_id(scope),
        query=scope.get("query_string", b"").decode("latin-1"),
        base=base_url(scope),
    )


async def _body(receive: Receive) -> bytes:
    """Reads the body; of a too long one only as much as shows that it is too long."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
