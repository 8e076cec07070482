"""Signed calls to another instance's REST API: limited in time and size, without redirections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION, observability
from affino_mcp.clock import Clock
from affino_mcp.gate.abuse.login_guard import MAX_WAIT_SECONDS
from affino_mcp.gate.abuse.request_signature import signed_headers
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.ops import StoreUnavailable

MAX_ANSWER_BYTES: Final = 64 * 1024
INSTANCE_TIMEOUT: Final = httpx.Timeout(8.0, connect=2.0)
_SIGNATURE_CODES: Final = frozenset({"-101", "-102", "-103"})
"""The instance's codes for a rejected signature: this service's configuration or clock is wrong, not the person."""


class InstanceRefused(Exception):
    """The instance refused the person or the token.

    Holds its status, its code and the wait that it asks for, in seconds.
    """

    def __init__(self, status: int, code: str, wait: int) -> None:
        super().__init__(status, code)
        self.status, self.code, self.wait = status, code, wait


class InstanceCalls:
    """Calls one instance's REST API with an API Profile's own key and secret."""

    def __init__(self, url: str, dbname: str, clock: Clock) -> None:
        self._dbname, self._clock = dbname, clock
        fresh = httpx.Limits(max_keepalive_connections=0)  # a frozen Lambda process loses its connections
        self._http = httpx.Client(
            base_url=url, timeout=INSTANCE_TIMEOUT, limits=fresh, follow_redirects=False, trust_env=False
        )

    def call_instance(
        self,
        profile: Profile,
        method: str,
        name: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Gives the answer's JSON object. Raises InstanceRefused, and StoreUnavailable for every other fault."""
        path = f"/rest/{self._dbname}/{name}"
        content = b"" if body is None else json.dumps(body).encode()
        signed = signed_headers(method, path, content, profile.key, profile.secret, self._clock())
        sent = {**signed, **(headers or {}), "User-Agent": f"{NAME}/{VERSION}"}
        status, wait, text = self._send_request(method, path, content, sent)
        document = _parse_object(text)
        if status == 200 and document is not None:
            return document
        code = _error_code(document)
        if status in {400, 401, 403, 429} and document is not None and code not in _SIGNATURE_CODES:
            raise InstanceRefused(status, code, wait)
        observability.log_fault("instance failed", {"call": name, "status": status, "code": code})
        raise StoreUnavailable

    def _send_request(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, int, bytes]:
        try:
            with self._http.stream(method, path, content=content, headers=headers) as answer:
                return answer.status_code, _retry_after(answer), _read_bounded(answer)
        except httpx.HTTPError as error:
            observability.log_fault("instance failed", {"path": path, "error": type(error).__name__})
            raise StoreUnavailable from error


def _retry_after(answer: httpx.Response) -> int:
    given = answer.headers.get("retry-after", "")
    return min(int(given), MAX_WAIT_SECONDS) if given.isascii() and given.isdigit() else 60


def _read_bounded(answer: httpx.Response) -> bytes:
    text = b""
    for part in answer.iter_bytes(8 * 1024):
        text += part
        if len(text) > MAX_ANSWER_BYTES:
            raise StoreUnavailable
    return text


def _parse_object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _error_code(document: Mapping[str, Any] | None) -> str:
    error = (document or {}).get("error")
    return str(error.get("code", ""))[:20] if isinstance(error, dict) else ""
