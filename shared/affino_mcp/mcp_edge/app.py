"""The MCP edge as one ASGI application: the gate, and the MCP server behind it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette

from affino_mcp.catalogue.method import Method
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.mcp_edge.gate_asgi import AdmittingGate, GateApp
from affino_mcp.mcp_edge.request import ENDPOINT, Dispatch
from affino_mcp.mcp_edge.server import build_server
from affino_mcp.mcp_edge.streamable_http import build_http_app
from affino_mcp.settings import Settings


class McpApp(GateApp):
    """The whole edge. `inner` is the MCP server behind the gate."""

    def __init__(
        self,
        inner: Starlette,
        gate: AdmittingGate,
        dispatch: Dispatch,
        origins: frozenset[str],
        places: OAuthPlaces | None = None,
        *,
        in_thread: bool,
    ) -> None:
        super().__init__(inner, gate, dispatch, origins, places, in_thread=in_thread)
        self.inner = inner

    def lifespan(self) -> AbstractAsyncContextManager[Any]:
        """Open while requests are served, for a process that has no ASGI server to send lifespan events."""
        return self.inner.router.lifespan_context(self.inner)


def build_app(
    gate: AdmittingGate,
    dispatch: Dispatch,
    methods: Mapping[str, Method],
    settings: Settings,
    *,
    in_thread: bool = True,
) -> McpApp:
    """The application that serves these methods.

    With `in_thread`, gate and tools run in worker threads and the event loop stays free; a Lambda process has one request
    at a time and does without.
    """
    inner = build_http_app(build_server(methods, in_thread=in_thread), ENDPOINT)
    places = OAuthPlaces(settings.public_url) if settings.oauth_on else None
    return McpApp(inner, gate, dispatch, settings.allowed_origin_set, places, in_thread=in_thread)
