"""Signed calls to another instance's REST API: limited in time and size, without redirections."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION, observability
from affino_mcp.clock import Clock, start_stopwatch
from affino_mcp.deadline import working_seconds
from affino_mcp.gate.abuse.login_guard import MAX_WAIT_SECONDS
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.http.request_signature import signed_headers
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.given_up import GivenUpCall

MAX_ANSWER_BYTES: Final = 64 * 1024
INSTANCE_SECONDS: Final = 8.0
"""The longest that a call waits for the instance's next bytes; less when the deadline is near."""
CONNECT_SECONDS: Final = 2.0
_REFUSAL_STATUSES: Final = frozenset({400, 401, 403, 429})
MAX_REQUEST_ID: Final = 100
"""Characters of the instance's request id that are logged."""
_CODE_PATTERN: Final = re.compile(r"-?[0-9]{1,6}")
_SIGNATURE_CODES: Final = frozenset({"-101", "-102", "-103"})
"""The instance's codes for a rejected signature: this service's configuration or clock is wrong, not the person."""


class InstanceRefused(Exception):
    """The instance refused the person or the token.

    Holds its status, its code and the wait that it asks for, in seconds.
    """

    def __init__(self, status: int, code: str, wait: int) -> None:
        super().__init__(status, code)
        self.status, self.code, self.wait = status, code, wait


@dataclass(frozen=True)
class _InstanceAnswer:
    """The instance's answer to one call; without an answer, the status is 0 and `error` says why."""

    status: int = 0
    wait: int = 0
    request_id: str = ""
    text: bytes = b""
    error: str = ""
    duration_ms: int = 0


class InstanceCalls:
    """Calls one instance's REST API with an API Profile's own key and secret."""

    def __init__(self, url: str, dbname: str, clock: Clock) -> None:
        self._dbname, self._clock = dbname, clock
        fresh = httpx.Limits(max_keepalive_connections=0)  # a frozen Lambda process loses its connections
        self._http = httpx.Client(base_url=url, limits=fresh, follow_redirects=False, trust_env=False)
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
        document = _parse_object(answer.text)
        if answer.status == 200 and document is not None:
            return document
        code = _error_code(document)
        if answer.status in _REFUSAL_STATUSES and document is not None and code not in _SIGNATURE_CODES:
            raise InstanceRefused(answer.status, code, answer.wait)
        raise self._give_up(f"{method} {name}", answer.error or _error_name(answer.status, document, code), answer)

    def reject_answer(self, operation: str, error: str) -> StoreUnavailable:
        """Logs that an answer of the instance is of no use, for this reason in one word; gives what to raise."""
        return self._give_up(operation, error, _InstanceAnswer(status=200))

    def _give_up(self, operation: str, error: str, answer: _InstanceAnswer) -> StoreUnavailable:
        given, attempts = (answer.status, answer.request_id), 0 if error == "deadline" else 1
        call = GivenUpCall("instance", operation, self._place, error, *given, attempts, answer.duration_ms)
        observability.log_given_up(asdict(call), is_access_refused=call.is_access_refused)
        return Unanswered(error) if _may_be_done(operation, error, answer.status) else StoreUnavailable(error)

    def _send_request(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> _InstanceAnswer:
        # Half of the time that is left for the answer to begin, half for it to go on.
        elapsed, seconds = start_stopwatch(), min(INSTANCE_SECONDS, working_seconds() / 2)
        if seconds <= 0:
            return _InstanceAnswer(error="deadline")
        limits = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            with self._http.stream(method, path, content=content, headers=headers, timeout=limits) as answer:
                request_id = answer.headers.get("x-request-id", "")[:MAX_REQUEST_ID]
                text, error = _read_bounded(answer)
                return _InstanceAnswer(answer.status_code, _retry_after(answer), request_id, text, error, elapsed())
        except httpx.HTTPError as error:
            return _InstanceAnswer(error=_network_error(error), duration_ms=elapsed())


def _retry_after(answer: httpx.Response) -> int:
    given = answer.headers.get("retry-after", "")
    return min(int(given), MAX_WAIT_SECONDS) if given.isascii() and given.isdigit() else 60


def _may_be_done(operation: str, error: str, status: int) -> bool:
    """Whether the instance may have done what it was asked: it got a call that changes something, and did not refuse it."""
    refused = status not in {0, 200} and status < 500
    return operation != "GET user" and error not in {"connect", "deadline"} and not refused


def _network_error(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "connect"
    return "read_timeout" if isinstance(error, httpx.TimeoutException) else "broken"


def _error_name(status: int, document: Mapping[str, Any] | None, code: str) -> str:
    """A name for an answer that is of no use: the instance's own code, its status, or that it is no JSON object."""
    if _CODE_PATTERN.fullmatch(code):
        return f"code_{code}"
    return "not_json" if status == 200 and document is None else f"http_{status}"


def _read_bounded(answer: httpx.Response) -> tuple[bytes, str]:
    """The answer's text and no error, or no text and the error that it is too large or too slow."""
    text = b""
    for part in answer.iter_bytes():
        text += part
        if len(text) > MAX_ANSWER_BYTES:
            return b"", "too_large"
        if working_seconds() <= 0:
            return b"", "read_timeout"
    return text, ""


def _parse_object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _error_code(document: Mapping[str, Any] | None) -> str:
    error = (document or {}).get("error")
    return str(error.get("code", ""))[:20] if isinstance(error, dict) else ""
