"""The floor: JSON-RPC and nothing else, no library, no gate, 60 tools; a call is answered with a fixed result."""

from __future__ import annotations

import json
from typing import Any

from bench.peers.listing import TOOLS

RESULT = {"content": [{"type": "text", "text": '{"Code":1}'}], "structuredContent": {"Code": 1}, "isError": False}
STAMP = {"resultType": "complete", "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "bench", "version": "1.0"}}}


def answer(message: dict[str, Any], tools: list[Any]) -> dict[str, Any]:
    """Gives the answer to a tools/list or tools/call of either era."""
    result = {"tools": tools} if message["method"] == "tools/list" else RESULT
    stamp = STAMP if "_meta" in message["params"] else {}
    return {"jsonrpc": "2.0", "id": message["id"], "result": {**result, **stamp}}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers one event."""
    body = json.dumps(answer(json.loads(event["body"]), TOOLS))
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}
