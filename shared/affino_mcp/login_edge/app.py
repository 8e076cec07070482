"""The login endpoint as ASGI: no framework, so that its function starts fast."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from affino_mcp import observability
from affino_mcp.clock import Clock, stopwatch
from affino_mcp.gate.profile_reader import ProfileReader
from affino_mcp.gate.sessions import Sessions
from affino_mcp.gate.signatures_seen import SignaturesSeen
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Known, LoginAnswer
from affino_mcp.login_edge.entrance import BuiltinEntrance
from affino_mcp.login_edge.login import Login
from affino_mcp.login_edge.request import MAX_BODY, LoginRequest
from affino_mcp.login_edge.rest import Rest
from affino_mcp.login_edge.signed_calls import SignedCalls
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import Secrets

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Line = Callable[[str, Mapping[str, Any]], None]


class LoginApp:
    """Serves `/rest/{dbname}/...`; a thread checks the password, so that a server's event loop stays free."""

    def __init__(
        self, db: Database, secrets: Secrets, settings: Settings, clock: Clock, line: Line = observability.line
    ) -> None:
        login = Login(BuiltinEntrance(db, settings, clock), db, settings, clock)
        reader, seen = ProfileReader(db, secrets, settings), SignaturesSeen(db, settings, clock)
        signed = SignedCalls(reader, seen, clock, login.stranger)
        self._rest = Rest(settings.instance, signed, login, Sessions(db, settings, clock))
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI; anything but HTTP is ignored."""
        if scope["type"] != "http":
            return
        request = _request(scope, await _body(receive))
        reply = await asyncio.to_thread(self._reply, request)
        headers = {**reply.headers, "x-request-id": request.request_id}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.content})

    def _reply(self, request: LoginRequest) -> LoginAnswer:
        elapsed = stopwatch()
        try:
            reply = self._rest.answer(request)
        except Exception as error:  # noqa: BLE001 (the last line: nothing but our own text leaves)
            observability.fault("login failed", {"error": type(error).__name__, "request_id": request.request_id})
            reply = answer.refused(answer.UNEXPECTED, Known())
        place = {"source": request.source, "request_id": request.request_id, "duration_ms": elapsed()}
        self._line("login", {**reply.line(), **place})
        return reply


def _request(scope: Scope, body: bytes) -> LoginRequest:
    context = scope.get("aws.event", {}).get("requestContext", {})
    source = (context.get("identity") or {}).get("sourceIp") or (scope.get("client") or ("",))[0]
    request_id = context.get("requestId") or str(uuid.uuid4())
    return LoginRequest(scope["method"], scope["path"], scope["headers"], body, source or "", request_id)


async def _body(receive: Receive) -> bytes:
    """The body; of a too long one only as much as shows that it is."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
