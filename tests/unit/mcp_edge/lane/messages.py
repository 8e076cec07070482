"""Messages for the comparison of the lane with the library: sound ones of every kind, and what a few changes make of them."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from tests.unit.mcp_edge.edge import LEGACY, META, MODERN, event, load

INITIALIZE: Final = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"roots": {"listChanged": True}, "elicitation": {"form": {}}, "experimental": {"x": {"y": 1}}},
    "clientInfo": {"name": "agent", "version": "1", "title": "An agent"},
}
TOOLS: Final = ("get_contact", "list_contacts", "no_such_tool", "down", "broken", "asking")
OFFERED: Final = ("initialize", "server/discover", "ping", "tools/list", "tools/call")
OTHERS: Final = (
    "notifications/initialized", "notifications/cancelled", "prompts/list", "prompts/get", "resources/list",
    "resources/read", "logging/setLevel", "completion/complete", "subscriptions/listen", "tasks/get", "nonsense", "",
)  # fmt: skip
VERSIONS: Final = (*LEGACY, *[MODERN] * 4, None, None, "2030-01-01", "", "2025-06-1")
JUNK: Final[tuple[Any, ...]] = (
    None, True, False, 0, 7, -1, 1.5, float("nan"), 10**30, "", "x", "2026-07-28", "2025-03-26", "debug",
    [], [1], {}, {"x": 1}, {"x": {}}, {"listChanged": 1}, {"form": None}, {"name": "n", "version": 2}, "get_contact",
)  # fmt: skip
NAMES: Final = (
    "x", "_meta", "meta", "cursor", "task", "name", "arguments", "result", "error", "id", "params", "method",
    "progressToken", "progress_token", "title", "icons", "websiteUrl", "website_url", "roots", "sampling", "tasks",
    "elicitation", "experimental", "extensions", "inputResponses", "requestState", "protocolVersion", "protocol_version",
    "io.modelcontextprotocol/logLevel", "io.modelcontextprotocol/clientInfo", "io_modelcontextprotocol_client_info",
    "io_modelcontextprotocol_log_level", "io.modelcontextprotocol/protocolVersion",
)  # fmt: skip
HEADERS: Final = {
    "content-type": (
        "application/json; charset=utf-8", "Application/JSON", "text/plain", "", "application/jsonx",
        "application/json, text/plain", "application/json ;x=1",
    ),
    "accept": ("*/*", "text/html", "", "text/html, application/*;q=0.5", "text/event-stream", "APPLICATION/JSON"),
    "mcp-method": ("tools/call", "ping", "", "TOOLS/CALL"),
    "mcp-name": ("get_contact", "x", "", "=?base64?eA==?=", "=?base64?eB==?=", "=?base64?!?=", "=?base64?/w==?="),
    "mcp-protocol-version": (MODERN, "2025-06-18", "", "2030-01-01"),
    "mcp-param-x": ("1",),
    "mcp-session-id": ("abc",),
}  # fmt: skip
Headers = dict[str, str]
Event = dict[str, Any]
EVENT: Final = load("mcp_legacy_initialize")


TYPED_WRONGLY: Final = (
    ("ping", "2025-06-18", {"_meta": {"progressToken": None}}),
    ("ping", "2025-06-18", {"_meta": {"progressToken": 1.5}}),
    ("tools/list", MODERN, {"_meta": META | {"progressToken": True}}),
    ("tools/list", MODERN, {"_meta": META | {"io.modelcontextprotocol/logLevel": "loud"}}),
    ("tools/list", MODERN, {"_meta": META | {"io.modelcontextprotocol/clientInfo": {"name": "n"}}}),
    ("server/discover", MODERN, {"_meta": META | {"io.modelcontextprotocol/clientCapabilities": {"sampling": 7}}}),
    ("initialize", "2025-06-18", INITIALIZE | {"capabilities": {"roots": {"listChanged": {}}}}),
    ("initialize", "2025-06-18", INITIALIZE | {"clientInfo": {"name": "n", "version": "1", "icons": "x"}}),
    ("initialize", "2025-06-18", INITIALIZE | {"protocolVersion": "2025-11-25"}),
    ("initialize", "2025-06-18", INITIALIZE | {"protocolVersion": "2024-11-05"}),
    ("server/discover", "2025-06-18", {"_meta": 7}),
    ("tools/list", MODERN, {"_meta": META, "cursor": 7}),
)
"""Messages with one member of a wrong type, and others that chance draws seldom: method, version and parameters."""
OTHER_SPELLINGS: Final = (
    "progress_token", "io_modelcontextprotocol_protocol_version", "io_modelcontextprotocol_client_info",
    "io_modelcontextprotocol_client_capabilities", "io_modelcontextprotocol_log_level",
)  # fmt: skip
"""The library's own names of members of `_meta`: it reads the first of them, in calls."""


