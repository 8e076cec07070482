"""One admitted request on its way to a tool: who calls, and what came of it when a store failed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from affino_mcp.errors import Refusal

if TYPE_CHECKING:
    from affino_mcp.dispatch import Answer, CallMeta
    from affino_mcp.gate.caller import Caller
    from affino_mcp.gate.confirmation import Question


class Dispatch(Protocol):
    """What the edge needs of `affino_mcp.dispatch.Dispatch`."""

    def call(self, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> Answer:
        """Carry a tool call out and write its audit row. Raises UnknownTool, or Refusal when a store is down."""

    def refused(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        """Write the audit row of a call that the gate refused."""


@dataclass
class AdmittedRequest:
    """Kept in the ASGI scope from the gate to the tool and back.

    `refusal` becomes the whole HTTP answer, `question` the result: the MCP server knows nothing of either.
    """

    caller: Caller
    meta: CallMeta
    dispatch: Dispatch
    refusal: Refusal | None = field(default=None)
    question: Question | None = field(default=None)

    def call_tool(self, tool: str, arguments: dict[str, Any]) -> Answer:
        """Call the tool as this caller; remembers a refusal for the gate before raising it, and a question to the person."""
        try:
            answer = self.dispatch.call(self.caller, tool, arguments, self.meta)
        except Refusal as refusal:
            self.refusal = refusal
            raise
        self.question = answer.question
        return answer
