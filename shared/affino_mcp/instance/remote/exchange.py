"""Signed requests to an instance elsewhere, in the name of a call's person, with the bounds that a call has."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime
from itertools import count
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION, observability
from affino_mcp.clock import Clock
from affino_mcp.deadline import working_seconds
from affino_mcp.http.outgoing import ForeignAnswer, OutgoingRequests, error_code
from affino_mcp.http.request_signature import body_md5, format_timestamp, sign_request
from affino_mcp.instance.elsewhere import CallCredentials
from affino_mcp.store.given_up import GivenUpCall
from affino_mcp.value_class import value_class

MAX_ANSWER_BYTES: Final = 6 * 1024 * 1024
IDLE_SECONDS: Final = 5.0
"""How long a connection is kept that nobody uses."""
LONGEST_SECONDS: Final = 22.0
"""The longest that one request lasts, in a process without a deadline too."""
KEPT_BACK_SECONDS: Final = 1.0
"""Seconds that are kept before the deadline besides those of the row and the answer."""
REPLAYED_SIGNATURE: Final = "-103"
"""The instance's code for a signature that it has seen: two processes signed the same request in the same microsecond."""


@value_class
class InstanceRequest:
    """One request: the verb, the path from behind the database's name with its query, the JSON object, further headers.

    `signed_path` is the path that is signed where that is another one: without the query.
    """

    verb: str
    path: str
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    signed_path: str = ""

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


class InstanceExchange:
    """Sends requests to one instance. It is made without a connection, so that none is in a process's snapshot."""

    def __init__(
        self,
        url: str,
        dbname: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
        certificates: str = "",
    ) -> None:
        self._base, self._clock = f"/rest/{dbname}", clock
        self._requests = OutgoingRequests(url, MAX_ANSWER_BYTES, IDLE_SECONDS, transport, certificates)
        self._place = f"{httpx.URL(url).netloc.decode()}{self._base}"

    def send(self, request: InstanceRequest, credentials: CallCredentials, *, again: bool = False) -> ForeignAnswer:
        """Sends a request signed with the profile's secret; without a token in the credentials it names no person.

        A signature that another process made too is made anew. With `again`, a request that a broken connection stopped is
        sent a second time.
        """
        answer = self._send_once(request, credentials)
        if error_code(answer.document) == REPLAYED_SIGNATURE or (again and answer.error == "broken"):
            return self._send_once(request, credentials)
        return answer

    def report(self, operation: str, error: str, answer: ForeignAnswer) -> None:
        """Logs that an answer of the instance is of no use, for this reason in one word."""
        attempts = 0 if error == "deadline" else 1
        told = (answer.status, answer.request_id, attempts, answer.duration_ms)
        call = GivenUpCall("instance", operation, self._place, error, *told)
        observability.log_given_up(asdict(call), is_access_refused=call.is_access_refused)

    def seconds_left(self) -> float:
        """Gives the seconds that are left for requests to the instance."""
        return min(LONGEST_SECONDS, working_seconds() - KEPT_BACK_SECONDS)

    def _send_once(self, request: InstanceRequest, credentials: CallCredentials) -> ForeignAnswer:
        path, content = self._base + request.path, request.content
        signed = self._base + (request.signed_path or request.path)
        sent = self._headers(request.verb, signed, content, credentials) | dict(request.headers)
        return self._requests.send(request.verb, path, content, sent, LONGEST_SECONDS, self.seconds_left)

    def _headers(self, verb: str, path: str, content: bytes, credentials: CallCredentials) -> dict[str, str]:
        moment = _unlike_others(self._clock())
        signature, md5 = sign_request(verb, path, content, credentials.secret, moment), body_md5(content)
        return {
            "APIKey": credentials.key,
            "TimeStamp": moment,
            "Signature": signature,
            **({"MD5": md5, "Content-Type": "application/json"} if content else {}),
            **({"AccessToken": credentials.token} if credentials.token else {}),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"{NAME}/{VERSION}",
        }


_TURN: Final = count(secrets.randbelow(1000))
"""Which request this is of the process; every process begins elsewhere."""


def _unlike_others(moment: datetime) -> str:
    """The time stamp with microseconds of its own, so that two equal requests of one moment have two signatures."""
    return f"{format_timestamp(moment)[:-1]}{next(_TURN) % 1000:03d}Z"
