"""The edge as a Lambda handler for API Gateway REST events: one event loop and one lifespan, kept between invocations."""

from __future__ import annotations

import asyncio
from typing import Any

from mangum import Mangum

from affino_mcp.mcp_edge.app import McpApp
from affino_mcp.mcp_edge.cold_start.warm_up import warm_up


class LambdaHandler:
    """Call it with an event. Making it starts the application and warms it up, so that the first event is served fast."""

    def __init__(self, app: McpApp, stage: str) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._stopping = asyncio.Event()
        started: asyncio.Future[None] = self._loop.create_future()
        self._life = self._loop.create_task(self._hold_open(app, started))
        self._loop.run_until_complete(started)
        self._mangum = Mangum(app, lifespan="off", api_gateway_base_path=f"/{stage}")
        self._loop.run_until_complete(warm_up(app.inner))

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one API Gateway event. The loop is set again: other code may have taken it away."""
        asyncio.set_event_loop(self._loop)
        return self._mangum(event, context)

    async def _hold_open(self, app: McpApp, started: asyncio.Future[None]) -> None:
        """Hold the application open in one task: what its lifespan enters must be left by the same task."""
        async with app.lifespan():
            started.set_result(None)
            await self._stopping.wait()

    def close(self) -> None:
        """End the application and its loop; a Lambda process never does."""
        self._stopping.set()
        self._loop.run_until_complete(self._life)
        self._loop.close()
        asyncio.set_event_loop(None)
