"""The same message answered twice: by the lane, and by the MCP library with the lane shut."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.catalogue.capability import Access, Capability
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.dispatch import CallMeta, ToolAnswer
from affino_mcp.errors import Unavailable, UnknownTool
from affino_mcp.gate.caller import Caller
from affino_mcp.gate.confirmation import ConfirmationQuestion
from affino_mcp.mcp_edge.app import build_app
from affino_mcp.mcp_edge.lambda_handler import LambdaHandler
from affino_mcp.settings import Settings
from tests.unit.mcp_edge.edge import Desk, Door, caller
from tests.unit.mcp_edge.lane.messages import Event

COMPARED_HEADERS: Final = ("content-type", "allow", "retry-after", "www-authenticate", "ratelimit", "cache-control")
SHOWN: Final = Capability({"contacts": frozenset({Access.READ})})


class TalkingDesk(Desk):
    """A dispatch whose answer depends on the tool's name."""

    def call_tool(self, who: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        self.calls.append((who, tool, arguments, meta))
        match tool:
            case "down":
                raise Unavailable(retry_after=1.5)
            case "broken":
                raise RuntimeError("not to be seen")
            case "asking":
                return ToolAnswer({"error": {}}, is_error=True, question=ConfirmationQuestion("Sure?", "1.ab"))
        if tool not in METHODS:
            raise UnknownTool(f"Not {tool[:9]}.")
        return ToolAnswer({"Tool": tool, "Given": sorted(arguments), "Text": 'é "quoted"\n東京'})


@dataclass(frozen=True)
class Outcome:
    """What one message led to: the HTTP answer, and what dispatch was asked."""

    status: int
    headers: dict[str, str]
    document: str
    asked: list[str] = field(default_factory=list)

    @property
    def error_code(self) -> int | None:
        """The code of the JSON-RPC error; None for a result."""
        found = json.loads(self.document or "{}").get("error", {})
        code: int | None = found.get("code")
        return code


class Server:
    """The edge over a door that lets everybody in. With `lane` shut, the library answers every message."""

    def __init__(self, *, lane: bool) -> None:
        self._desk = TalkingDesk()
        app = build_app(Door(caller(SHOWN)), self._desk, METHODS, Settings(), in_thread=False)
        if not lane:
            app._answer_in_lane = lambda *_: None
        self.app, self._handler = app, LambdaHandler(app, "live")

    def answer(self, event: Event) -> Outcome:
        self._desk.calls.clear()
        self._desk.refusals.clear()
        given = self._handler(event, None)
        headers = {name: value for name, value in given["headers"].items() if name in COMPARED_HEADERS}
        return Outcome(given["statusCode"], headers, _in_order(given["body"]), self._asked())

    def answer_and_tell(self, event: Event) -> bool:
        """Answers, and tells whether the library has been needed so far."""
        self.answer(event)
        return self.app.library.is_loaded

    def _asked(self) -> list[str]:
        calls = [repr((tool, arguments, meta.form)) for _, tool, arguments, meta in self._desk.calls]
        return calls + [repr((refusal.type, tool, arguments)) for refusal, _, tool, arguments in self._desk.refusals]

    def close(self) -> None:
        self._handler.close()


def _in_order(body: str) -> str:
    return json.dumps(json.loads(body), sort_keys=True) if body else ""
