"""Room for an inline file: the MCP SDK refuses bodies over 4 MiB, and FastMCP has no setting for it.

The gate in front reads every body first and has the real limit (`request.MAX_BODY`), so the SDK's own may be the same.
"""

from __future__ import annotations

from typing import Any

from fastmcp.server import http
from mcp.server.transport_security import RequestBodyLimitMiddleware

from affino_mcp.mcp_edge.request import MAX_BODY


class SessionManager(http.FastMCPStreamableHTTPSessionManager):
    """FastMCP's session manager with the gate's limit."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.asgi_app = RequestBodyLimitMiddleware(self._handle_request, MAX_BODY)


def install() -> None:
    """Let applications that FastMCP makes from now on use it."""
    http.FastMCPStreamableHTTPSessionManager = SessionManager  # type: ignore[misc]
