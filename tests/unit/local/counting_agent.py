"""An agent that counts its calls and sends no argument that the listed schema does not have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.world import WorldClient

Answer = dict[str, Any]


@dataclass
class Agent:
    """An agent of one of the demo's people, which counts its calls."""

    client: WorldClient
    today: date
    calls: int = 0

    def __post_init__(self) -> None:
        listed = self.client.send_rpc("tools/list").document["result"]["tools"]
        self.schemas = {tool["name"]: tool["inputSchema"]["properties"] for tool in listed}

    def call(self, tool: str, **arguments: Any) -> Answer:
        """Calls a tool with arguments of its listed schema; a refused call fails."""
        assert set(arguments) <= set(self.schemas[tool]), tool
        self.calls += 1
        return self.client.call_tool(tool, **arguments).result
