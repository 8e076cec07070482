"""Signed calls to another instance's REST API: limited in time and size, without redirections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION, observability
from affino_mcp.clock import Clock
from affino_mcp.gate.abuse.login_guard import LONGEST_WAIT
from affino_mcp.gate.abuse.request_signature import signed_headers
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.store.ops import StoreUnavailable

MOST: Final = 64 * 1024
TIMEOUT: Final = httpx.Timeout(8.0, connect=2.0)
_OURS: Final = frozenset({"-101", "-102", "-103"})
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
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT, limits=fresh, follow_redirects=False, trust_env=False)

    def ask(
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
        status, wait, text = self._sent(method, path, content, sent)
        document = _object(text)
        if status == 200 and document is not None:
            return document
        code = _code(document)
        if status in {400, 401, 403, 429} and document is not None and code not in _OURS:
            raise InstanceRefused(status, code, wait)
        observability.fault("instance failed", {"call": name, "status": status, "code": code})
        raise StoreUnavailable

    def _sent(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> tuple[int, int, bytes]:
        try:
            with self._http.stream(method, path, content=content, headers=headers) as answer:
                return answer.status_code, _wait(answer), _bounded(answer)
        except httpx.HTTPError as error:
            observability.fault("instance failed", {"path": path, "error": type(error).__name__})
            raise StoreUnavailable from error


def _wait(answer: httpx.Response) -> int:
    given = answer.headers.get("retry-after", "")
    return min(int(given), LONGEST_WAIT) if given.isascii() and given.isdigit() else 60


def _bounded(answer: httpx.Response) -> bytes:
    text = b""
    for part in answer.iter_bytes(8 * 1024):
        text += part
        if len(text) > MOST:
            raise StoreUnavailable
    return text


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _code(document: Mapping[str, Any] | None) -> str:
    error = (document or {}).get("error")
    return str(error.get("code", ""))[:20] if isinstance(error, dict) else ""
