"""Catalogue methods as FastMCP tools, without Python signatures: the catalogue describes the arguments, dispatch checks them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, NoReturn

import anyio.to_thread
from fastmcp.server.dependencies import get_http_request
from fastmcp.tools.base import Tool, ToolResult
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, TextContent
from mcp_types import Tool as ListedTool

from affino_mcp import observability
from affino_mcp.catalogue.method import Method
from affino_mcp.errors import Refusal, UnknownTool
from affino_mcp.mcp_edge.admitted_request import AdmittedRequest
from affino_mcp.tool_errors import Unexpected


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
            output_schema=listing["outputSchema"],
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
    body = {"code": Unexpected.code, "type": Unexpected.type, "message": Unexpected.text}
    return _tool_result({"error": {**body, "details": {"request_id": meta.request_id}}}, is_error=True)


def _tool_result(body: dict[str, Any], *, is_error: bool) -> ToolResult:
    """The answer as structured content, and as the same JSON in a text for clients that read texts alone."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    content = TextContent(type="text", text=text)
    return ToolResult([content], body, is_error=is_error)
