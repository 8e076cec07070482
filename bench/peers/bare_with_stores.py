"""Bare JSON-RPC that sends the very store requests of the service, by the service's own client, and its very list.

Its calls are what a governed call cannot do without; its start does not count, because it starts the service to learn the
requests.
"""

from __future__ import annotations

import json
from typing import Any

from affino_mcp.store.wire import AwsJsonEndpoint
from bench.messages import LEGACY_REVISION, gateway_event, messages_for_tool
from bench.peers.bare import answer
from bench.peers.service import handler as service

Sent = list[tuple[AwsJsonEndpoint, str, dict[str, Any]]]


def learn_requests(method: str) -> Sent:
    """Gives the store requests that the service sends for one message of this method, from its second such message on."""
    sent: Sent = []

    def noting(send: Any) -> Any:
        def send_and_note(endpoint: AwsJsonEndpoint, operation: str, body: dict[str, Any], **options: Any) -> Any:
            sent.append((endpoint, operation, body))
            return send(endpoint, operation, body, **options)

        return send_and_note

    event = messages_for_tool("get_current_user", {})[f"{method}, {LEGACY_REVISION}"]
    service(event, None)
    ways = {name: getattr(AwsJsonEndpoint, name) for name in ("call_operation", "start_read")}
    for name, send in ways.items():
        setattr(AwsJsonEndpoint, name, noting(send))
    service(event, None)
    for name, send in ways.items():
        setattr(AwsJsonEndpoint, name, send)
    return sent


def learn_list() -> str:
    """Gives the service's list of tools, in JSON."""
    answered = json.loads(service(gateway_event("tools/list", {}, LEGACY_REVISION), None)["body"])
    return json.dumps(answered["result"]["tools"], ensure_ascii=False, separators=(",", ":"))


REQUESTS = {method: learn_requests(method) for method in ("tools/call", "tools/list")}
TOOLS_TEXT = learn_list()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers one event after its store requests; the list is sent as it is kept."""
    message = json.loads(event["body"])
    for endpoint, operation, body in REQUESTS[message["method"]]:
        endpoint.call_operation(operation, body)
    text = json.dumps(answer(message, []))
    text = text.replace('"tools": []', f'"tools": {TOOLS_TEXT}', 1) if message["method"] == "tools/list" else text
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": text}
