"""The gate in front of the MCP server, as pure ASGI: every raw HTTP refusal comes from here, before any MCP code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from affino_mcp import observability
from affino_mcp.clock import start_stopwatch
from affino_mcp.dispatch import CallMeta
from affino_mcp.errors import (
    BadCredentials,
    BadRequest,
    MethodNotAllowed,
    OriginRefused,
    Refusal,
    SessionExpired,
)
from affino_mcp.gate.credentials import find_presented
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.rate_headers import caller_rate_headers, refusal_rate_headers
from affino_mcp.gate.relogin import ReloginOffered
from affino_mcp.http.invocation import invocation
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.mcp_edge.app_door import TOLD_BEFORE_METHOD, app_refusal_reply
from affino_mcp.mcp_edge.call_description import describe_call, name_client
from affino_mcp.mcp_edge.lane.lane import Lane
from affino_mcp.mcp_edge.message import JsonRpcMessage, read_message, strip_answers
from affino_mcp.mcp_edge.public_documents import NO_OAUTH, PublicDocuments, cache_control
from affino_mcp.mcp_edge.reply import in_own_shape, message_refusal_reply, question_reply, refusal_reply
from affino_mcp.mcp_edge.request import ENDPOINT, MAX_BODY, AdmittedRequest, Dispatch, Request
from affino_mcp.tool_errors import FAULT_TEXT, Unexpected
from affino_mcp.value_class import replace

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from affino_mcp.gate.caller import Caller

RELOGIN_PAGE: Final = "/hub/login"
LISTS_TOOLS: Final = "tools/list"

T = TypeVar("T")


class AdmittingGate(Protocol):
    """The part of `affino_mcp.gate.gate.Gate` that the edge uses."""

    def admit(
        self, headers: Sequence[tuple[bytes, bytes]], *, charge: bool, source: str = "", is_app: bool = False
    ) -> Caller:
        """The caller whose credentials these headers hold. Raises Refusal."""

    def admit_handshake(self, caller: Caller, client: str, method: str) -> None:
        """Raises HandshakesLimited when the caller's session, or client, sent too many messages that are no tool calls."""


class GateApp:
    """The whole edge: admits messages and has them answered by the lane, or else by `app`, which gets their AdmittedRequest."""

    def __init__(
        self,
        app: ASGIApp,
        gate: AdmittingGate,
        dispatch: Dispatch,
        origins: frozenset[str],
        documents: PublicDocuments = NO_OAUTH,
        *,
        in_thread: bool,
    ) -> None:
        self._app, self._gate, self._dispatch = app, gate, dispatch
        self._documents, self._places = documents, documents.places
        self._origins, self._in_thread = frozenset(origin.lower() for origin in origins), in_thread
        self._answer_in_lane = Lane().answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = await self.respond(scope, receive)
        await answer.send(send)

    async def respond(self, scope: Scope, receive: Receive) -> Reply:
        """The whole answer to one HTTP request."""
        request = Request.from_scope(scope, self._places)
        with invocation(scope, request.id):
            answer = await _answer_or_fault(request, None, self._answer(request, receive))
        return answer.with_headers({"cache-control": cache_control(answer), "x-request-id": request.id})

    async def _answer(self, request: Request, receive: Receive) -> Reply:
        if (document := self._documents.find(request)) is not None:
            return document
        try:
            self._check_address(request)
            body = await request.body(receive, MAX_BODY)
        except Refusal as refusal:
            return await self._refuse_unread(request, refusal)
        received = _with_header_fault(read_message(body), request)
        return await _answer_or_fault(request, received.id, self._answer_message(request, body, received, receive))

    def _check_address(self, request: Request) -> None:
        _ = request.path_toolset
        if request.method != "POST":
            raise MethodNotAllowed
        origin = request.header(b"origin")
        if origin and origin.lower() not in self._origins:
            raise OriginRefused

    async def _refuse_unread(self, request: Request, refusal: Refusal) -> Reply:
        """The answer to a request whose message is not read. An app without a valid token is told that before its method."""
        if request.is_app and isinstance(refusal, MethodNotAllowed):
            try:
                await self._admit(request, charge=False)
            except Refusal as earlier:
                if earlier.status in TOLD_BEFORE_METHOD:
                    return self._refuse(request, earlier, None)
        return refusal_reply(refusal)

    async def _admit(self, request: Request, *, charge: bool) -> Caller:
        admit = partial(self._gate.admit, request.headers, charge=charge, source=request.source)
        return await self._run_blocking(partial(admit, is_app=True) if request.is_app else admit)

    def _refuse(self, request: Request, refusal: Refusal, message_id: str | int | None) -> Reply:
        told = _refusal_for_caller(refusal, request)
        if request.is_app and self._places is not None:
            return app_refusal_reply(told, message_id, self._places)
        return message_refusal_reply(told, message_id)

    async def _answer_message(self, request: Request, body: bytes, received: JsonRpcMessage, receive: Receive) -> Reply:
        toolset = None if received.fault else request.toolset
        elapsed = start_stopwatch()
        try:
            caller = (await self._admit(request, charge=received.is_charged)).narrowed_to(toolset)
            if not received.is_charged:
                self._gate.admit_handshake(caller, name_client(request, received)[0], received.method)
            if received.method == LISTS_TOOLS:
                caller = await self._run_blocking(partial(self._dispatch.with_offer, caller))
            _require_sound(received, caller)
        except Refusal as refusal:
            presented = find_presented(request.headers, is_app=request.is_app)
            await self._log_refusal(refusal, describe_call(request, received, toolset, presented, elapsed()), received)
            refused = self._refuse(request, refusal, received.id)
            return refused.with_headers(refusal_rate_headers(refusal))
        describe = partial(describe_call, request, received, toolset, caller.presented, elapsed())
        admitted = AdmittedRequest(caller, describe, self._dispatch)
        answer = await self._run_blocking(partial(self._answer_in_lane, request, received, admitted))
        if answer is None:
            passed = await self._pass_on(request, strip_answers(body, received), admitted, receive)
            answer = in_own_shape(passed, received.id, request.header(b"content-type"))
        if received.is_charged and not admitted.is_heard:
            unheard = caller.concern(BadRequest())
            await self._log_refusal(unheard, describe(), received)
        if admitted.refusal is not None:
            answer = self._refuse(request, admitted.refusal, received.id)
        elif admitted.question is not None:
            answer = question_reply(answer, admitted.question)
        return answer.with_headers(caller_rate_headers(caller))

    async def _log_refusal(self, refusal: Refusal, meta: CallMeta, received: JsonRpcMessage) -> None:
        if refusal.profile is not None:
            record = partial(
                self._dispatch.audit_refusal, refusal, meta, received.subject, received.loggable_arguments()
            )
            await self._run_blocking(record)

    async def _pass_on(self, request: Request, body: bytes, admitted: AdmittedRequest, receive: Receive) -> Reply:
        state = request.scope.get("state", {}) | admitted.as_state()
        scope = {**request.scope, "path": ENDPOINT, "raw_path": None, "headers": request.headers, "state": state}
        exchange = _Exchange(body, receive)
        await self._app(scope, exchange.receive, exchange.send)
        return exchange.reply

    async def _run_blocking(self, work: Callable[[], T]) -> T:
        if not self._in_thread:
            return work()
        from anyio import to_thread  # noqa: PLC0415 (a Lambda process does without)

        return await to_thread.run_sync(work)


