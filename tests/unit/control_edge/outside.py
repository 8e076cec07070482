"""The public endpoints for the test tools: HTTP requests become API Gateway events for the two functions."""

from __future__ import annotations

from typing import Any, Self

import httpx

from affino_mcp import wiring
from affino_mcp.http.api_gateway import AsgiLambdaHandler
from tests.world import World


class PublicEndpoints(httpx.BaseTransport):
    """A transport to the functions: `sent` holds the requests; `down` fails them all; `instead` holds answers by path."""

    def __init__(self, world: World) -> None:
        self._world, self.down, self.sent = world, False, list[httpx.Request]()
        self.instead: dict[str, tuple[int, str]] = {}

    def client(self) -> httpx.Client:
        return httpx.Client(transport=self)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if self.down:
            raise httpx.ConnectError("nobody there")
        if request.url.path in self.instead:
            status, body = self.instead[request.url.path]
            return httpx.Response(status, text=body)
        headers = {name: request.headers[name] for name in request.headers if name != "host"}
        event = self._world.make_event(request.read().decode(), headers, request.url.path, request.method)
        answer = self._answer(request.url.path, event)
        return httpx.Response(answer["statusCode"], text=answer["body"])

    def _answer(self, path: str, event: dict[str, Any]) -> dict[str, Any]:
        world = self._world
        if path == "/mcp":
            mcp = world.new_handler()
            try:
                return mcp(event, None)
            finally:
                mcp.close()
        login = AsgiLambdaHandler(
            wiring.build_login_function(world.settings, world.stores, world.clock), world.settings.stage
        )
        try:
            return login(event, None)
        finally:
            login.close()

    def __enter__(self) -> Self:
        return self
