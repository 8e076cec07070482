"""AWS Labs' handler for MCP in Lambda (protocol 2024-11-05), with 60 tools and nothing else."""

from __future__ import annotations

from typing import Any

from awslabs.mcp_lambda_handler import MCPLambdaHandler  # type: ignore[import-not-found]

from bench.peers.listing import DEEDS, FAMILIES

mcp = MCPLambdaHandler(name="bench", version="1.0")


def make_tool(name: str) -> Any:
    """Gives a function of this name for the handler to list."""

    def tool(name: str, description: str, email: str, street: str, city: str, postcode: str, topics: str) -> str:  # noqa: ARG001
        """Work on records as the signed-in person."""
        return '{"Code":1}'

    tool.__name__ = name
    return tool


for family in FAMILIES:
    for deed in DEEDS:
        mcp.tool()(make_tool(f"{deed}_{family}"))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answers one event."""
    answer: dict[str, Any] = mcp.handle_request(event, context)
    return answer
