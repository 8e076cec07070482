"""Signed calls to another instance's REST API: limited in time and size, without redirections."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION, observability
from affino_mcp.clock import Clock
from affino_mcp.deadline import working_seconds
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.outgoing import NOT_SENT, ForeignAnswer, OutgoingRequests, error_code
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.instance_errors import RefusedThere, find_credentials_refusal
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.given_up import GivenUpCall

MAX_ANSWER_BYTES: Final = 64 * 1024
INSTANCE_SECONDS: Final = 8.0
"""The longest that a call waits for the instance's next bytes; less when the deadline is near."""
_REFUSAL_STATUSES: Final = frozenset({400, 401, 403, 429})
_CODE_PATTERN: Final = re.compile(r"-?[0-9]{1,6}")
_SIGNATURE_CODES: Final = frozenset({"-101", "-102", "-103"})
"""The instance's codes for a rejected signature: this service's configuration or clock is wrong, not the person."""


class InstanceRefused(Exception):
    """The instance refused the person or the token.

    Holds its status, its code, the wait that it asks for, in seconds, and the refusal of a profile that it takes no call of.
    """

    def __init__(self, status: int, code: str, wait: int, profile_refusal: type[RefusedThere] | None = None) -> None:
        super().__init__(status, code)
        self.status, self.code, self.wait, self.profile_refusal = status, code, wait, profile_refusal


class InstanceCalls:
    """Calls one instance's REST API with an API Profile's own key and secret.

    `certificates` are those of the authorities that alone vouch for the instance; empty: the public ones.
    """

    def __init__(self, url: str, dbname: str, clock: Clock, certificates: str = "") -> None:
        self._dbname, self._clock = dbname, clock
        # No connection is kept: a frozen Lambda process loses its connections.
        self._requests = OutgoingRequests(url, MAX_ANSWER_BYTES, certificates=certificates)
        self._place = f"{httpx.URL(url).netloc.decode()}/rest/{dbname}"

    def call_instance(
        self,
        profile: Profile,
        method: str,
        name: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Gives the answer's JSON object. Raises InstanceRefused, and for every other fault, once logged, StoreUnavailable.

        It is Unanswered when the instance may have opened or refreshed a session.
        """
        path = f"/rest/{self._dbname}/{name}"
        content = b"" if body is None else json.dumps(body).encode()
        signed = signed_headers(method, path, content, profile.key, profile.secret, self._clock())
        sent = {**signed, **(headers or {}), "User-Agent": f"{NAME}/{VERSION}"}
        answer = self._send_request(method, path, content, sent)
        document = answer.document
        if answer.status == 200 and document is not None:
            return document
        code = error_code(document)
        if answer.status in _REFUSAL_STATUSES and document is not None and code not in _SIGNATURE_CODES:
            raise InstanceRefused(answer.status, code, answer.wait, _find_profile_refusal(document))
        raise self._give_up(f"{method} {name}", answer.error or _error_name(answer.status, document, code), answer)

    def reject_answer(self, operation: str, error: str) -> StoreUnavailable:
        """Logs that an answer of the instance is of no use, for this reason in one word; gives what to raise."""
        return self._give_up(operation, error, ForeignAnswer(status=200))

    def _give_up(self, operation: str, error: str, answer: ForeignAnswer) -> StoreUnavailable:
        given, attempts = (answer.status, answer.request_id), 0 if error == "deadline" else 1
        call = GivenUpCall("instance", operation, self._place, error, *given, attempts, answer.duration_ms)
        observability.log_given_up(asdict(call), is_access_refused=call.is_access_refused)
        return Unanswered(error) if _may_be_done(operation, error, answer.status) else StoreUnavailable(error)

    def _send_request(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> ForeignAnswer:
        # Half of the time that is left for the answer to begin, half for it to go on.
        return self._requests.send(
            method, path, content, headers, min(INSTANCE_SECONDS, working_seconds() / 2), working_seconds
        )


def _find_profile_refusal(document: Mapping[str, Any]) -> type[RefusedThere] | None:
    """What the instance says against the profile; None for what it says against the person who logs in."""
    found = find_credentials_refusal(document.get("error"))
    return found if found and issubclass(found, RefusedThere) and not issubclass(found, PersonInactive) else None


def _may_be_done(operation: str, error: str, status: int) -> bool:
    """Whether the instance may have done what it was asked: it got a call that changes something, and did not refuse it."""
    refused = status not in {0, 200} and status < 500
    return operation != "GET user" and error not in NOT_SENT and not refused


def _error_name(status: int, document: Mapping[str, Any] | None, code: str) -> str:
    """A name for an answer that is of no use: the instance's own code, its status, or that it is no JSON object."""
    if _CODE_PATTERN.fullmatch(code):
        return f"code_{code}"
    return "not_json" if status == 200 and document is None else f"http_{status}"
