"""The errors that a caller can get before a tool runs, in one tree; their texts are fixed.

AffinoError
├── Refusal                 the gate refuses: a raw HTTP status before any tool runs
│   ├── BadCredentials      401 key, secret or token missing, unknown or wrong: one uniform answer
│   ├── SessionExpired      401 key and secret are right, the session's time is over
│   ├── SessionUnknown      401 key and secret are right, no such session
│   ├── PersonInactive      401 the session's person has been disabled
│   ├── ProfileDisabled     403 the operator switched the profile off
│   ├── ProfileExpired      403 the profile's last day is over
│   ├── NetworkNotAllowed   403 the profile is not called from this network
│   ├── PersonNotAllowed    403 the profile is not for this person (NotConnectable: not by connection token)
│   ├── OriginRefused       403 a browser page from a foreign origin
│   ├── RateLimited         429 the profile's calls for this moment are used up
│   ├── HandshakesLimited   429 the session's handshakes and lists for this moment are used up
│   ├── TooManyFailures     429 wrong logins from one place
│   ├── Unavailable         503 a store does not answer; nothing was changed
│   ├── OutcomeUnknown      503 a store did not answer a write; it may have been carried out
│   ├── BadRequest          400 the message cannot be read
│   ├── NotAcceptable       406 the caller takes no JSON
│   ├── UnsupportedContent  415 the body is not said to be JSON
│   ├── TooLarge            413 the message is over the limit
│   ├── MethodNotAllowed    405 only POST is served
│   └── NoSuchPath          404
├── ToolError               the tool rejects the call: see tool_errors.py
└── UnknownTool             -32602 no tool of that name exists (a protocol error, not a result)
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from affino_mcp.text import fill_wait


class AffinoError(Exception):
    """An error with a text for the caller; `details` say where it is, who can fix it and what to do next."""

    type: ClassVar[str] = "error"
    code: ClassVar[int] = -1
    text: ClassVar[str] = "The call could not be carried out."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.text
        self.details = {k: v for k, v in details.items() if v is not None}
        super().__init__(self.message)


class Refusal(AffinoError):
    """Raised before a tool runs. `who_can_fix` and `next_step` are part of the answer; see `fill_wait` for their texts."""

    status: ClassVar[int] = 400
    denied_by: ClassVar[str] = "request"
    who_can_fix: ClassVar[str] = "caller"
    next_step: str = "Correct the request and send it again."

    def __init__(self, message: str | None = None, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(fill_wait(message or self.text, retry_after), **details)
        self.retry_after, self.next_step = retry_after, fill_wait(self.next_step, retry_after)
        self.profile: Any = None
        self.person: Any = None
        self.session: Any = None
        self.fingerprint: str | None = None

    def concerning(self, profile: Any = None, person: Any = None, fingerprint: str | None = None) -> Self:
        """A copy for the audit row, with the profile, the person and the token's fingerprint as far as given."""
        known = type(self).__new__(type(self), *self.args)
        vars(known).update(vars(self))
        known.profile, known.person = profile or self.profile, person or self.person
        known.fingerprint = fingerprint or self.fingerprint
        return known


class BadCredentials(Refusal):
    """Key, secret or token missing, unknown or wrong: the answer does not say which, so that guessing learns nothing."""

    type, status, code = "authentication_error", 401, -31001
    denied_by, who_can_fix = "credentials", "person or operator"
    text = (
        "Authentication failed: the AccessToken, API Key or API Secret is missing or wrong, or the session is over. "
        "Ask the person to log in to Affino again, and check the three headers."
    )
    next_step = "Do not retry with the same headers. Ask the person to log in again; if that fails, ask the operator."


class SessionExpired(Refusal):
    """The session's time is over."""

    type, status, code, denied_by, who_can_fix = "session_expired", 401, -31001, "session", "person"
    text = "The session has expired. Ask the person to log in to Affino again and use the new AccessToken."
    next_step = "Tell the person that the session has expired and ask for a new login; do not retry with this token."


class SessionUnknown(Refusal):
    """The AccessToken belongs to no session: mistyped, from another instance, or logged out."""

    type, status, code, denied_by, who_can_fix = "session_unknown", 401, -31001, "session", "person"
    text = "The AccessToken is not known here. Ask the person to log in to this Affino instance and use the new AccessToken."
    next_step = "Tell the person that the AccessToken is not valid here and ask for a new login."


class PersonInactive(Refusal):
    """The person's account has been disabled."""

    type, status, code, denied_by, who_can_fix = "person_disabled", 401, -31001, "person", "operator"
    text = "This person's account is disabled, so nothing can be done in their name."
    next_step = "Tell the person that the account is disabled; an operator can enable it."


class ProfileDisabled(Refusal):
    """The operator has disabled the profile."""

    type, status, code, denied_by, who_can_fix = "profile_disabled", 403, -31003, "profile", "operator"
    text = "This API Profile is switched off. Ask the operator of this Affino instance to enable it."
    next_step = "Stop calling; ask the operator whether the profile will be enabled again."


class ProfileExpired(Refusal):
    """The profile's last day is over."""

    type, status, code, denied_by, who_can_fix = "profile_expired", 403, -31003, "profile", "operator"
    text = "This API Profile has expired. Ask the operator of this Affino instance to set a later last day."
    next_step = "Stop calling; ask the operator whether the profile goes on, or which profile to use instead."


