"""What became of a write whose answer was lost, told to the program that sent it."""

from __future__ import annotations

import re
from typing import Any, Final, Protocol
from urllib.parse import unquote

from affino_mcp.clock import Clock
from affino_mcp.errors import Unavailable
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.rate_headers import caller_rate_headers
from affino_mcp.gate.signed_gate import ACTED_AS, TOKEN_HEADER
from affino_mcp.gate.signed_requests import SignedRequest
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.http.signing_headers import single_header
from affino_mcp.instance.upkeep import AskedWrite, SettledWrite, WriteSettler
from affino_mcp.rest_edge.question_log import OUTCOME_QUESTION, QuestionLog
from affino_mcp.rest_edge.refusals import BadCall, WrongVerb
from affino_mcp.rest_edge.request import RestRequest
from affino_mcp.store.faults import StoreUnavailable

REQUESTS: Final = "/requests/"
REQUEST_PARAMETER: Final = "RequestId"
"""The parameter of a question about one request of those that had the key: the X-Request-Id that it had."""
MAX_KEY_CHARACTERS: Final = 255
_USER_CODE: Final = re.compile(r"[1-9][0-9]{0,15}")


class QuestionGate(Protocol):
    """The part of `affino_mcp.gate.signed_gate.SignedGate` that questions need."""

    def admit(self, request: SignedRequest, *, charge: bool) -> Caller:
        """The caller of a signed request. Raises Refusal."""

    def admit_profile(self, request: SignedRequest) -> Profile:
        """The profile that signed a request without a token. Raises Refusal."""


class OutcomeQuestions:
    """Answers `GET /requests/{id}`, where the id is a write's Idempotency-Key or its X-Request-Id. One per process."""

    def __init__(self, gate: QuestionGate, settler: WriteSettler, clock: Clock, log: QuestionLog) -> None:
        self._gate, self._settler, self._clock, self._log = gate, settler, clock, log

    def answer(self, request: RestRequest, path: str, body: bytes) -> Reply:
        """The outcome, with the write's answer for the person who made it. Raises Refusal.

        A service that closes its log after the person's session has no token: it names the person by UserCode in the query, and
        gets the outcome alone.
        """
        key = unquote(path.removeprefix(REQUESTS))
        if request.method != "GET":
            raise WrongVerb(("GET",))
        _require_id(key)
        query = dict(request.read_query())
        named, asked = query.get("UserCode"), query.get(REQUEST_PARAMETER, "")
        if asked:
            _require_id(asked, REQUEST_PARAMETER)
        is_of_service = named is not None and single_header(request.headers, TOKEN_HEADER) is None
        with self._log.noting_refusal(request, OUTCOME_QUESTION, id=key):
            if is_of_service:
                return self._answer_service(request, (key, asked), named or "", body)
            caller = self._gate.admit(request.signed(body), charge=True)
        return self._answer_person(request, caller, key, asked)

    def _answer_person(self, request: RestRequest, caller: Caller, key: str, asked: str) -> Reply:
        found = self._settle(AskedWrite(caller.person.user_code, caller.profile.key, key, asked))
        result = f"outcome told: {found.outcome.value}"
        try:
            self._log.note_answer(request, caller, OUTCOME_QUESTION, found.record, result, key)
        except StoreUnavailable as error:
            raise Unavailable(retry_after=error.retry_after) from error
        told = _describe(found) | ({"Answer": dict(found.answer)} if found.answer else {})
        return json_reply(200, told).with_headers(
            {ACTED_AS: str(caller.person.user_code)} | caller_rate_headers(caller)
        )

    def _answer_service(self, request: RestRequest, asked: tuple[str, str], named: str, body: bytes) -> Reply:
        if not _USER_CODE.fullmatch(named):
            raise BadCall("UserCode must be a person's code.", argument="UserCode")
        profile = self._gate.admit_profile(request.signed(body))
        return json_reply(200, _describe(self._settle(AskedWrite(int(named), profile.key, *asked))))

    def _settle(self, asked: AskedWrite) -> SettledWrite:
        try:
            return self._settler.settle_write(asked, self._clock())
        except StoreUnavailable as error:
            raise Unavailable(retry_after=error.retry_after) from error


def _require_id(text: str, argument: str | None = None) -> None:
    """Raises BadCall for a text of a length that no id has; `argument` is None for the id in the path."""
    if not 1 <= len(text) <= MAX_KEY_CHARACTERS:
        raise BadCall(f"An id has 1 to {MAX_KEY_CHARACTERS} characters.", argument=argument)


def _describe(found: SettledWrite) -> dict[str, Any]:
    return {"Outcome": found.outcome.value} | ({"Record": found.record} if found.record else {})
