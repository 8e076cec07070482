"""The events for the measured servers: API Gateway REST events with one MCP message each."""

from __future__ import annotations

import json
from typing import Any

from bench.credentials import KEY, SECRET, TOKEN

MODERN_REVISION, LEGACY_REVISION = "2026-07-28", "2025-06-18"
CLIENT_INFO = {"name": "bench", "version": "1.0"}
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": MODERN_REVISION,
    "io.modelcontextprotocol/clientInfo": CLIENT_INFO,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def gateway_event(method: str, params: dict[str, Any], era: str) -> dict[str, Any]:
    """Gives the event of one message from a client of this protocol revision."""
    headers = {
        "accept": "application/json, text/event-stream",
        "content-type": "application/json",
        "host": "abcdef1234.execute-api.eu-west-1.amazonaws.com",
        "authorization": f"Bearer {TOKEN}",
        "x-api-key": KEY,
        "x-api-secret": SECRET,
        "mcp-protocol-version": era,
    }
    if era == MODERN_REVISION:
        params = {**params, "_meta": MODERN_META}
        headers |= {"mcp-method": method} | ({"mcp-name": params["name"]} if "name" in params else {})
    return {
        "resource": "/mcp",
        "path": "/mcp",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {"requestId": "bench", "identity": {"sourceIp": "203.0.113.7"}, "stage": "live"},
        "body": json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}),
        "isBase64Encoded": False,
    }


def messages_for_tool(tool: str, arguments: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Gives the messages for one server, by their names in the report."""
    call = {"name": tool, "arguments": arguments}
    return {
        "tools/call, 2025-06-18": gateway_event("tools/call", call, LEGACY_REVISION),
        "tools/call, 2026-07-28": gateway_event("tools/call", call, MODERN_REVISION),
        "tools/list, 2026-07-28": gateway_event("tools/list", {}, MODERN_REVISION),
        "tools/list, 2025-06-18": gateway_event("tools/list", {}, LEGACY_REVISION),
    }


def from_client(event: dict[str, Any], number: int) -> dict[str, Any]:
    """Gives the same event from the client of this number: one client may not list its tools without end."""
    name = f"bench-{number}"
    body = event["body"].replace('"name": "bench"', f'"name": "{name}"', 1)
    headers = {**event["headers"], "user-agent": f"{name}/1.0"}
    return {
        **event,
        "body": body,
        "headers": headers,
        "multiValueHeaders": {key: [value] for key, value in headers.items()},
    }
