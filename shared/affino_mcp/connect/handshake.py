"""The handshake of clients in both eras of the protocol, to check that an endpoint accepts these headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx

from affino_mcp import NAME, VERSION
from affino_mcp.value_class import value_class

MODERN_REVISION, LEGACY_REVISION = "2026-07-28", "2025-06-18"
NO_ANSWER_TEXT: Final = "Nothing answers there."
NOT_MCP_TEXT: Final = "The answer is not MCP's."
_CLIENT_INFO: Final = {"name": f"{NAME}-connect", "version": VERSION}
_MODERN_META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN_REVISION,
    "io.modelcontextprotocol/clientInfo": _CLIENT_INFO,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_REQUEST_HEADERS: Final = {"Accept": "application/json, text/event-stream", "User-Agent": f"{NAME}-connect/{VERSION}"}


@value_class
class HandshakeResult:
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


@value_class
class McpEndpoint:
    """An MCP endpoint with the headers that a client would send."""

    client: httpx.Client
    url: str
    headers: Mapping[str, str]

    def make_handshakes(self) -> Iterator[HandshakeResult]:
        """Makes the modern handshake, then the legacy one; gives the result of each."""
        yield self._make_handshake(MODERN_REVISION, self._send_modern)
        yield self._make_handshake(LEGACY_REVISION, self._send_legacy)

    def _make_handshake(self, era: str, ask: Any) -> HandshakeResult:
        try:
            server = _find_server(ask(*_OPENING_REQUESTS[era]))
            listed = ask("tools/list", {})["tools"]
        except httpx.HTTPError:
            return HandshakeResult(era, 0, NO_ANSWER_TEXT, next_step="Look at the URL, and whether the service runs.")
        except _EndpointRefused as refused:
            return HandshakeResult(era, refused.status, refused.text, next_step=refused.next_step)
        except (ValueError, KeyError, TypeError):
            return HandshakeResult(era, 200, NOT_MCP_TEXT, next_step="Look at the URL.")
        return HandshakeResult(era, 200, f"{server['name']} {server['version']}", len(listed))

    def _send_modern(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        named = {"MCP-Protocol-Version": MODERN_REVISION, "Mcp-Method": method}
        return self._send_request(method, {**params, "_meta": _MODERN_META}, named)

    def _send_legacy(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._send_request(
            method, params, {} if method == "initialize" else {"MCP-Protocol-Version": LEGACY_REVISION}
        )

    def _send_request(self, method: str, params: dict[str, Any], named: dict[str, str]) -> dict[str, Any]:
        message = {"jsonrpc": "2.0", "id": "connect", "method": method, "params": params}
        answer = self.client.post(self.url, json=message, headers={**_REQUEST_HEADERS, **self.headers, **named})
        document = _read_document(answer)
        if answer.status_code != 200 or "error" in document:
            raise _EndpointRefused(answer.status_code, document.get("error"))
        result: dict[str, Any] = document["result"]
        return result


_OPENING_REQUESTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    MODERN_REVISION: ("server/discover", {}),
    LEGACY_REVISION: (
        "initialize",
        {"protocolVersion": LEGACY_REVISION, "capabilities": {}, "clientInfo": _CLIENT_INFO},
    ),
}


def _find_server(result: dict[str, Any]) -> dict[str, Any]:
    """The server's name and version, which the modern era puts into the result's _meta. Raises KeyError."""
    found: dict[str, Any] = result.get("serverInfo") or result["_meta"]["io.modelcontextprotocol/serverInfo"]
    return found


class _EndpointRefused(Exception):
    """The endpoint refused a request: the status, its text, and what to do next."""

    def __init__(self, status: int, error: Any) -> None:
        super().__init__(status)
        known: dict[str, Any] = error if isinstance(error, dict) else {}
        data = known.get("data")
        self.status, self.text = status, str(known.get("message", NOT_MCP_TEXT))
        self.next_step = str((data if isinstance(data, dict) else {}).get("next") or "Look at the URL and the headers.")


def _read_document(answer: httpx.Response) -> dict[str, Any]:
    found = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
    return found if isinstance(found, dict) else {}
