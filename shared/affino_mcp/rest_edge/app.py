"""The REST API as an ASGI application, without a framework so that its function starts fast."""

from __future__ import annotations

from collections.abc import Callable

import anyio.to_thread
from starlette.types import Receive, Scope, Send

from affino_mcp import observability
from affino_mcp.audit.log import AuditLog
from affino_mcp.clock import Clock
from affino_mcp.errors import BadRequest, NoSuchPath, Refusal
from affino_mcp.gate.gate import Gate
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.signed_gate import SignedGate
from affino_mcp.gate.signed_requests import SignedRequests
from affino_mcp.http.invocation import invocation
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.http.signing_headers import single_header
from affino_mcp.instance.upkeep import WriteSettler
from affino_mcp.rest_edge.calls import Dispatch, MethodCalls
from affino_mcp.rest_edge.outcomes import OutcomeQuestions
from affino_mcp.rest_edge.question_log import QuestionLog
from affino_mcp.rest_edge.refusals import NoSuchRoute, error_body, refusal_reply
from affino_mcp.rest_edge.request import MAX_BODY, REQUEST_ID_HEADER, RestRequest
from affino_mcp.rest_edge.version1.calls import Version1Calls
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database
from affino_mcp.store.secrets import SecretStore
from affino_mcp.tool_errors import FAULT_TEXT, Unexpected

VERSION_2, VERSION_1 = "v2", "crm/v1"


class RecordsElsewhere(NoSuchPath):
    """The service holds no records: it stands in front of another instance."""

    text = "The records are at another instance, whose REST API is the one to call."
    next_step = "Call the instance itself; ask the operator for its address."


class UserAgentMissing(BadRequest):
    """The header User-Agent is missing."""

    text = "The header User-Agent is missing. Send one that names the client."
    next_step = "Send the header User-Agent with the name and version of the client."


def make_rest_app(
    db: Database,
    secrets: SecretStore,
    settings: Settings,
    clock: Clock,
    gate: Gate,
    dispatch: Dispatch,
    settler: WriteSettler,
    *,
    in_thread: bool,
) -> RestApp:
    """Makes the application behind this gate; what is not refused goes to `dispatch`."""
    signed = SignedRequests(ProfileReader(db, secrets, settings), db, settings, clock)
    door = SignedGate(gate, signed)
    log = QuestionLog(AuditLog(db, settings.audit_table, clock), dispatch)
    calls = MethodCalls(door, dispatch, OutcomeQuestions(door, settler, clock, log), log, settings.instance)
    return RestApp(calls, settings, in_thread=in_thread)


class RestApp:
    """Serves both versions. With `in_thread` a call is carried out in a thread, and the event loop stays free."""

    def __init__(self, calls: MethodCalls, settings: Settings, *, in_thread: bool = True) -> None:
        self._calls, self._version1 = calls, Version1Calls(calls)
        self._settings, self._in_thread = settings, in_thread

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI; anything but HTTP is ignored."""
        if scope["type"] != "http":
            return
        request = RestRequest.from_scope(scope)
        with invocation(scope, request.id):
            reply = await self._answer(request, receive)
        headers = {"cache-control": "no-store", REQUEST_ID_HEADER.lower(): request.id}
        await reply.with_headers(headers).send(send)

    async def _answer(self, request: RestRequest, receive: Receive) -> Reply:
        try:
            answer = self._find_answer(request, await request.body(receive, MAX_BODY))
            return await anyio.to_thread.run_sync(answer) if self._in_thread else answer()
        except Refusal as refusal:
            return refusal_reply(refusal)
        except Exception as error:  # noqa: BLE001 (callers get fixed texts only)
            observability.log_fault("request failed", {"error": type(error).__name__, "request_id": request.id})
            body = error_body(str(Unexpected.code), Unexpected.type, FAULT_TEXT, {"request_id": request.id})
            return json_reply(500, body)

    def _find_answer(self, request: RestRequest, body: bytes) -> Callable[[], Reply]:
        dbname, version, path = request.place
        if not version or dbname.casefold() != self._settings.instance.casefold():
            raise NoSuchRoute
        if self._settings.instance_url:
            raise RecordsElsewhere
        if single_header(request.headers, "User-Agent") is None:
            raise UserAgentMissing
        answer = self._version1.answer if version == VERSION_1 else self._calls.answer
        return lambda: answer(request, path, body)
