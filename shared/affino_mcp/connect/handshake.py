"""The handshake of clients in both eras of the protocol, to check that an endpoint accepts these headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION

MODERN, LEGACY = "2026-07-28", "2025-06-18"
NO_ANSWER: Final = "Nothing answers there."
NOT_OURS: Final = "The answer is not MCP's."
_CLIENT: Final = {"name": f"{NAME}-connect", "version": VERSION}
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_ACCEPT: Final = {"Accept": "application/json, text/event-stream", "User-Agent": f"{NAME}-connect/{VERSION}"}


@dataclass(frozen=True)
class Greeting:
    """The result of one era's handshake: the HTTP status (0: no answer), the text, and the number of tools listed."""

    era: str
    status: int
    said: str
    tools: int = 0
    next_step: str = ""

    @property
    def ok(self) -> bool:
        """Whether the handshake succeeded, so that a client of this era works."""
        return self.status == 200 and not self.next_step


@dataclass(frozen=True)
class Endpoint:
    """An MCP endpoint with the headers that a client would send."""

    http: httpx.Client
    url: str
    headers: Mapping[str, str]

    def greetings(self) -> Iterator[Greeting]:
        """Makes the modern handshake, then the legacy one; gives the result of each."""
        yield self._greet(MODERN, self._modern)
        yield self._greet(LEGACY, self._legacy)

    def _greet(self, era: str, ask: Any) -> Greeting:
        try:
            server = _server(ask(*_OPENING[era]))
            listed = ask("tools/list", {})["tools"]
        except httpx.HTTPError:
            return Greeting(era, 0, NO_ANSWER, next_step="Look at the URL, and whether the service runs.")
        except _Refused as refused:
            return Greeting(era, refused.status, refused.said, next_step=refused.next_step)
        except (ValueError, KeyError, TypeError):
            return Greeting(era, 200, NOT_OURS, next_step="Look at the URL.")
        return Greeting(era, 200, f"{server['name']} {server['version']}", len(listed))

    def _modern(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        named = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        return self._ask(method, {**params, "_meta": _META}, named)

    def _legacy(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._ask(method, params, {} if method == "initialize" else {"MCP-Protocol-Version": LEGACY})

    def _ask(self, method: str, params: dict[str, Any], named: dict[str, str]) -> dict[str, Any]:
        message = {"jsonrpc": "2.0", "id": "connect", "method": method, "params": params}
        answer = self.http.post(self.url, json=message, headers={**_ACCEPT, **self.headers, **named})
        document = _document(answer)
        if answer.status_code != 200 or "error" in document:
            raise _Refused(answer.status_code, document.get("error"))
        result: dict[str, Any] = document["result"]
        return result


_OPENING: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    MODERN: ("server/discover", {}),
    LEGACY: ("initialize", {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": _CLIENT}),
}


def _server(result: dict[str, Any]) -> dict[str, Any]:
    """The server's name and version, which the modern era puts into the result's _meta. Raises KeyError."""
    found: dict[str, Any] = result.get("serverInfo") or result["_meta"]["io.modelcontextprotocol/serverInfo"]
    return found


class _Refused(Exception):
    """The endpoint refused a request: the status, its text, and what to do next."""

    def __init__(self, status: int, error: Any) -> None:
        super().__init__(status)
        known: dict[str, Any] = error if isinstance(error, dict) else {}
        data = known.get("data")
        self.status, self.said = status, str(known.get("message", NOT_OURS))
        self.next_step = str((data if isinstance(data, dict) else {}).get("next") or "Look at the URL and the headers.")


def _document(answer: httpx.Response) -> dict[str, Any]:
    found = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
    return found if isinstance(found, dict) else {}
