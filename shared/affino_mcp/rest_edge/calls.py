"""The calls of version 2: one method of the catalogue each, carried out and logged as over MCP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from affino_mcp.call_meta import CallMeta
from affino_mcp.catalogue.call_log import LOG, PREFERENCE
from affino_mcp.catalogue.method import DRY_RUN, Effect, Method
from affino_mcp.catalogue.routes import Route, find_route, list_verbs
from affino_mcp.clock import start_stopwatch
from affino_mcp.dispatch import ToolAnswer
from affino_mcp.errors import Refusal
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.rate_headers import caller_rate_headers, refusal_rate_headers
from affino_mcp.gate.signed_gate import ACTED_AS
from affino_mcp.gate.signed_requests import SignedRequest
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.rest_edge.arguments import Arguments, read_arguments
from affino_mcp.rest_edge.call_log import describe_log, prefers_log
from affino_mcp.rest_edge.offer import describe_offer
from affino_mcp.rest_edge.outcomes import REQUESTS, OutcomeQuestions
from affino_mcp.rest_edge.question_log import OFFER_QUESTION, QuestionLog, RefusalLog, call_meta
from affino_mcp.rest_edge.refusals import NoSuchRoute, WrongVerb, method_error_body, refusal_reply
from affino_mcp.rest_edge.request import RestRequest


class AdmittingGate(Protocol):
    """The part of `affino_mcp.gate.signed_gate.SignedGate` that the edge uses."""

    def admit(self, request: SignedRequest, *, charge: bool) -> Caller:
        """The caller of a signed request. Raises Refusal."""

    def admit_question(self, caller: Caller, client: str, question: str) -> None:
        """Raises HandshakesLimited when the caller asked this too often."""


class Dispatch(RefusalLog, Protocol):
    """The part of `affino_mcp.dispatch.ToolDispatch` that the edge uses."""

    def call_tool(self, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        """Carries out a call and writes its audit row. Raises Refusal when a store is down."""


class MethodCalls:
    """Answers the requests of version 2. One per process."""

    def __init__(
        self,
        gate: AdmittingGate,
        dispatch: Dispatch,
        outcomes: OutcomeQuestions,
        questions: QuestionLog,
        dbname: str,
    ) -> None:
        self._gate, self._dispatch, self._outcomes = gate, dispatch, outcomes
        self._questions, self._dbname = questions, dbname

    def answer(self, request: RestRequest, path: str, body: bytes) -> Reply:
        """The answer to a request at this path behind the version. Raises Refusal for what no profile is known of."""
        if path in {"", "/"}:
            return self._answer_offer(request, body)
        if path.startswith(REQUESTS):
            return self._outcomes.answer(request, path, body)
        route, places = _require_route(request.method, path)
        return self._answer_call(request, route, places, body)

    def _answer_offer(self, request: RestRequest, body: bytes) -> Reply:
        if request.method != "GET":
            raise WrongVerb(("GET",))
        with self._questions.noting_refusal(request, OFFER_QUESTION):
            caller = self._gate.admit(request.signed(body), charge=False)
            self._gate.admit_question(caller, request.client[0], "tools/list")
        offer, tag = describe_offer(self._dbname, caller)
        if tag in [each.strip() for each in request.header(b"if-none-match").split(",")]:
            return Reply(304, b"", ()).with_headers(_caller_headers(caller) | {"etag": tag})
        return json_reply(200, offer).with_headers(_caller_headers(caller) | {"etag": tag})

    def _answer_call(self, request: RestRequest, route: Route, places: dict[str, str], body: bytes) -> Reply:
        def shape(answer: ToolAnswer) -> Reply:
            made, body, applied = _created_path(route.method, answer.body), answer.body, {}
            if prefers_log(request):
                body, applied = body | {LOG: describe_log(answer.list_rows())}, {"preference-applied": PREFERENCE}
            if not made:
                return json_reply(200, body).with_headers(applied)
            place = {"location": f"{request.base}/rest/{self._dbname}/v2{made}"}
            return json_reply(201, body).with_headers(applied | place)

        return self.perform(
            request, body, route.method.name, lambda: read_arguments(request, route, places, body), shape
        )

    def perform(
        self,
        request: RestRequest,
        body: bytes,
        name: str,
        read: Callable[[], Arguments],
        shape: Callable[[ToolAnswer], Reply],
        *,
        counts: bool = False,
    ) -> Reply:
        """Admits the caller, carries the method of this name out with the arguments that `read` gives, and logs the call.

        `read` may raise Refusal; `shape` makes the answer of a success; `counts`: see CallMeta.
        """
        meta, elapsed, arguments = replace(call_meta(request), counts=counts), start_stopwatch(), Arguments()
        fault: Refusal | None = None
        try:
            arguments = read()
        except Refusal as unread:
            fault = unread
        try:
            caller = self._gate.admit(request.signed(body), charge=True)
            if fault is not None:
                raise fault.concerning(caller.profile, caller.person, caller.session.fingerprint)
        except Refusal as refusal:
            if refusal.profile is not None:
                self._dispatch.audit_refusal(refusal, replace(meta, gate_ms=elapsed()), name, arguments)
            return refusal_reply(refusal).with_headers(refusal_rate_headers(refusal))
        try:
            answer = self._dispatch.call_tool(caller, name, arguments, replace(meta, gate_ms=elapsed()))
        except Refusal as refusal:
            return refusal_reply(refusal).with_headers(_caller_headers(caller))
        failed = answer.status >= 400
        reply = json_reply(answer.status, method_error_body(answer.body)) if failed else shape(answer)
        return reply.with_headers(_caller_headers(caller))


def _require_route(verb: str, path: str) -> tuple[Route, dict[str, str]]:
    found = find_route(verb, path)
    if found is None:
        verbs = list_verbs(path)
        raise WrongVerb(verbs) if verbs else NoSuchRoute()
    return found


def _caller_headers(caller: Caller) -> dict[str, str]:
    """The headers after an admitted call: in whose name it was made, and the profile's budget."""
    return {ACTED_AS: str(caller.person.user_code)} | caller_rate_headers(caller)


def _created_path(method: Method, body: dict[str, Any]) -> str:
    """The path of the record that a create has made, behind the version; "" when there is none."""
    record = method.record
    if method.effect is not Effect.CREATE or method.each_by or record is None or body.get(DRY_RUN.name):
        return ""
    made = next((part for part in body.values() if isinstance(part, dict) and record.code in part), None)
    return f"/{record.family}/{made[record.code]}" if made else ""
