"""HTTP answers of the MCP edge: refusals as JSON-RPC errors, and questions to the person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.errors import BadRequest, MethodNotAllowed, NotAcceptable, Refusal, UnsupportedContent
from affino_mcp.gate.confirmation import ConfirmationQuestion
from affino_mcp.http.reply import Reply, json_reply, refusal_details
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.mcp_edge.message import QUESTION
from affino_mcp.value_class import replace

REALM: Final = "affino-mcp"
_OAUTH_ERRORS: Final = {
    "session_expired": "invalid_token",
    "session_unknown": "invalid_token",
    "person_disabled": "invalid_token",
}


def refusal_reply(refusal: Refusal) -> Reply:
    """The answer to a request that was refused before its message was read: HTTP status and `{"error": ...}`."""
    return json_reply(refusal.status, {"error": _error(refusal)}).with_headers(_headers(refusal))


def message_refusal_reply(refusal: Refusal, message_id: str | int | None) -> Reply:
    """The answer to a refused message: HTTP status and a JSON-RPC error with the message's id.

    The id matters: Codex waits for a minute when an established session is answered with another one.
    """
    document = {"jsonrpc": "2.0", "id": message_id, "error": _error(refusal)}
    return json_reply(refusal.status, document).with_headers(_headers(refusal))


_BY_STATUS: Final = {found.status: found for found in (NotAcceptable, UnsupportedContent, MethodNotAllowed)}


def in_own_shape(answer: Reply, message_id: str | int | None, content_type: str) -> Reply:
    """The MCP server's answer; an error of its libraries with our shape, and in our words where it is no JSON-RPC error.

    The headers alone decide 406 and 415: the SDK answers them without the message's id, or as a plain text.
    """
    if answer.status < 400:
        return answer
    is_json = content_type.partition(";")[0].strip().lower() == "application/json"
    refusal = (_BY_STATUS.get(answer.status, BadRequest) if is_json else UnsupportedContent)()
    error = _json_rpc_error(answer.body)
    if error is None or not is_json or answer.status in _BY_STATUS:
        return message_refusal_reply(refusal, message_id)
    return protocol_error_reply(answer.status, message_id, error)


def protocol_error_reply(status: int, message_id: str | int | None, error: Mapping[str, Any]) -> Reply:
    """The answer with a JSON-RPC error of the protocol itself; its data gains the members that a refusal's have."""
    told = error.get("data")
    data = {**refusal_details(BadRequest()), **(told if isinstance(told, dict) else {"detail": told} if told else {})}
    return json_reply(status, {"jsonrpc": "2.0", "id": message_id, "error": {**error, "data": data}})


def _json_rpc_error(body: bytes) -> dict[str, Any] | None:
    try:
        error = json.loads(body)["error"]
    except (ValueError, TypeError, KeyError):
        return None
    return error if isinstance(error, dict) else None


def question_reply(answer: Reply, question: ConfirmationQuestion) -> Reply:
    """The server's answer with a question to the person as its result (MCP 2026-07-28, `input_required`)."""
    document = json.loads(answer.body)
    yes_or_no = {"type": "boolean", "title": "Confirm", "description": "Yes, do this in my name."}
    form = {"type": "object", "properties": {QUESTION: yes_or_no}, "required": [QUESTION]}
    params = {"mode": "form", "message": question.message, "requestedSchema": form}
    document["result"] = {
        **{name: value for name, value in document["result"].items() if name == "_meta"},
        "resultType": "input_required",
        "inputRequests": {QUESTION: {"method": "elicitation/create", "params": params}},
        "requestState": question.state,
    }
    return replace(answer, body=json_reply(answer.status, document).body)


def _error(refusal: Refusal) -> dict[str, Any]:
    return {"code": refusal.code, "message": refusal.message, "data": refusal_details(refusal)}


def _headers(refusal: Refusal) -> dict[str, str]:
    headers = {}
    if refusal.status == 401:
        headers["www-authenticate"] = _challenge(refusal)
    if isinstance(refusal, MethodNotAllowed):
        headers["allow"] = "POST"
    if refusal.retry_after is not None:
        headers["retry-after"] = retry_after_value(refusal.retry_after)
    return headers


def _challenge(refusal: Refusal) -> str:
    """RFC 6750's challenge. Its description is our text, because some clients show this header alone; it holds no quotes."""
    error = _OAUTH_ERRORS.get(refusal.type)
    reason = f', error="{error}"' if error else ""
    return f'Bearer realm="{REALM}"{reason}, error_description="{refusal.message}"'
