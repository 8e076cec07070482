"""One tool call of an admitted request, whichever way its message came; no exception's text leaves here."""

from __future__ import annotations

from typing import Any

from affino_mcp import observability
from affino_mcp.dispatch import ToolAnswer
from affino_mcp.errors import Refusal, UnknownTool
from affino_mcp.mcp_edge.request import AdmittedRequest
from affino_mcp.tool_errors import FAULT_TEXT, Unexpected


def carry_out(admitted: AdmittedRequest, name: str, arguments: dict[str, Any]) -> ToolAnswer:
    """Calls the tool. Raises UnknownTool.

    The admitted request keeps a refusal (a store is down), so that the gate can answer with its HTTP status instead.
    """
    try:
        return admitted.call_tool(name, arguments)
    except UnknownTool:
        raise
    except Refusal as refusal:
        return ToolAnswer(_error_body(refusal.code, refusal.type, refusal.message), is_error=True)
    except Exception as error:  # noqa: BLE001 (no exception's text may reach a caller or a library's logger)
        request_id = admitted.describe().request_id
        observability.log_fault("tool failed", {"tool": name, "error": type(error).__name__, "request_id": request_id})
        body = _error_body(Unexpected.code, Unexpected.type, FAULT_TEXT)
        body["error"]["details"] = {"request_id": request_id}
        return ToolAnswer(body, is_error=True)


def _error_body(code: int, error_type: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "type": error_type, "message": message}}
