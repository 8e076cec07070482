"""Requests to another service, bounded in time and size: no redirection is followed, no proxy is taken from the environment."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

import httpx

from affino_mcp.clock import start_stopwatch
from affino_mcp.http.bounded_transport import BoundedTransport, bounded_exchange
from affino_mcp.http.trusted_authorities import make_trust
from affino_mcp.value_class import value_class

CONNECT_SECONDS: Final = 2.0
MAX_REQUEST_ID: Final = 100
"""Characters of the other service's request id that are kept for the log."""
MAX_WAIT_SECONDS: Final = 3600
"""The longest wait that another service's Retry-After is believed."""
UNTRUSTED: Final = "untrusted"
"""The error of a service whose certificate no trusted authority vouches for, or which is another host's."""
NOT_SENT: Final = frozenset({"connect", UNTRUSTED, "deadline"})
"""The errors at which the other service has not got the request."""


@value_class
class ForeignAnswer:
    """Another service's answer to one request; without an answer, the status is 0 and `error` says why in one word.

    `wait` are the seconds that it asks to wait.
    """

    status: int = 0
    wait: int = 0
    request_id: str = ""
    text: bytes = field(default=b"", repr=False)
    error: str = ""
    duration_ms: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def document(self) -> dict[str, Any] | None:
        """The JSON object in the body; None when it is something else."""
        return parse_object(self.text)


class OutgoingRequests:
    """Sends requests to one service. Connections are kept for at most `idle_seconds`; 0 keeps none.

    `certificates` are those of the authorities that alone vouch for the service; empty: the public ones.
    """

    def __init__(
        self,
        url: str,
        max_bytes: int,
        idle_seconds: float = 0,
        transport: httpx.BaseTransport | None = None,
        certificates: str = "",
    ) -> None:
        way = transport or BoundedTransport(idle_seconds, make_trust(certificates))
        self._http = httpx.Client(base_url=url, follow_redirects=False, trust_env=False, transport=way)
        self._max_bytes = max_bytes

    def send(
        self,
        method: str,
        path: str,
        content: bytes,
        headers: Mapping[str, str],
        longest: float,
        working_seconds: Callable[[], float],
    ) -> ForeignAnswer:
        """Sends one request. The whole exchange lasts at most `longest` seconds, and stops without working seconds."""
        elapsed = start_stopwatch()

        def seconds_left() -> float:
            return min(longest - elapsed() / 1000, working_seconds())

        seconds = seconds_left()
        if seconds <= 0:
            return ForeignAnswer(error="deadline")
        limits = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            with (
                bounded_exchange(seconds_left),
                self._http.stream(method, path, content=content, headers=headers, timeout=limits) as answer,
            ):
                text, error = self._read_bounded(answer, seconds_left)
                return ForeignAnswer(
                    answer.status_code,
                    _retry_after(answer),
                    answer.headers.get("x-request-id", "")[:MAX_REQUEST_ID],
                    text,
                    error,
                    elapsed(),
                    {name.lower(): value for name, value in answer.headers.items()},
                )
        except httpx.HTTPError as error:
            return ForeignAnswer(error=_network_error(error), duration_ms=elapsed())

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._http.close()

    def _read_bounded(self, answer: httpx.Response, seconds_left: Callable[[], float]) -> tuple[bytes, str]:
        """The answer's text and no error, or no text and the error that it is too large or too slow."""
        text = bytearray()
        for part in answer.iter_bytes():
            text += part
            if len(text) > self._max_bytes:
                return b"", "too_large"
            if seconds_left() <= 0:
                return b"", "read_timeout"
        return bytes(text), ""


def parse_object(text: bytes) -> dict[str, Any] | None:
    """Gives the JSON object in a text; None when it is something else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def error_code(document: Mapping[str, Any] | None) -> str:
    """Gives the code in `{"error": {"code"}}`, a number or a text, as a text; empty when there is none."""
    error = (document or {}).get("error")
    return str(error.get("code", ""))[:20] if isinstance(error, dict) else ""


def _retry_after(answer: httpx.Response) -> int:
    given = answer.headers.get("retry-after", "")
    return min(int(given[:9]), MAX_WAIT_SECONDS) if given.isascii() and given.isdigit() else 60


def _network_error(error: httpx.HTTPError) -> str:
    if _is_untrusted(error):
        return UNTRUSTED
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return "connect"
    return "read_timeout" if isinstance(error, httpx.TimeoutException) else "broken"


def _is_untrusted(error: BaseException | None) -> bool:
    """True when the certificate of the other end was refused: that error is at the beginning of the chain."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
