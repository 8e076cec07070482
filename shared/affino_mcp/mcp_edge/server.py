"""The MCP server: FastMCP with the catalogue's methods as its tools, and without everything that this service does not offer."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NoReturn

import anyio.to_thread
import mcp_types
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools.base import Tool, ToolResult
from mcp.server.context import CallNext as NextHandler
from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, TextContent
from mcp_types import Tool as ListedTool
from pydantic import ValidationError

from affino_mcp import NAME, VERSION, observability
from affino_mcp.catalogue.list_mode import ListMode
from affino_mcp.catalogue.method import Method
from affino_mcp.errors import Refusal, UnknownTool
from affino_mcp.mcp_edge.instructions import INSTRUCTIONS
from affino_mcp.mcp_edge.request import AdmittedRequest
from affino_mcp.mcp_edge.vendor_patches import fix_capabilities, low_level_server, remove_session_state
from affino_mcp.tool_errors import FAULT_TEXT, Unexpected

_NOT_OFFERED: Final = (
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "logging/setLevel",
)
TOOLS_ALONE: Final = mcp_types.ServerCapabilities(tools=mcp_types.ToolsCapability(list_changed=False))
MAX_CACHED_LISTS: Final = 64


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

    Raises JSON-RPC error -32602 for a tool that does not exist (MCP 2026-07-28). The admitted request keeps a refusal
    (a store is down), so that the gate can answer with the refusal's HTTP status instead.
    """
    carry_out = partial(current_request().call_tool, name, arguments)
    try:
        answer = await anyio.to_thread.run_sync(carry_out) if in_thread else carry_out()
    except UnknownTool as error:
        _raise_unknown_tool(error)
    except Refusal as refusal:
        return _tool_result(
            {"error": {"code": refusal.code, "type": refusal.type, "message": refusal.message}}, is_error=True
        )
    except Exception as error:  # noqa: BLE001 (no exception's text may reach a caller or a library's logger)
        return _unexpected_result(name, error)
    return _tool_result(answer.body, is_error=answer.is_error)


def _raise_unknown_tool(error: UnknownTool) -> NoReturn:
    raise MCPError(code=INVALID_PARAMS, message=error.message, data={"type": error.type}) from None


def _unexpected_result(name: str, error: Exception) -> ToolResult:
    meta = current_request().meta
    observability.log_fault("tool failed", {"tool": name, "error": type(error).__name__, "request_id": meta.request_id})
    body = {"code": Unexpected.code, "type": Unexpected.type, "message": FAULT_TEXT}
    return _tool_result({"error": {**body, "details": {"request_id": meta.request_id}}}, is_error=True)


def _tool_result(body: dict[str, Any], *, is_error: bool) -> ToolResult:
    """The answer as structured content, and as the same JSON in a text for clients that read texts alone."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    content = TextContent(type="text", text=text)
    return ToolResult([content], body, is_error=is_error)


class ProfileTools(Middleware):
    """FastMCP middleware: lists the tools that the profile allows, and passes every call to dispatch."""

    def __init__(self, methods: Mapping[str, Method], *, in_thread: bool) -> None:
        self._methods, self._in_thread = methods, in_thread

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


class FixedErrorTexts:
    """SDK middleware: puts our own text in the place of an unexpected exception's, which older clients would be sent."""

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: NextHandler) -> HandlerResult:
        """Calls the rest of the chain. Errors that the SDK itself has a text for pass through."""
        try:
            return await call_next(ctx)
        except (MCPError, ValidationError):
            raise
        except Exception as error:  # noqa: BLE001
            observability.log_fault("message failed", {"method": ctx.method, "error": type(error).__name__})
            raise MCPError(code=mcp_types.INTERNAL_ERROR, message=FAULT_TEXT) from None


class ModeInstructions:
    """SDK middleware: puts the instructions of the profile's mode in the place of the full list's."""

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: NextHandler) -> HandlerResult:
        """The chain's answer to a handshake, with those instructions; any other answer as it is."""
        answer = await call_next(ctx)
        if ctx.request is None or not isinstance(answer, (mcp_types.InitializeResult, mcp_types.DiscoverResult)):
            return answer
        mode = AdmittedRequest.from_scope(ctx.request.scope).caller.profile.mode
        return answer.model_copy(update={"instructions": INSTRUCTIONS[mode]})


class ToolListCache:
    """SDK middleware: keeps the finished tools/list per protocol version and tools shown (10 ms to make, 1 to send)."""

    def __init__(self) -> None:
        self._lists: dict[tuple[Any, ...], HandlerResult] = {}

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: NextHandler) -> HandlerResult:
        """The kept list, or the chain's own. The SDK sends what a middleware returns without `call_next` as it is."""
        if ctx.request is None or ctx.method != "tools/list" or set(ctx.params or ()) - {"_meta"}:
            return await call_next(ctx)
        key = (ctx.protocol_version, *AdmittedRequest.from_scope(ctx.request.scope).caller.view_tools().key)
        if key not in self._lists:
            if len(self._lists) >= MAX_CACHED_LISTS:
                self._lists.clear()
            self._lists[key] = await call_next(ctx)
        return self._lists[key]


def build_server(methods: Mapping[str, Method], *, in_thread: bool) -> FastMCP[Any]:
    """The server of these methods. Each request must have an AdmittedRequest in its ASGI scope."""
    _silence_library_loggers()
    server: FastMCP[Any] = FastMCP(
        NAME,
        instructions=INSTRUCTIONS[ListMode.FULL],
        version=VERSION,
        middleware=[ProfileTools(methods, in_thread=in_thread)],
        tools=[CatalogueTool.from_method(method, in_thread=in_thread) for method in methods.values()],
        mask_error_details=True,
        dereference_schemas=False,
    )
    remove_session_state(server)
    fix_capabilities(server, TOOLS_ALONE)
    low_level = low_level_server(server)
    low_level.middleware[:0] = [FixedErrorTexts(), ToolListCache(), ModeInstructions()]
    for method in _NOT_OFFERED:
        low_level.add_request_handler(method, mcp_types.RequestParams, _answer_not_offered)
    return server


async def _answer_not_offered(ctx: ServerRequestContext[Any, Any], _: mcp_types.RequestParams) -> NoReturn:
    """Answers a method that FastMCP handles and this service does not offer, as the SDK answers an unknown one."""
    raise MCPError(code=mcp_types.METHOD_NOT_FOUND, message="Method not found", data=ctx.method)


def _silence_library_loggers() -> None:
    """Silences the libraries' loggers: they print exceptions, which may hold what a caller sent."""
    for name in ("fastmcp", "mcp", "mangum"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
