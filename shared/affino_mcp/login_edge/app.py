"""The login endpoint as an ASGI application, without a framework so that its function starts fast."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from affino_mcp import observability
from affino_mcp.clock import Clock, start_stopwatch
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.gate.signed_requests import SignedRequests
from affino_mcp.http.api_gateway import client_address, find_request_id
from affino_mcp.http.invocation import invocation
from affino_mcp.http.oauth_places import is_oauth_path
from affino_mcp.http.own_address import own_base_url
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.entrance import BuiltinPasswordEntrance, PasswordEntrance
from affino_mcp.login_edge.http_answer import HttpAnswer
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.request import MAX_BODY_BYTES, LoginRequest
from affino_mcp.login_edge.rest import RestCalls
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import SecretStore

if TYPE_CHECKING:
    from affino_mcp.login_edge.hub.site import Hub
    from affino_mcp.login_edge.hub.start import ShownPerson
    from affino_mcp.login_edge.oauth.fetch import DocumentFetcher
    from affino_mcp.login_edge.oauth.site import OAuthSite

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WriteLine = Callable[[str, Mapping[str, Any]], None]


class LoginApp:
    """Serves `/rest/{dbname}/...`, the Hub's pages, `/` with the ways in (`demo_people` among them), and the OAuth door.

    Works in a thread, so that the server's event loop is not blocked. `fetcher` fetches documents of OAuth clients, None for
    the usual one.
    """

    def __init__(
        self,
        db: Database,
        secrets: SecretStore,
        settings: Settings,
        clock: Clock,
        line: WriteLine = observability.log_line,
        demo_people: Sequence[ShownPerson] = (),
        fetcher: DocumentFetcher | None = None,
    ) -> None:
        login = GuardedLogin(_build_entrance(db, settings, clock), db, settings, clock)
        reader = ProfileReader(db, secrets, settings)
        signed = SignedRequests(reader, db, settings, clock)
        self._make_hub = partial(_build_hub, db, reader, settings, clock, login, demo_people)
        self._make_oauth = partial(_build_oauth, db, reader, settings, clock, login, fetcher)
        self._oauth_on = settings.oauth_on
        self._rest = RestCalls(settings.instance, signed, login, Sessions(db, settings, clock))
        self._line = line

    @cached_property
    def _hub(self) -> Hub:
        return self._make_hub()

    @cached_property
    def _oauth(self) -> OAuthSite:
        return self._make_oauth()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI; anything but HTTP is ignored."""
        if scope["type"] != "http":
            return
        request = _request_from_scope(scope, await _read_body(receive))
        with invocation(scope, request.request_id):
            reply = await asyncio.to_thread(self._answer_request, request)
        headers = {**reply.headers, "x-request-id": request.request_id}
        pairs = [*headers.items(), *(("set-cookie", cookie) for cookie in reply.cookies)]
        raw = [(name.encode(), value.encode()) for name, value in pairs]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.content})

    def _answer_request(self, request: LoginRequest) -> HttpAnswer:
        elapsed = start_stopwatch()
        reply: HttpAnswer
        try:
            reply = self._find_site(request.path).answer_request(request)
        except Exception as error:  # noqa: BLE001 (callers get fixed texts only)
            observability.log_fault("login failed", {"error": type(error).__name__, "request_id": request.request_id})
            reply = answer.fault_answer(answer.UNEXPECTED, LoginSubject())
        place = {"source": request.source, "request_id": request.request_id, "duration_ms": elapsed()}
        self._line(reply.line_name, {**reply.line_fields(), **place})
        return reply

    def _find_site(self, path: str) -> Hub | OAuthSite | RestCalls:
        if self._oauth_on and is_oauth_path(path):
            return self._oauth
        return self._hub if _is_hub_path(path) else self._rest


def _build_entrance(db: Database, settings: Settings, clock: Clock) -> PasswordEntrance:
    if not settings.instance_url:
        return BuiltinPasswordEntrance(db, settings, clock)
    from affino_mcp.login_edge.instance_entrance import InstancePasswordEntrance  # noqa: PLC0415 (httpx is for this only)

    return InstancePasswordEntrance(db, settings, clock)


def _build_hub(
    db: Database,
    reader: ProfileReader,
    settings: Settings,
    clock: Clock,
    login: GuardedLogin,
    demo_people: Sequence[ShownPerson],
) -> Hub:
    from affino_mcp.login_edge.hub.site import Hub  # noqa: PLC0415 (Jinja is for pages only; logins start without it)

    return Hub(db, reader, settings, clock, login, demo_people)


def _build_oauth(
    db: Database,
    reader: ProfileReader,
    settings: Settings,
    clock: Clock,
    login: GuardedLogin,
    fetcher: DocumentFetcher | None,
) -> OAuthSite:
    from affino_mcp.login_edge.oauth.oauth_services import OAuthServices  # noqa: PLC0415 (logins start without it)
    from affino_mcp.login_edge.oauth.site import OAuthSite  # noqa: PLC0415 (as above)

    return OAuthSite(OAuthServices(db, reader, settings, clock, login, fetcher))


def _is_hub_path(path: str) -> bool:
    return path in {"/", "/hub"} or path.startswith("/hub/")


def _request_from_scope(scope: Scope, body: bytes) -> LoginRequest:
    return LoginRequest(
        method=scope["method"],
        path=scope["path"],
        headers=scope["headers"],
        body=body,
        source=client_address(scope),
        request_id=find_request_id(scope),
        query=scope.get("query_string", b"").decode("latin-1"),
        base=own_base_url(scope),
    )


async def _read_body(receive: Receive) -> bytes:
    """Reads the body; of a too long one only as much as shows that it is too long."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
