"""The MCP edge as one ASGI application: the gate, the lane behind it, and the MCP library behind both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.mcp_edge.gate_asgi import AdmittingGate, GateApp
from affino_mcp.mcp_edge.library import Library
from affino_mcp.mcp_edge.public_documents import NO_OAUTH, PublicDocuments

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from affino_mcp.catalogue.method import Method
    from affino_mcp.mcp_edge.request import Dispatch
    from affino_mcp.settings import Settings


class McpApp(GateApp):
    """The whole edge. `library` answers what the lane does not."""

    def __init__(
        self,
        library: Library,
        gate: AdmittingGate,
        dispatch: Dispatch,
        origins: frozenset[str],
        documents: PublicDocuments = NO_OAUTH,
        *,
        in_thread: bool,
    ) -> None:
        super().__init__(library, gate, dispatch, origins, documents, in_thread=in_thread)
        self.library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI, lifespan events included."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Starts at once, because the library starts when it is needed, and stops the library at the end."""
        async with self.lifespan():
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Open while requests are served, for a process that has no ASGI server to send lifespan events."""
        try:
            yield
        finally:
            await self.library.stop()


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
    library = Library(methods, in_thread=in_thread)
    places = OAuthPlaces(settings.public_url) if settings.oauth_on else None
    documents = PublicDocuments(places, settings.catalog_address)
    return McpApp(library, gate, dispatch, settings.allowed_origin_set, documents, in_thread=in_thread)
