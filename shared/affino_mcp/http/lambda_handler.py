"""Runs an ASGI application as a Lambda handler for API Gateway REST events, on one persistent event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from mangum import Mangum
from starlette.types import ASGIApp

if TYPE_CHECKING:
    from mangum.types import ASGI


class AsgiLambdaHandler:
    """A Lambda handler: called with an event and its context, gives API Gateway's answer."""

    def __init__(self, app: ASGIApp, stage: str) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._mangum = Mangum(cast("ASGI", app), lifespan="off", api_gateway_base_path=f"/{stage}")

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers one API Gateway event. Sets the event loop again, because other code may have unset it."""
        asyncio.set_event_loop(self._loop)
        return self._mangum(event, context)

    def close(self) -> None:
        """Closes the event loop; for tests, a Lambda process never calls it."""
        self._loop.close()
        asyncio.set_event_loop(None)