def directed_events() -> list[Event]:
    """The events of `TYPED_WRONGLY`, a call of each era with each of `OTHER_SPELLINGS`, and one that asks for a stream."""
    stream = {"content-type": "application/json", "accept": "application/json", "mcp-protocol-version": MODERN}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {}})
    return [
        _event(body, stream | {"mcp-method": "subscriptions/listen"}),
        *(event(method, dict(params), version) for method, version, params in TYPED_WRONGLY),
        *(
            event("tools/call", {"name": "get_contact", "arguments": {}, "_meta": meta | {name: [7]}}, version)
            for name in OTHER_SPELLINGS
            for version, meta in ((MODERN, META), ("2025-06-18", {}))
        ),
    ]


def draw_event(rng: Random) -> Event:
    """A sound message of either era, with up to three changes."""
    method = rng.choice(OFFERED * 3 + OTHERS)
    version = rng.choice(VERSIONS)
    message, headers = _sound(rng, method, version)
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
        if rng.random() < 0.6:
            _change_message(rng, message)
        else:
            _change_headers(rng, headers)
    body = json.dumps(message)
    return _event(_change_body(rng, body) if rng.random() < 0.05 else body, headers)


def _sound(rng: Random, method: str, version: str | None) -> tuple[dict[str, Any], Headers]:
    params: dict[str, Any] = copy.deepcopy(INITIALIZE) if method == "initialize" else {}
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if method == "tools/call":
        params = {"name": rng.choice(TOOLS), "arguments": {"UserCode": 7, "Fields": ["é"]}}
        headers["mcp-name"] = _header_name(rng, params["name"])
    if version is not None:
        headers["mcp-protocol-version"] = version
    if version not in (*LEGACY, None):
        headers["mcp-method"] = method
        params["_meta"] = copy.deepcopy(META) | {"io.modelcontextprotocol/protocolVersion": version}
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = {"elicitation": {}}
    message = {"jsonrpc": "2.0", "id": rng.choice((1, "a", 0, "", 10**18)), "method": method, "params": params}
    if method.startswith("notifications/") or rng.random() < 0.03:
        del message["id"]
    return message, headers


def _header_name(rng: Random, name: str) -> str:
    return name if rng.random() < 0.8 else f"=?base64?{base64.b64encode(name.encode()).decode()}?="


def _change_message(rng: Random, message: dict[str, Any]) -> None:
    """Removes, replaces or adds something in one object of the message, most often in its parameters."""
    objects = list(_objects(message))
    place = rng.choice(objects[1:] or objects) if rng.random() < 0.85 else message
    kind = rng.random()
    if kind < 0.25 and place:
        del place[rng.choice(list(place))]
    elif kind < 0.6 and place:
        place[rng.choice(list(place))] = copy.deepcopy(rng.choice(JUNK))
    else:
        place[rng.choice(NAMES)] = copy.deepcopy(rng.choice(JUNK))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)


def _change_headers(rng: Random, headers: Headers) -> None:
    name = rng.choice(list(HEADERS))
    if rng.random() < 0.3:
        headers.pop(name, None)
    else:
        headers[name] = rng.choice(HEADERS[name])


def _change_body(rng: Random, body: str) -> str:
    twice = body.replace("{", '{"method":"ping",', 1), body.replace('"params"', '"params":{},"params"', 1)
    return rng.choice((f"[{body}]", body[:-1], "", "7", "null", "{}", *twice, f" {body}\n", body + "x"))


def _event(body: str, headers: Headers) -> Event:
    many = {name: [value] for name, value in headers.items()}
    return EVENT | {"headers": headers, "multiValueHeaders": many, "body": body}
