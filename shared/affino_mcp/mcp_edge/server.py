"""The MCP server behind the lane: FastMCP, by its public parts alone, with the catalogue's methods as its tools.

The lane answers what every client sends; this server answers messages of the same methods whose shape the lane does not
know, so it offers what the lane offers and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import anyio.to_thread
import mcp_types
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request
from fastmcp.server.http import StarletteWithLifespan
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools.base import Tool, ToolResult
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, DiscoverResult, InitializeResult, TextContent
from mcp_types import Tool as ListedTool
from pydantic import ValidationError

from affino_mcp import NAME, VERSION, observability
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.method import Method
from affino_mcp.compact_json import to_json
from affino_mcp.errors import UnknownTool
from affino_mcp.mcp_edge.instructions import INSTRUCTIONS
from affino_mcp.mcp_edge.request import ENDPOINT, AdmittedRequest
from affino_mcp.mcp_edge.tool_call import carry_out
from affino_mcp.tool_errors import FAULT_TEXT

TOOLS_ALONE: Final = mcp_types.ServerCapabilities(tools=mcp_types.ToolsCapability(list_changed=False))
_OFFERED: Final = frozenset({"initialize", "server/discover", "ping", "tools/list", "tools/call"})


class CatalogueTool(Tool):
    """One catalogue method as FastMCP lists and calls it. `listing` is its entry in tools/list."""

    listing: dict[str, Any]
    runs_in_thread: bool

    @classmethod
    def from_method(cls, method: Method, *, in_thread: bool) -> CatalogueTool:
        """The tool of `method`. With `in_thread` it runs in a worker thread, and the event loop stays free."""
        listing = method.listing()
        return cls(
            name=method.name,
            description=listing["description"],
            parameters=listing["inputSchema"],
            listing=listing,
            runs_in_thread=in_thread,
        )

    def to_mcp_tool(self, **_: Any) -> ListedTool:
        """The tool's entry in tools/list, without FastMCP's own `_meta`."""
        return ListedTool.model_validate(self.listing)

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Calls the method for the caller of the current request."""
        return await run_tool(self.name, arguments, in_thread=self.runs_in_thread)


def current_request() -> AdmittedRequest:
    """The admitted request that is being served."""
    return AdmittedRequest.from_scope(get_http_request().scope)


async def run_tool(name: str, arguments: dict[str, Any], *, in_thread: bool) -> ToolResult:
    """Carries out a tool call for the caller of the current request.

    Raises JSON-RPC error -32602 for a tool that does not exist (MCP 2026-07-28).
    """
    work = partial(carry_out, current_request(), name, arguments)
    try:
        answer = await anyio.to_thread.run_sync(work) if in_thread else work()
    except UnknownTool as error:
        raise MCPError(code=INVALID_PARAMS, message=error.message, data={"type": error.type}) from None
    return ToolResult([TextContent(type="text", text=to_json(answer.body))], answer.body, is_error=answer.is_error)


class ProfileTools(Middleware):
    """FastMCP middleware: shows a profile what it may use, and passes every call to dispatch."""

    def __init__(self, methods: Mapping[str, Method], *, in_thread: bool) -> None:
        self._methods, self._in_thread = methods, in_thread

    async def on_message(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> Any:
        """Puts our own text in the place of an unexpected exception's; errors that the SDK has a text for pass through."""
        try:
            return await call_next(context)
        except (MCPError, ValidationError):
            raise
        except Exception as error:  # noqa: BLE001
            observability.log_fault("message failed", {"method": context.method, "error": type(error).__name__})
            raise MCPError(code=mcp_types.INTERNAL_ERROR, message=FAULT_TEXT) from None

    async def on_request(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> Any:
        """Refuses what FastMCP has and this service does not offer, as the SDK refuses an unknown method."""
        if context.method not in _OFFERED:
            raise MCPError(code=mcp_types.METHOD_NOT_FOUND, message="Method not found", data=context.method)
        return await call_next(context)

    async def on_initialize(
        self, context: MiddlewareContext[Any], call_next: CallNext[Any, InitializeResult | None]
    ) -> InitializeResult | None:
        """The handshake with what is offered, and the instructions of the profile's mode."""
        result = await call_next(context)
        return None if result is None else result.model_copy(update=_own_description())

    async def on_discover(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> DiscoverResult:
        """The same for the server's description of 2026-07-28."""
        result: DiscoverResult = await call_next(context)
        return result.model_copy(update=_own_description())

    async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> list[Tool]:
        """The tools as the caller sees them, in the catalogue's order: in the profile's mode, narrowed by the toolset."""
        caller = current_request().caller
        tools = {tool.name: tool for tool in await call_next(context)}
        return [self._make_tool(method, tools) for method in caller.view_tools().list_methods()]

    def _make_tool(self, method: Method, tools: Mapping[str, Tool]) -> Tool:
        """The tool that was made at the start, or one of a method that is made for this caller."""
        is_ready = self._methods.get(method.name) is method
        return tools[method.name] if is_ready else CatalogueTool.from_method(method, in_thread=self._in_thread)

    async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> ToolResult:
        """Calls the tool. A name that FastMCP does not know goes to dispatch directly, which logs and answers it."""
        name: str = context.message.name
        if name in self._methods:
            result: ToolResult = await call_next(context)
            return result
        return await run_tool(name, context.message.arguments or {}, in_thread=self._in_thread)


def _own_description() -> dict[str, Any]:
    """What a handshake's result says of this service to the caller."""
    return {"capabilities": TOOLS_ALONE, "instructions": INSTRUCTIONS[current_request().caller.profile.mode]}


def build_server(methods: Mapping[str, Method], *, in_thread: bool) -> FastMCP[Any]:
    """The server of these methods. Each request must have an AdmittedRequest in its ASGI scope."""
    _silence_library_loggers()
    return FastMCP(
        NAME,
        instructions=INSTRUCTIONS[ListMode.FULL],
        version=VERSION,
        middleware=[ProfileTools(methods, in_thread=in_thread)],
        tools=[CatalogueTool.from_method(method, in_thread=in_thread) for method in methods.values()],
        mask_error_details=True,
        dereference_schemas=False,
    )


def build_http_app(methods: Mapping[str, Method], *, in_thread: bool) -> StarletteWithLifespan:
    """The server over HTTP: stateless, JSON answers alone. Bodies over the SDK's own 4 MiB are refused: the lane has them."""
    return build_server(methods, in_thread=in_thread).http_app(path=ENDPOINT, stateless_http=True, json_response=True)


def _silence_library_loggers() -> None:
    """Silences the libraries' loggers: they print exceptions, which may hold what a caller sent."""
    for name in ("fastmcp", "mcp", "mangum"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
