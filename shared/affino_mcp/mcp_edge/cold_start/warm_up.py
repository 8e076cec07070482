"""The warm-up: one message of every kind in both protocol eras, so that what is built on first use is built at start.

The messages go to the MCP server behind the gate, with a dispatch that answers by itself: no store is read or written.
"""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.types import ASGIApp, Message

from affino_mcp import NAME, VERSION
from affino_mcp.catalogue.capability import Capability
from affino_mcp.dispatch import CallMeta, ToolAnswer
from affino_mcp.gate.caller import Caller, Person, Profile, RateState, Session
from affino_mcp.mcp_edge.request import ENDPOINT, AdmittedRequest

_TOOL: Final = "get_current_user"
_MODERN: Final = "2026-07-28"
_LEGACY: Final = "2025-06-18"
_CLIENT: Final = {"name": NAME, "version": VERSION}
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": _MODERN,
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_HANDSHAKE: Final = {"protocolVersion": _LEGACY, "capabilities": {}, "clientInfo": _CLIENT}
_TOOL_CALL: Final = {"name": _TOOL, "arguments": {}}
"""A call of a tool that every profile has."""
_CALLER: Final = Caller(
    profile=Profile(
        key="",
        name="warm-up",
        version="",
        secret="",
        capability=Capability(),
        rate=1,
        burst=1,
    ),
    person=Person(user_code=0, name="", email=""),
    session=Session(fingerprint="", expires=0, digest=""),
    rate=RateState(1, 1, 0),
)
"""A caller whose profile lists what every profile lists: a longer list would build nothing more."""


class _SilentDispatch:
    """A dispatch that answers every call and does nothing."""

    def call_tool(self, *_: Any) -> ToolAnswer:
        return ToolAnswer({"Name": NAME}, is_error=False)

    def with_offer(self, caller: Caller) -> Caller:
        return caller

    def audit_refusal(self, *_: Any) -> None:
        """Does nothing: the warm-up is refused nothing."""


async def warm_up(app: ASGIApp) -> None:
    """Sends the messages to `app`. Raises RuntimeError when one is answered with an error: a broken build must not start."""
    for method, params in (("initialize", _HANDSHAKE), ("tools/list", {}), ("tools/call", _TOOL_CALL), ("ping", {})):
        await _send(app, method, params, {"mcp-protocol-version": _LEGACY})
    for method, params in (("server/discover", {}), ("tools/list", {}), ("tools/call", _TOOL_CALL)):
        headers = {"mcp-protocol-version": _MODERN, "mcp-method": method, "mcp-name": str(params.get("name", ""))}
        await _send(app, method, {**params, "_meta": _META}, {name: value for name, value in headers.items() if value})


async def _send(app: ASGIApp, method: str, params: dict[str, Any], headers: dict[str, str]) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(_scope(headers), receive, send)
    answer = json.loads(b"".join(message.get("body", b"") for message in sent) or b"{}")
    if sent[0]["status"] != 200 or answer.get("result", {}).get("isError", "result" not in answer):
        raise RuntimeError(f"warm-up: {method} was answered with an error ({sent[0]['status']})")


def _scope(headers: dict[str, str]) -> dict[str, Any]:
    admitted = AdmittedRequest(_CALLER, CallMeta("warm-up", NAME, VERSION, ""), _SilentDispatch())
    given = {"content-type": "application/json", "accept": "application/json, text/event-stream", **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": ENDPOINT,
        "raw_path": ENDPOINT.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 443),
        "state": admitted.as_state(),
    }