class NetworkNotAllowed(Refusal):
    """The profile names the networks from which it is called, and the caller's address is in none of them."""

    type, status, code, denied_by, who_can_fix = "not_allowed", 403, -31003, "network", "operator"
    text = "This API Profile is not accepted from this network. Ask the operator of this Affino instance to allow it."
    next_step = "Stop calling from here; call from an allowed network, or ask the operator to allow this one."


class PersonNotAllowed(Refusal):
    """The profile names the people and groups that may use it, and the session's person is not among them."""

    type, status, code, denied_by, who_can_fix = "not_allowed", 403, -31003, "profile", "operator"
    text = "This API Profile is not for this person. Ask the operator of this Affino instance to allow the person."
    next_step = "Tell the person that they may not use this profile; ask the operator, or use another profile."


class NotConnectable(PersonNotAllowed):
    """The profile is not open to connection tokens of this person."""

    type = "not_connectable"
    text = "This API Profile is not open to connection tokens of this person. Ask the operator to open it to one of their groups."


class OriginRefused(Refusal):
    """A web page of an origin that is not allowed called (MCP 2026-07-28: an invalid Origin is 403)."""

    type, status, code, denied_by, who_can_fix = "origin_refused", 403, -31003, "origin", "operator"
    text = "Calls from this web origin are not accepted."
    next_step = "Call from a server or a desktop client, or ask the operator to allow the origin."


class RateLimited(Refusal):
    """The profile's rate limit is reached; `retry_after` is the exact wait in seconds."""

    type, status, code, denied_by, who_can_fix = "rate_limited", 429, -31029, "rate_limit", "operator"
    text = "The rate limit of this API Profile is reached. Wait {wait} before the next call."
    next_step = "Wait {wait}, then go on; if this happens often, ask the operator to raise the limit."


class HandshakesLimited(Refusal):
    """A session sent too many messages that are no tool calls; `retry_after` is the exact wait in seconds."""

    type, status, code, denied_by, who_can_fix = "rate_limited", 429, -31029, "handshake_limit", "caller"
    text = "This session connects or lists its tools too often. Wait {wait} before the next such message."
    next_step = "Keep the list of tools for as long as its ttlMs says; tool calls go on meanwhile."


class TooManyFailures(Refusal):
    """Too many failed logins or unknown credentials from this source; right credentials of known sources still work."""

    type, status, code, denied_by, who_can_fix = "too_many_failures", 429, -31029, "login_guard", "person"
    text = "Too many failed attempts. Wait {wait} before trying again."
    next_step = "Wait {wait}, and check the e-mail and password."


class Unavailable(Refusal):
    """A store does not answer; nothing was written, and no failed login is counted."""

    type, status, code, denied_by, who_can_fix = "unavailable", 503, -31053, "service", "operator"
    text = "The service cannot reach its storage just now. Nothing was changed; try again shortly."
    next_step = "Wait {wait}, then send the same call again."


class OutcomeUnknown(Refusal):
    """A write was sent to a store and not answered. The detail `repeat_with` holds the arguments that make a repeat safe."""

    type, status, code, denied_by, who_can_fix = "outcome_unknown", 503, -31054, "service", "caller"
    text = "The change may have been carried out: the storage did not say. Find out before you make it again."
    next_step = (
        "Wait {wait}, then send the same call again with the arguments in repeat_with added: it is carried out once."
    )


class BadRequest(Refusal):
    """The message cannot be read as one JSON-RPC request."""

    type, status, code = "bad_request", 400, -32600
    text = "The request is not a single valid JSON-RPC message."
    next_step = "Send one JSON object with jsonrpc 2.0, id, method and params."


class NotAcceptable(Refusal):
    """The header Accept does not allow JSON."""

    type, status, code = "not_acceptable", 406, -31006
    text = "The header Accept is missing or does not allow JSON, which every answer is."
    next_step = "Send the header Accept: application/json, text/event-stream."


class UnsupportedContent(Refusal):
    """The header Content-Type does not say that the body is JSON."""

    type, status, code = "unsupported_content", 415, -31015
    text = "The header Content-Type is missing or does not say that the body is JSON."
    next_step = "Send the header Content-Type: application/json, and one JSON-RPC message as the body."


class TooLarge(Refusal):
    """The message is over the size limit."""

    type, status, code = "body_too_large", 413, -31013
    text = "The request is larger than this service accepts."
    next_step = "Send less in one call; a large file goes by request_media_upload."


class MethodNotAllowed(Refusal):
    """Only POST is served."""

    type, status, code = "method_not_allowed", 405, -31005
    text, next_step = "Only POST is served here.", "Send each JSON-RPC message with POST to /mcp."


class NoSuchPath(Refusal):
    """Nothing is served at this address."""

    type, status, code = "path_not_found", 404, -31004
    text = "Nothing is served at this address."
    next_step = "Send each JSON-RPC message with POST to /mcp; the other addresses are listed at /."


class UnknownTool(AffinoError):
    """No tool of this name exists: JSON-RPC -32602 (MCP 2026-07-28)."""

    type, status, code = "unknown_tool", 404, -32602
    text = "There is no tool of this name. List the tools to see what is there."
