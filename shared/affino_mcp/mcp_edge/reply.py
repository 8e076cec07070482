"""HTTP answers of the edge: a status, headers with the rate limit, and one JSON body, made of our own texts alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from starlette.types import Send

from affino_mcp.errors import (
    BadRequest,
    MethodNotAllowed,
    NotAcceptable,
    RateLimited,
    Refusal,
    TooManyFailures,
    UnsupportedContent,
)
from affino_mcp.gate.confirmation import ConfirmationQuestion
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.mcp_edge.message import QUESTION

if TYPE_CHECKING:
    from affino_mcp.gate.caller import Caller

Headers = tuple[tuple[bytes, bytes], ...]
JSON_HEADERS: Final[Headers] = ((b"content-type", b"application/json"),)
REALM: Final = "affino-mcp"
_OAUTH_ERRORS: Final = {
    "session_expired": "invalid_token",
    "session_unknown": "invalid_token",
    "person_disabled": "invalid_token",
}


def caller_rate_headers(caller: Caller) -> dict[str, str]:
    """The headers after an admitted call: the limit, what remains of it, and when it is whole again."""
    rate = caller.rate
    return _fields(rate.limit, rate.remaining, rate.reset_seconds)


def refusal_rate_headers(refusal: Refusal) -> dict[str, str]:
    """The headers of a refused call: the profile's limit, and after RateLimited that nothing remains of it.

    Empty for a caller who must learn nothing of a profile: an unknown one, or one with a former secret.
    """
    if refusal.profile is None or isinstance(refusal, (PreviousSecretRefused, TooManyFailures)):
        return {}
    if isinstance(refusal, RateLimited):
        return _fields(refusal.profile.rate, 0, refusal.retry_after or 0)
    return {"ratelimit-policy": _policy(refusal.profile.rate)}


def _policy(limit: int) -> str:
    return f'"profile";q={limit};w=60'


def _fields(limit: int, remaining: int, reset: float) -> dict[str, str]:
    return {"ratelimit-policy": _policy(limit), "ratelimit": f'"profile";r={remaining};t={ceil(reset)}'}


@dataclass(frozen=True)
class Reply:
    """One whole HTTP answer."""

    status: int
    body: bytes = b""
    headers: Headers = field(default=JSON_HEADERS)

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """The same answer with these headers, which replace those of the same name."""
        new = {name.encode("ascii"): value.encode("ascii") for name, value in headers.items()}
        kept = tuple((name, value) for name, value in self.headers if name.lower() not in new)
        return replace(self, headers=(*kept, *new.items()))

    async def send(self, send: Send) -> None:
        """Sends the answer to an ASGI server."""
        length = (b"content-length", str(len(self.body)).encode())
        headers = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        await send({"type": "http.response.start", "status": self.status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": self.body})


def json_reply(status: int, document: Mapping[str, Any]) -> Reply:
    """An answer with `document` as compact JSON."""
    return Reply(status, json.dumps(document, separators=(",", ":")).encode())


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
    told = error.get("data")
    data = {**_data(refusal), **(told if isinstance(told, dict) else {"detail": told} if told else {})}
    return json_reply(answer.status, {"jsonrpc": "2.0", "id": message_id, "error": {**error, "data": data}})


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
    return {"code": refusal.code, "message": refusal.message, "data": _data(refusal)}


def _data(refusal: Refusal) -> dict[str, Any]:
    data = {
        **refusal.details,
        "type": refusal.type,
        "denied_by": refusal.denied_by,
        "rule": refusal.details.get("rule", refusal.type),
        "who_can_fix": refusal.who_can_fix,
        "next": refusal.next_step,
    }
    return data if refusal.retry_after is None else {**data, "retry_after": refusal.retry_after}


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
