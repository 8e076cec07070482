"""The public endpoints of a service in memory: an HTTP client on the service's own ASGI applications."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

from affino_mcp import wiring
from affino_mcp.local.serve import EdgesByPath
from tests.world import World

BASE = "https://mcp.orbital.example"


def make_client_opener(world: World) -> Callable[[], httpx.Client]:
    """A function that makes HTTP clients of this service; every request is answered by a new process."""

    def answer(request: httpx.Request) -> httpx.Response:
        return asyncio.run(_answer(world, request))

    return lambda: httpx.Client(transport=httpx.MockTransport(answer))


async def _answer(world: World, request: httpx.Request) -> httpx.Response:
    mcp = wiring.build_mcp_app(world.settings, world.stores, world.clock, in_thread=False)
    app = EdgesByPath(mcp, wiring.build_login_app(world.settings, world.stores, world.clock))
    async with mcp.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app)) as inner:
        answer = await inner.request(request.method, request.url, headers=request.headers, content=request.content)
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
