"""What the REST edge itself refuses, in words for programs, and how refusals and errors of methods are answered."""

from __future__ import annotations

from typing import Any, Final

from affino_mcp.errors import BadRequest, MethodNotAllowed, NoSuchPath, OutcomeUnknown, Refusal, UnsupportedContent
from affino_mcp.gate.profiles.previous_secret import PreviousSecretRefused
from affino_mcp.gate.signed_requests import BadSignature
from affino_mcp.http.affino_codes import affino_code
from affino_mcp.http.reply import Reply, json_reply, refusal_details
from affino_mcp.http.retry_after import retry_after_value

_ASK_FIRST: Final = (
    "Ask GET /rest/{dbname}/v2/requests/{id} what became of it, with the X-Request-Id or the Idempotency-Key."
)


class BadCall(BadRequest):
    """The request cannot be read as a call of its route."""

    text, next_step = "The request cannot be read.", "Send arguments as the route takes them: see docs/rest.md."


class NoSuchRoute(NoSuchPath):
    """No route has this path."""

    text = "Nothing is served at this address."
    next_step = "GET /rest/{dbname}/v2 lists the methods with their routes."


class WrongVerb(MethodNotAllowed):
    """The path is served with other verbs; `verbs` are those."""

    def __init__(self, verbs: tuple[str, ...]) -> None:
        super().__init__(f"Only {', '.join(verbs)} {'is' if len(verbs) == 1 else 'are'} served at this address.")
        self.verbs, self.next_step = verbs, "Send the call with a verb that is served here."


class NoJsonBody(UnsupportedContent):
    """The body is not said to be JSON."""

    next_step = "Send the header Content-Type: application/json, and one JSON object as the body."


def refusal_reply(refusal: Refusal) -> Reply:
    """The answer to a request that was refused: the status, and the error in the form of Affino's REST API."""
    told = BadSignature() if isinstance(refusal, PreviousSecretRefused) else refusal
    details = refusal_details(told)
    names = {name: details.pop(name) for name in ("type",)}
    if isinstance(told, OutcomeUnknown):
        details["next"] = _ASK_FIRST
    return json_reply(told.status, error_body(affino_code(told), names["type"], told.message, details)).with_headers(
        _headers(told)
    )


def error_body(code: str, type_: str, message: str, details: dict[str, Any]) -> dict[str, Any]:
    """The body of an error."""
    return {"error": {"code": code, "type": type_, "message": message, "details": details}}


def method_error_body(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a method's error, whose code is a text here; its warnings stay beside it."""
    error = body["error"]
    return body | error_body(str(error["code"]), error["type"], error["message"], error["details"])


def _headers(refusal: Refusal) -> dict[str, str]:
    wait = {} if refusal.retry_after is None else {"retry-after": retry_after_value(refusal.retry_after)}
    return wait | ({"allow": ", ".join(refusal.verbs)} if isinstance(refusal, WrongVerb) else {})
