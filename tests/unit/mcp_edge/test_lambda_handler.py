"""The process around the edge: no event loop but the library's own, a start that touches no store, threads elsewhere."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest

from affino_mcp.catalogue.registry import METHODS
from affino_mcp.dispatch import CallMeta, ToolAnswer
from affino_mcp.gate.caller import Caller
from affino_mcp.mcp_edge.app import McpApp, build_app
from affino_mcp.mcp_edge.request import MAX_BODY
from affino_mcp.settings import Settings
from tests.unit.mcp_edge.edge import BOTH, Desk, Door, Edge, caller, event


def test_a_start_asks_neither_gate_nor_dispatch(edge: Edge) -> None:
    assert not edge.door.asked
    assert not edge.desk.calls


@pytest.mark.parametrize("era", BOTH)
def test_invocations_go_on_after_other_code_took_the_event_loop_away(edge: Edge, era: str) -> None:
    assert edge.call("list_accounts", era=era).status == 200
    asyncio.run(asyncio.sleep(0))
    assert edge.call("list_accounts", era=era).status == 200


@pytest.mark.parametrize("era", BOTH)
def test_a_tool_call_never_looks_at_what_the_profile_lists(edge: Edge, era: str) -> None:
    """The cost of a call must not grow with the number of tools."""

    class Unlistable:
        rate = 600

        @property
        def capability(self) -> None:
            raise AssertionError("listed")

    who = caller()
    edge.door.caller = Caller(Unlistable(), who.person, who.session, who.rate)  # type: ignore[arg-type]
    assert edge.call("list_accounts", {"PageSize": 1}, era).status == 200
    assert edge.send("tools/list", era=era).json.get("error")


class Meeting(Desk):
    """Answers only when two calls are in it at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2, timeout=30)

    def call_tool(self, who: Caller, tool: str, arguments: dict[str, Any], meta: CallMeta) -> ToolAnswer:
        self.both.wait()
        return super().call_tool(who, tool, arguments, meta)


async def posted(app: McpApp, *events: dict[str, Any]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="https://mcp.example.org") as client:
        sent = (client.post("/mcp", content=given["body"], headers=given["headers"]) for given in events)
        return await asyncio.gather(*sent)


def test_with_threads_a_slow_call_holds_up_no_other() -> None:
    app = build_app(Door(), Meeting(), METHODS, Settings())
    call = event("tools/call", {"name": "list_accounts", "arguments": {}})
    assert [seen.status_code for seen in asyncio.run(posted(app, call, call))] == [200, 200]


def test_without_a_gateway_the_request_gets_an_id_of_ours() -> None:
    desk = Desk()
    app = build_app(Door(), desk, METHODS, Settings())
    (seen,) = asyncio.run(posted(app, event("tools/call", {"name": "list_accounts"}, "2025-06-18")))
    assert len(seen.headers["x-request-id"]) == 26
    assert desk.calls[0][3].request_id == seen.headers["x-request-id"]
    assert desk.calls[0][3].source == "127.0.0.1"


def test_a_body_over_the_limit_is_not_read_to_its_end() -> None:
    app = build_app(Door(), Desk(), METHODS, Settings())
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 1024 * 1024, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/mcp", "headers": [], "client": None}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 413
    assert read == MAX_BODY // (1024 * 1024) + 1


def test_a_forwarded_address_is_not_believed(edge: Edge) -> None:
    edge.call("list_accounts", headers={"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"})
    assert edge.desk.calls[0][3].source == "203.0.113.7"
