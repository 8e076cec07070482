"""AWS's JSON protocol over persistent HTTP connections.

A full boto3 client costs 300 ms at start and 2 ms of CPU a call, a request of this module a fifteenth of the call and next
to nothing of the start (docs/performance.md, docs/decisions/0003, 0097 and 0118). It provides the JSON envelope, and tells
what was not sent from what was sent and not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import field
from functools import partial
from typing import Any, Final, Protocol

from affino_mcp.clock import start_stopwatch, utc_now
from affino_mcp.compact_json import from_json, to_json_bytes
from affino_mcp.deadline import working_seconds
from affino_mcp.store.connections import ConnectionPool, Exchange, ExchangeBroken, NotConnected
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.store.given_up import GivenUpCall, Report, report_to_nobody, request_place
from affino_mcp.store.network_faults import NO_TIME_LEFT, NOT_CONNECTED, RequestFault, broken_exchange
from affino_mcp.store.retry import back_off
from affino_mcp.store.signature_v4 import AwsKeys, PostSigner
from affino_mcp.store.tracing import CallEnd, trace_call
from affino_mcp.value_class import work_class

MAX_REQUEST_ATTEMPTS: Final = 3
ATTEMPT_SECONDS: Final = 2.0
"""The longest that one attempt waits for an answer; less when the deadline is near."""
MIN_ATTEMPT_SECONDS: Final = 0.1
"""An attempt that would have less time is not begun."""
MAX_RESEND_SECONDS: Final = 20.0
"""How long a request with a token is sent again while it stays unanswered, where no deadline ends it before."""

THROTTLING_ERRORS: Final = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TransactionConflictException",  # the write conflicts with a transaction
    }
)
"""AWS's names for requests that were refused for now; nothing was written."""
_UNFINISHED_ERRORS: Final = frozenset({"TransactionInProgressException"})  # a resent one; its token gives the result
_READ_OPERATIONS: Final = ("Get", "BatchGet", "Query", "Scan", "Describe", "List", "Sign")


class AwsError(Exception):
    """AWS returned an error; holds its short name, the whole answer and the request's id.

    `resent` is True when an earlier attempt of the same request was sent and not answered.
    """

    def __init__(self, name: str, answer: dict[str, Any], status: int = 400, aws_request_id: str = "") -> None:
        super().__init__(name)
        self.name, self.answer = name, answer
        self.fault = RequestFault(name, is_unanswered=False, status=status, aws_request_id=aws_request_id)
        self.resent = False


def pause_before_attempt(attempt: int) -> None:
    """Sleeps before an attempt: not before the first, then longer each time, with jitter."""
    if attempt:
        back_off(attempt, base=0.05, longest=0.8)


def attempt_timeouts(longest: float = ATTEMPT_SECONDS) -> Iterator[float]:
    """Gives the seconds, at most `longest`, of each attempt of a request, after its pause.

    It ends after MAX_REQUEST_ATTEMPTS, and when the deadline is near.
    """
    for attempt in range(MAX_REQUEST_ATTEMPTS):
        pause_before_attempt(attempt)
        seconds = min(longest, working_seconds())
        if seconds < MIN_ATTEMPT_SECONDS:
            return
        yield seconds


class AwsCredentials(Protocol):
    """The interface of botocore's credential objects, for whose signers such keys are good too."""

    def get_frozen_credentials(self) -> AwsKeys:
        """Gives a consistent set of key, secret and token, refreshed when needed."""


