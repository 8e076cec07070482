"""The Python clients: the SDK's own `mcp.client.Client` and `fastmcp.Client`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import fastmcp
import httpx2
from fastmcp.client.transports import StreamableHttpTransport
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from affino_mcp.local.network import NO_TLS_CONTEXT
from tests.clients.agent import Refused, Target, ToolFailed

Mode = Literal["auto", "legacy"]
Connect = Callable[[Target, Mode], AbstractAsyncContextManager[Any]]
T = TypeVar("T")
REVISIONS: dict[Mode, str] = {"auto": "2026-07-28", "legacy": "2025-11-25"}


@asynccontextmanager
async def sdk_client(target: Target, mode: Mode) -> AsyncIterator[Client]:
    """A connected SDK client."""
    async with (
        httpx2.AsyncClient(headers=dict(target.headers), verify=NO_TLS_CONTEXT, trust_env=False) as http,
        Client(streamable_http_client(target.url, http_client=http), mode=mode) as client,
    ):
        yield client


@asynccontextmanager
async def fastmcp_client(target: Target, mode: Mode) -> AsyncIterator[fastmcp.Client[Any]]:
    """A connected FastMCP client."""
    transport = StreamableHttpTransport(target.url, headers=dict(target.headers))
    async with fastmcp.Client(transport, mode=mode) as client:
        yield client


@dataclass(frozen=True)
class PythonAgent:
    """One of the two libraries in one mode."""

    connect: Connect
    mode: Mode

    @property
    def client(self) -> str:
        """The library's name, or in the legacy mode, whose calls do not say it, that of its HTTP library."""
        if self.mode == "legacy":
            return "python-httpx2"
        return "fastmcp" if self.connect is fastmcp_client else "mcp"

    @property
    def revision(self) -> str:
        """The newest protocol revision of the mode."""
        return REVISIONS[self.mode]

    @property
    def own_words(self) -> Mapping[int, str]:
        """No texts of their own: both libraries show the service's."""
        return {}

    def tools(self, target: Target) -> set[str]:
        """Connects and lists the tools; gives their names. Raises Refused."""

        async def work() -> set[str]:
            async with self.connect(target, self.mode) as client:
                listed = await client.list_tools()
                return {tool.name for tool in getattr(listed, "tools", listed)}

        return admitted(work())

    def call(self, target: Target, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Connects and calls one tool; gives the structured result. Raises Refused, ToolFailed."""

        async def work() -> dict[str, Any]:
            async with self.connect(target, self.mode) as client:
                return structured(await invoke(client, tool, arguments))

        return admitted(work())


async def invoke(client: Any, tool: str, arguments: Mapping[str, Any]) -> Any:
    """Calls a tool with either library, without FastMCP's exception for tool errors."""
    plain = {"raise_on_error": False} if isinstance(client, fastmcp.Client) else {}
    return await client.call_tool(tool, dict(arguments), **plain)


def structured(result: Any) -> dict[str, Any]:
    """The structured content of a successful call. Raises ToolFailed."""
    if result.is_error:
        raise ToolFailed(result.content[0].text)
    content: dict[str, Any] = result.structured_content
    return content


def admitted(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work`. Raises Refused for an MCP error, and ToolFailed, also when exception groups contain them."""
    try:
        return asyncio.run(work)
    except Exception as error:
        raise _refusal(error) from error


def _refusal(error: Exception) -> Exception:
    inner: BaseException = error
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    if isinstance(inner, MCPError):
        return Refused(str(inner))
    return inner if isinstance(inner, ToolFailed) else error
