"""The MCP SDK's low-level server over HTTP and Mangum, as its documentation describes it, 60 tools and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import mcp_types as types
from mangum import Mangum
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route

from bench.peers.listing import TOOLS

LISTED = [types.Tool.model_validate(tool) for tool in TOOLS]


async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
    """Lists the tools."""
    return types.ListToolsResult(tools=LISTED)


async def call_tool(_context: Any, _params: Any) -> types.CallToolResult:
    """Answers every call alike."""
    return types.CallToolResult(
        content=[types.TextContent(type="text", text='{"Code":1}')], structured_content={"Code": 1}
    )


server: Server[Any] = Server("bench", version="1.0", on_list_tools=list_tools, on_call_tool=call_tool)
manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
app = Starlette(routes=[Route("/mcp", manager.asgi_app, methods=["POST"])])


async def _hold_open(ready: asyncio.Event) -> None:
    async with manager.run():
        ready.set()
        await asyncio.Event().wait()


_loop = asyncio.new_event_loop()
asyncio.set_event_loop(_loop)
_ready = asyncio.Event()
held = _loop.create_task(_hold_open(_ready))  # noqa: RUF006 (kept as long as the module)
_loop.run_until_complete(_ready.wait())
handler = Mangum(app, lifespan="off")
