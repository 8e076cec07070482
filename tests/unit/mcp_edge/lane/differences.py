"""Where the lane answers otherwise than the library on purpose: one line each, with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, NamedTuple

from tests.unit.mcp_edge.edge import LEGACY
from tests.unit.mcp_edge.lane.both import Outcome
from tests.unit.mcp_edge.lane.messages import Event

METHOD_NOT_FOUND: Final = -32601
HANDSHAKE_METHODS: Final = ("initialize", "ping", "tools/list", "tools/call")
MODERN_METHODS: Final = ("server/discover", "tools/list", "tools/call")


class Difference(NamedTuple):
    """A wanted difference: what is different, why, and how to know it."""

    what: str
    reason: str
    is_this: Callable[[Event, Outcome, Outcome], bool]


def _untyped_acknowledgement(_: Event, lane: Outcome, library: Outcome) -> bool:
    typed = {**lane.headers, "content-type": "application/json"}
    return (lane.status, library.status, library.headers, lane.asked) == (202, 202, typed, library.asked)


def _not_offered(event: Event, lane: Outcome, library: Outcome) -> bool:
    version = event["headers"].get("mcp-protocol-version")
    offered = HANDSHAKE_METHODS if version in (*LEGACY, None) else MODERN_METHODS
    method = json.loads(event["body"])["method"]
    return method not in offered and lane.error_code == METHOD_NOT_FOUND and lane.asked == library.asked


def _no_stream(event: Event, lane: Outcome, library: Outcome) -> bool:
    method = json.loads(event["body"])["method"]
    return (method, lane.status, library.status, lane.asked) == ("subscriptions/listen", 400, 406, library.asked)


WANTED: Final = (
    Difference("no Content-Type at 202", "the answer has no body", _untyped_acknowledgement),
    Difference(
        "a method that is not offered in its revision is unknown",
        "no parameters would make it work",
        _not_offered,
    ),
    Difference(
        "a fault of a message that asks for a stream is told to a client that takes JSON alone",
        "no stream is offered, so that none must be taken",
        _no_stream,
    ),
)


def find_difference(event: Event, lane: Outcome, library: Outcome) -> str:
    """What is different and not wanted; empty for nothing."""
    if lane == library or any(wanted.is_this(event, lane, library) for wanted in WANTED):
        return ""
    return f"{event['headers']}\n{event['body']}\nlane:    {lane}\nlibrary: {library}"