async def _answer_or_fault(request: Request, message_id: str | int | None, answer: Awaitable[Reply]) -> Reply:
    """The answer, or our own 500 when an exception ends it; the exception's type alone goes into the log."""
    try:
        return await answer
    except Exception as error:  # noqa: BLE001
        observability.log_fault("request failed", {"error": type(error).__name__, "request_id": request.id})
        fault = {"code": -32603, "message": FAULT_TEXT, "data": {"type": Unexpected.type, "request_id": request.id}}
        return json_reply(500, {"jsonrpc": "2.0", "id": message_id, "error": fault})


class _Exchange:
    """One call of the application behind the gate: replays the body that was read already, and collects the answer."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive
        self.reply = Reply(500)

    async def receive(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            return await self._receive()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, event: Message) -> None:
        if event["type"] == "http.response.start":
            headers = tuple((bytes(name).lower(), bytes(value)) for name, value in event.get("headers", ()))
            self.reply = Reply(event["status"], b"", headers)
        elif event["type"] == "http.response.body":
            self.reply = replace(self.reply, body=self.reply.body + event.get("body", b""))


def _refusal_for_caller(refusal: Refusal, request: Request) -> Refusal:
    """The refusal as the caller sees it: a former secret as a wrong one, and the link for a new login, which no log has."""
    if isinstance(refusal, PreviousSecretRefused):
        return BadCredentials()
    if not isinstance(refusal, ReloginOffered):
        return refusal
    url = f"{request.base}{RELOGIN_PAGE}?link={refusal.link}"
    text = f"{refusal.text} Or, to go on without changing this client, log in within ten minutes at {url}"
    return SessionExpired(text, login_url=url)


def _require_sound(received: JsonRpcMessage, caller: Caller) -> None:
    """Raises BadRequest for a malformed message, in the caller's name."""
    fault = received.any_fault
    if fault is not None:
        raise caller.concern(fault)


def _with_header_fault(received: JsonRpcMessage, request: Request) -> JsonRpcMessage:
    """The message, which cannot be carried out when the header that narrows its tools cannot be read."""
    try:
        _ = request.header_toolset
    except BadRequest as fault:
        return replace(received, fault=received.fault or fault)
    return received
