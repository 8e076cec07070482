"""API Gateway: the source and the id of a request, and the handler that brings its events to an ASGI application."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from mangum import Mangum
from starlette.types import ASGIApp

if TYPE_CHECKING:
    from mangum.types import ASGI


def client_address(scope: Mapping[str, Any]) -> str:
    """Gives the client's IP address of an ASGI scope; empty when it is not known."""
    identity = gateway_context(scope).get("identity") or {}
    client = scope.get("client") or ("",)
    return str(identity.get("sourceIp") or client[0] or "")


def find_request_id(scope: Mapping[str, Any], new_id: Callable[[], str] = lambda: str(uuid.uuid4())) -> str:
    """Gives API Gateway's request id; where there is no gateway, an id that `new_id` makes."""
    given = gateway_context(scope).get("requestId")
    return given if isinstance(given, str) and given else new_id()


def gateway_context(scope: Mapping[str, Any]) -> Mapping[str, Any]:
    """Gives the requestContext of API Gateway's event in an ASGI scope; empty where there is no gateway."""
    event: Mapping[str, Any] = scope.get("aws.event") or {}
    return event.get("requestContext") or {}


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
