"""FastMCP's application, running: its lifespan is entered once and held open between messages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Mapping
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from affino_mcp.catalogue.method import Method

LIBRARY_SWITCHES: Final = {"FASTMCP_ENABLE_RICH_LOGGING": "false", "FASTMCP_LOG_ENABLED": "false"}
"""FastMCP's own settings, which it reads while being imported: its logger prints values."""
os.environ.update(LIBRARY_SWITCHES)  # noqa: TID251 (written for the library, not read by us)

from affino_mcp.mcp_edge.server import build_http_app  # noqa: E402 (after the switches)


class RunningLibrary:
    """The application and what holds it open.

    Where no event loop runs (a Lambda process), it has one of its own.
    """

    def __init__(self, methods: Mapping[str, Method], *, in_thread: bool) -> None:
        self._app = build_http_app(methods, in_thread=in_thread)
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._stopping, self._ready = asyncio.Event(), asyncio.Event()
        self._held: asyncio.Task[None] | None = None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI; the first request starts the application."""
        if _is_loop_running():
            await self._serve_in_loop(scope, receive, send)
        else:
            self._run(self._serve_in_loop(scope, receive, send))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._own_loop is None:
            self._own_loop = asyncio.new_event_loop()
        self._own_loop.run_until_complete(work)

    async def _serve_in_loop(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._held is None:
            self._held = asyncio.create_task(self._hold_open())
        await self._ready.wait()
        await self._app(scope, receive, send)

    async def _hold_open(self) -> None:
        """Enters and leaves the application's lifespan in one task, as its task group demands."""
        async with self._app.router.lifespan_context(self._app):
            self._ready.set()
            await self._stopping.wait()

    async def stop(self) -> None:
        """Ends the application, if it runs."""
        if self._held is not None:
            self._stopping.set()
            await self._held

    def close(self) -> None:
        """Ends the application and its own loop."""
        self._run(self.stop())
        if self._own_loop is not None:
            self._own_loop.close()


def _is_loop_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
