"""The edge as its callers meet it: API Gateway events in, HTTP answers out; gate and dispatch are small fakes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from affino_mcp.catalogue.capability import SWITCHED_FAMILIES, Access, Capability
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.dispatch import CallMeta, ToolAnswer
from affino_mcp.errors import AffinoError, Refusal
from affino_mcp.gate.caller import Caller, Person, Profile, RateState, Session
from affino_mcp.mcp_edge.app import build_app
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings

EVENTS: Final = Path(__file__).parents[3] / "events"
MODERN: Final = "2026-07-28"
LEGACY: Final = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
ERAS: Final = (MODERN, *LEGACY)
BOTH: Final = (MODERN, "2025-06-18")
META: Final = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientInfo": {"name": "test-agent", "version": "2.1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
EVERYTHING: Final = Capability({family.value: frozenset(Access) for family in SWITCHED_FAMILIES})


def caller(capability: Capability = EVERYTHING) -> Caller:
    return Caller(
        profile=Profile("KEY", "all", "1", "not-shown", capability, rate=600, burst=60),
        person=Person(1001, "Jane Doe", "jane@example.org"),
        session=Session("fp", 0, "digest"),
        rate=RateState(600, 12, 3),
    )


@dataclass
class Door:
    """A gate that lets `caller` in, or refuses with `refusal`. Keeps what it was asked."""

    caller: Caller = field(default_factory=caller)
    refusal: Exception | None = None
    asked: list[tuple[Sequence[tuple[bytes, bytes]], bool]] = field(default_factory=list)

    def admit(
        self, headers: Sequence[tuple[bytes, bytes]], *, charge: bool, source: str = "", is_app: bool = False
    ) -> Caller:
        self.asked.append((headers, charge))
        if self.refusal:
            raise self.refusal
        return self.caller

    def admit_handshake(self, caller: Caller, client: str, method: str) -> None:
        """Handshakes have no limit at this door."""


@dataclass
class Desk:
    """A dispatch that answers with `answer`, or raises `error`. Keeps the calls and the refusals."""

    answer: ToolAnswer = field(default_factory=lambda: ToolAnswer({"Items": [], "Warnings": []}))
    error: Exception | None = None
    calls: list[tuple[Caller, str, dict[str, Any], CallMeta]] = field(default_factory=list)
    refusals: list[tuple[Refusal, CallMeta, str, dict[str, Any]]] = field(default_factory=list)

    def call_tool(self, who: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        self.calls.append((who, tool, arguments, meta))
        if self.error:
            raise self.error
        return self.answer

    def with_offer(self, caller: Caller) -> Caller:
        return caller

    def audit_refusal(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        self.refusals.append((refusal, meta, tool, arguments))


@dataclass(frozen=True)
class Seen:
    """An HTTP answer. `json` and `error` read its body; `result` reads the JSON-RPC result."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def result(self) -> Any:
        return self.json["result"]


class Edge:
    """The Lambda handler over a Door and a Desk."""

    def __init__(self, origins: str = "") -> None:
        self.door, self.desk = Door(), Desk()
        app = build_app(self.door, self.desk, METHODS, Settings(allowed_origins=origins), in_thread=False)
        self._handler = LambdaHandler(app, "live")

    def answer(self, event: dict[str, Any]) -> Seen:
        given = self._handler(event, None)
        return Seen(given["statusCode"], given["headers"], given["body"])

    def send(self, method: str, params: dict[str, Any] | None = None, era: str = MODERN, **change: Any) -> Seen:
        return self.answer(event(method, params, era, **change))

    def call(self, tool: str, arguments: dict[str, Any] | None = None, era: str = MODERN, **change: Any) -> Seen:
        return self.send("tools/call", {"name": tool, "arguments": arguments or {}}, era, **change)

    def close(self) -> None:
        self._handler.close()


def load(name: str) -> dict[str, Any]:
    """An event of the events folder."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def event(
    method: str,
    params: dict[str, Any] | None = None,
    era: str = MODERN,
    *,
    message_id: str | int | None = 1,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    **change: Any,
) -> dict[str, Any]:
    """An API Gateway event carrying one message, as a client of that protocol revision sends it."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": message_id, "method": method, "params": dict(params or {})}
    if message_id is None:
        del message["id"]
    given = {"mcp-protocol-version": era}
    if era == MODERN:
        message["params"] = {"_meta": META} | message["params"]
        given |= {"mcp-method": method} | ({"mcp-name": params["name"]} if params and "name" in params else {})
    template = load("mcp_legacy_initialize")
    all_headers = template["headers"] | given | dict(headers or {})
    text = json.dumps(message) if body is None else body
    many = {name: [value] for name, value in all_headers.items()}
    return template | {"headers": all_headers, "multiValueHeaders": many, "body": text} | change


def about(error: AffinoError, who: Caller) -> AffinoError:
    """A refusal that knows its profile and person, as the gate raises it once key and secret are right."""
    assert isinstance(error, Refusal)
    return error.concerning(who.profile, who.person, "fp")
