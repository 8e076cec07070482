"""The MCP edge as a Lambda handler: its lifespan is entered once and held open between invocations."""

from __future__ import annotations

import asyncio

from affino_mcp.http.api_gateway import AsgiLambdaHandler
from affino_mcp.http.custom_domain import NO_DOMAIN, CustomDomain
from affino_mcp.mcp_edge.app import McpApp
from affino_mcp.mcp_edge.cold_start.warm_up import warm_up


class LambdaHandler(AsgiLambdaHandler):
    """Call it with an event. Making it starts the application and warms it up, so that the first event is served fast."""

    def __init__(self, app: McpApp, stage: str, domain: CustomDomain = NO_DOMAIN) -> None:
        super().__init__(app, stage, domain)
        self._stopping = asyncio.Event()
        started: asyncio.Future[None] = self._loop.create_future()
        self._lifespan = self._loop.create_task(self._hold_open(app, started))
        self._loop.run_until_complete(started)
        self._loop.run_until_complete(warm_up(app.inner))

    async def _hold_open(self, app: McpApp, started: asyncio.Future[None]) -> None:
        """Enters and leaves the application's lifespan in one task, as its task group demands."""
        async with app.lifespan():
            started.set_result(None)
            await self._stopping.wait()

    def close(self) -> None:
        """End the application and its loop; a Lambda process never does."""
        self._stopping.set()
        self._loop.run_until_complete(self._lifespan)
        super().close()