@work_class
class RequestAttempts:
    """The attempts of one request, and what became of them."""

    operation: str
    body: dict[str, Any]
    has_token: bool
    faults: list[RequestFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.elapsed = start_stopwatch()

    @property
    def is_unanswered(self) -> bool:
        """True when an attempt of a write was sent and not answered."""
        reads = self.operation.startswith(_READ_OPERATIONS)
        return not reads and any(fault.is_unanswered for fault in self.faults)

    def next_timeout(self) -> float | None:
        """The seconds of the next attempt, after its pause; None when no further one may begin."""
        if len(self.faults) >= MAX_REQUEST_ATTEMPTS and not (self.has_token and self.is_unanswered):
            return None
        pause_before_attempt(len(self.faults))
        seconds = min(ATTEMPT_SECONDS, working_seconds(), MAX_RESEND_SECONDS - self.elapsed() / 1000)
        return seconds if seconds >= MIN_ATTEMPT_SECONDS else None

    def last_fault(self) -> RequestFault:
        """Why the request is given up."""
        return self.faults[-1] if self.faults else NO_TIME_LEFT


FinishRead = Callable[[], dict[str, Any]]
"""Waits for the answer of a read that was sent, and gives it."""


def _read_sound_answer(exchange: Exchange, seconds: float, end: CallEnd) -> dict[str, Any] | None:
    """The answer of a request that was carried out; None for any other."""
    try:
        response = exchange.read(seconds)
        end.status = response.status
        answer: dict[str, Any] = from_json(response.body or b"{}")
    except (ExchangeBroken, ValueError):
        return None
    return answer if response.status == 200 else None


class AwsJsonEndpoint:
    """The JSON endpoint of one AWS service, by its address or connections. `report` takes note of each call that is given up."""

    def __init__(
        self,
        service: str,
        target: str,
        version: str,
        endpoint: str | ConnectionPool,
        region: str,
        credentials: AwsCredentials,
        report: Report = report_to_nobody,
    ) -> None:
        self._connections = ConnectionPool(endpoint) if isinstance(endpoint, str) else endpoint
        self._target, self._type = target, f"application/x-amz-json-{version}"
        self._service, self._signer = service, PostSigner(service, region)
        self._credentials = credentials
        self._report = report

    def call_operation(self, operation: str, body: dict[str, Any], *, has_token: bool = False) -> dict[str, Any]:
        """Sends a request, again on faults of the network or the service; gives the parsed JSON.

        A request whose body has a token (`has_token`) is carried out once however often it is sent: while it stays
        unanswered it is sent again until the deadline. Raises AwsError for an error that the caller must handle;
        StoreUnavailable when the service cannot be reached, throttles or fails; Unanswered when a write was sent and
        never answered.
        """
        attempts = RequestAttempts(operation, body, has_token)
        with trace_call(self._service, operation, lambda: request_place(body)) as end:
            return self._send_until_answered(attempts, end)

    def start_read(self, operation: str, body: dict[str, Any]) -> FinishRead:
        """Sends a request that reads; gives what waits for its answer, once, and raises as `call_operation` does.

        What cannot be sent now, or has no sound answer, is asked for again by `call_operation`.
        """
        ask_again = partial(self.call_operation, operation, body)
        attempt = RequestAttempts(operation, body, has_token=False)
        if (seconds := attempt.next_timeout()) is None:
            return ask_again
        traced, data = ExitStack(), to_json_bytes(body)
        end = traced.enter_context(trace_call(self._service, operation, lambda: request_place(body)))
        try:
            exchange = self._connections.start_post(data, self.signed_headers(operation, data), seconds)
        except (NotConnected, ExchangeBroken):
            traced.close()
            return ask_again

        def finish() -> dict[str, Any]:
            with traced:
                left = attempt.next_timeout()
                answer = None if left is None else _read_sound_answer(exchange, left, end)
            return ask_again() if answer is None else answer

        return finish

    def _send_until_answered(self, attempts: RequestAttempts, end: CallEnd) -> dict[str, Any]:
        operation, body = attempts.operation, attempts.body
        data = to_json_bytes(body)
        while (seconds := attempts.next_timeout()) is not None:
            try:
                answer = self._send_once(operation, data, seconds)
            except AwsError as error:
                error.resent, end.status = attempts.is_unanswered, error.fault.status
                raise
            if not isinstance(answer, RequestFault):
                end.status = 200
                return answer
            end.status = answer.status
            attempts.faults.append(answer)
        self.report_given_up(operation, body, attempts.last_fault(), len(attempts.faults), attempts.elapsed())
        raise (Unanswered if attempts.is_unanswered else StoreUnavailable)(attempts.last_fault().error)

    def report_given_up(
        self, operation: str, body: dict[str, Any], fault: RequestFault, attempts: int = 1, duration_ms: int = 0
    ) -> None:
        """Takes note of a call that is given up for this fault."""
        place = request_place(body)
        self._report(
            GivenUpCall(
                self._service,
                operation,
                place,
                fault.error,
                fault.status,
                fault.aws_request_id,
                attempts,
                duration_ms,
            )
        )

    def _send_once(self, operation: str, data: bytes, seconds: float) -> dict[str, Any] | RequestFault:
        headers = self.signed_headers(operation, data)
        try:
            response = self._connections.post(data, headers, seconds)
        except NotConnected:
            return NOT_CONNECTED
        except ExchangeBroken as broken:
            return broken_exchange(timed_out=broken.timed_out)
        request_id = response.request_id
        try:
            answer: dict[str, Any] = from_json(response.body or b"{}")
        except ValueError:
            return RequestFault("not_json", is_unanswered=True, status=response.status, aws_request_id=request_id)
        if response.status == 200:
            return answer
        name = str(answer.get("__type", "")).rpartition("#")[2] or f"http_{response.status}"
        unanswered = response.status >= 500 or name in _UNFINISHED_ERRORS
        if unanswered or name in THROTTLING_ERRORS:
            return RequestFault(name, unanswered, response.status, request_id)
        raise AwsError(name, answer, response.status, request_id)

    def signed_headers(self, operation: str, data: bytes) -> dict[str, str]:
        """Gives the headers of a request, signed now."""
        headers = {"Host": self._connections.host, "Content-Type": self._type}
        headers["X-Amz-Target"] = f"{self._target}.{operation}"
        return self._signer.sign(headers, data, self._credentials.get_frozen_credentials(), utc_now())
