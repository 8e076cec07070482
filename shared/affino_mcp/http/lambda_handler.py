"""An ASGI application as a Lambda handler for API Gateway REST events, on one event loop that is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from mangum import Mangum
from starlette.types import ASGIApp

if TYPE_CHECKING:
    from mangum.types import ASGI


class AsgiLambdaHandler:
    """Call it with an event."""

    def __init__(self, app: ASGIApp, stage: str) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._mangum = Mangum(cast("ASGI", app), lifespan="off", api_gateway_base_path=f"/{stage}")

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer one API Gateway event. The loop is set again: other code may have taken it away."""
        asyncio.set_event_loop(self._loop)
        return self._mangum(event, context)

    def close(self) -> None:
        """End the loop; a Lambda process never does."""
        self._loop.close()
        asyncio.set_event_loop(None)
