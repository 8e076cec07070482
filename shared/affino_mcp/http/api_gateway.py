"""API Gateway: the source and the id of a request, and the handler that brings its events to an ASGI application."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from affino_mcp.http.answer_bound import ALWAYS_FITS, bound_answer
from affino_mcp.http.custom_domain import NO_DOMAIN, CustomDomain

if TYPE_CHECKING:
    from mangum.types import ASGI
    from starlette.types import ASGIApp

_MORE_TEXT_TYPES = ["image/svg+xml"]
"""Bodies of these types, besides Mangum's own, leave the function as text; any other one as Base64, as the API passes it on."""


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
        import asyncio  # noqa: PLC0415 (the MCP function, which shares this module, does without)

        from mangum import Mangum  # noqa: PLC0415 (as above)
        from mangum.adapter import DEFAULT_TEXT_MIME_TYPES  # noqa: PLC0415 (as above)

        self._loop, self._domain = asyncio.new_event_loop(), domain
        self._set_loop = asyncio.set_event_loop
        self._set_loop(self._loop)
        texts = [*DEFAULT_TEXT_MIME_TYPES, *_MORE_TEXT_TYPES]
        self._mangum = Mangum(
            cast("ASGI", app), lifespan="off", api_gateway_base_path=f"/{stage}", text_mime_types=texts
        )

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answers one API Gateway event, within Lambda's limit.

        Sets the event loop again, because other code may have unset it.
        """
        self._set_loop(self._loop)
        answer = self._mangum(self._domain.path_of_service(event), context)
        return answer if len(answer.get("body") or "") <= ALWAYS_FITS else bound_answer(answer, event)

    def close(self) -> None:
        """Closes the event loop; for tests, a Lambda process never calls it."""
        self._loop.close()
        self._set_loop(None)
