"""The MCP library behind the lane: imported, and its application started, when a message first needs it.

Importing FastMCP costs more than the whole rest of a start, and what every client sends does without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from affino_mcp.catalogue.method import Method
    from affino_mcp.mcp_edge.running_library import RunningLibrary


class Library:
    """FastMCP's application as an ASGI application that starts itself."""

    def __init__(self, methods: Mapping[str, Method], *, in_thread: bool) -> None:
        self._methods, self._in_thread = methods, in_thread
        self._running: RunningLibrary | None = None

    @property
    def is_loaded(self) -> bool:
        """True once a message, or a snapshot, has needed the library."""
        return self._running is not None

    def load(self) -> RunningLibrary:
        """Imports the library; gives it. A snapshot of a process is taken after this."""
        if self._running is None:
            from affino_mcp.mcp_edge.running_library import RunningLibrary  # noqa: PLC0415 (as the module says)

            self._running = RunningLibrary(self._methods, in_thread=self._in_thread)
        return self._running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await self.load().serve(scope, receive, send)

    async def stop(self) -> None:
        """Ends the application, if it runs in this event loop."""
        if self._running is not None:
            await self._running.stop()

    def close(self) -> None:
        """Ends the application, if it runs in a loop of its own."""
        if self._running is not None:
            self._running.close()
