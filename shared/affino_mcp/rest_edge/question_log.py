"""The rows of what a program asks besides methods: what the instance offers, and what became of a write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Protocol

from affino_mcp.audit.channels import REST_CHANNEL
from affino_mcp.audit.log import AuditLog
from affino_mcp.audit.row import Outcome
from affino_mcp.call_meta import CallMeta, describe_session, start_row
from affino_mcp.clock import start_stopwatch
from affino_mcp.errors import Refusal
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.signed_gate import TOKEN_HEADER
from affino_mcp.http.signing_headers import token_header
from affino_mcp.rest_edge.request import RestRequest
from affino_mcp.value_class import value_class

OFFER_QUESTION: Final = "GET /v2"
OUTCOME_QUESTION: Final = "GET /v2/requests"


class RefusalLog(Protocol):
    """The part of `affino_mcp.dispatch.ToolDispatch` that writes rows of refused calls."""

    def audit_refusal(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        """Writes the audit row of a call that was refused."""


def call_meta(request: RestRequest) -> CallMeta:
    """What a request carries besides its credentials and arguments."""
    name, version = request.client
    token = token_header(request.headers, TOKEN_HEADER)
    secrets = (token,) if token else ()
    return CallMeta(request.id, name, version, request.source, secrets=secrets, channel=REST_CHANNEL)


@value_class
class QuestionLog:
    """Writes the rows of questions. Of one that costs no budget a row is written when it is refused, as of handshakes."""

    audit: AuditLog
    refusals: RefusalLog

    @contextmanager
    def noting_refusal(self, request: RestRequest, question: str, **arguments: str) -> Iterator[None]:
        """Writes the row of a question that the work in the body refuses to a known profile. Raises what the body raises."""
        elapsed = start_stopwatch()
        try:
            yield
        except Refusal as refusal:
            if refusal.profile is not None:
                meta = replace(call_meta(request), gate_ms=elapsed())
                self.refusals.audit_refusal(refusal, meta, question, dict(arguments))
            raise

    def note_answer(
        self, request: RestRequest, caller: Caller, question: str, record: str, result: str, key: str
    ) -> None:
        """Writes the row of a question that was charged and answered. Raises StoreUnavailable."""
        begun = start_row(
            self.audit.new_stamp(), caller.profile, caller.person, question, {"id": key}, call_meta(request)
        )
        told: dict[str, Any] = {"record": record, "result": result} | describe_session(caller.session)
        self.audit.write_row(replace(begun, outcome=Outcome.OK, status=200, **told))
