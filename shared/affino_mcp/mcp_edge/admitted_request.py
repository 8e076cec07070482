"""A request that the gate admitted, on its way to the tool: who calls, and what the gate must know of the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from affino_mcp.errors import Refusal

if TYPE_CHECKING:
    from affino_mcp.dispatch import CallMeta, ToolAnswer
    from affino_mcp.gate.caller import Caller
    from affino_mcp.gate.confirmation import ConfirmationQuestion


_STATE_KEY: Final = "admitted_request"
"""The name of the admitted request in the ASGI scope's state."""


class Dispatch(Protocol):
    """The part of `affino_mcp.dispatch.Dispatch` that the edge uses."""

    def call_tool(self, caller: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        """Carries out a tool call and writes its audit row. Raises UnknownTool, and Refusal when a store is down."""

    def audit_refusal(self, refusal: Refusal, meta: CallMeta, tool: str, arguments: dict[str, Any]) -> None:
        """Writes the audit row of a call that the gate refused."""


@dataclass
class AdmittedRequest:
    """The caller, the call's meta data and the dispatch that carries it out, kept in the ASGI scope from gate to tool.

    The tool leaves in it what the MCP server cannot express: the gate makes the whole HTTP answer of a `refusal`, and the
    result of a `question`.
    """

    caller: Caller
    meta: CallMeta
    dispatch: Dispatch
    refusal: Refusal | None = None
    question: ConfirmationQuestion | None = None

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any]) -> AdmittedRequest:
        """The admitted request that `as_state` put into this ASGI scope's state."""
        admitted: AdmittedRequest = scope["state"][_STATE_KEY]
        return admitted

    def as_state(self) -> dict[str, AdmittedRequest]:
        """The entry of an ASGI scope's state that holds this request."""
        return {_STATE_KEY: self}

    def call_tool(self, tool: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Calls a tool as this caller and keeps a question to the person. Raises Refusal, which it keeps too."""
        try:
            answer = self.dispatch.call_tool(self.caller, tool, arguments, self.meta)
        except Refusal as refusal:
            self.refusal = refusal
            raise
        self.question = answer.question
        return answer
