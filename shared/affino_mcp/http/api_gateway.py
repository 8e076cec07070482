"""API Gateway: the source and the id of a request, and the handler that brings its events to an ASGI application."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from starlette.types import ASGIApp

from affino_mcp.http.answer_bound import ALWAYS_FITS, bound_answer
from affino_mcp.http.custom_domain import NO_DOMAIN, CustomDomain

if TYPE_CHECKING:
    from mangum.types import ASGI

_TEXT_TYPES = [*DEFAULT_TEXT_MIME_TYPES, "image/svg+xml"]
"""Bodies of these types leave the function as text; any other one as Base64, which the API would pass on as it is."""


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

    def __init__(self, app: ASGIApp, stage: str, domain: CustomDomain = NO_DOMAIN) -> None:
        self._loop, self._domain = asyncio.new_event_loop(), domain
        asyncio.set_event_loop(self._loop)
        self._mangum = Mangum(
            cast("ASGI", app), lifespan="off", api_gateway_base_path=f"/{stage}", text_mime_types=_TEXT_TYPES
        )

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers one API Gateway event, within Lambda's limit.

        Sets the event loop again, because other code may have unset it.
        """
        asyncio.set_event_loop(self._loop)
        answer = self._mangum(self._domain.strip_base_path(event), context)
        return answer if len(answer.get("body") or "") <= ALWAYS_FITS else bound_answer(answer, event)

    def close(self) -> None:
        """Closes the event loop; for tests, a Lambda process never calls it."""
        self._loop.close()
        asyncio.set_event_loop(None)
