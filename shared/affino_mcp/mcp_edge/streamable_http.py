"""The MCP server over HTTP: FastMCP's request context around the SDK's session manager, which has the limit of a body."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastmcp import FastMCP
from fastmcp.server.http import StreamableHTTPASGIApp, create_base_app
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route

from affino_mcp.mcp_edge.request import MAX_BODY
from affino_mcp.mcp_edge.vendor_patches import low_level_server

TRANSPORT: Final = "streamable-http"
"""What FastMCP calls it: its requests belong to no session of this process."""


def build_http_app(server: FastMCP[Any], path: str) -> Starlette:
    """The ASGI application of `server`: stateless, JSON answers alone, POST at `path`.

    FastMCP's own `http_app()` is the same with the SDK's limit of 4 MiB a body, which is less than an inline file; the
    gate in front reads every body first and has the real limit.
    """
    endpoint = StreamableHTTPASGIApp(None)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        endpoint.session_manager = StreamableHTTPSessionManager(
            low_level_server(server), json_response=True, stateless=True, max_request_body_size=MAX_BODY
        )
        async with endpoint.session_manager.run():
            yield

    app = create_base_app([Route(path, endpoint, methods=["POST"])], [], lifespan=lifespan)
    app.state.transport_type = TRANSPORT
    return app
