"""The answers of the login endpoint, in Affino's form and with fixed texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from affino_mcp.errors import OutcomeUnknown, PersonInactive, Refusal, TooManyFailures, Unavailable
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.http.affino_codes import affino_code
from affino_mcp.http.retry_after import retry_after_value
from affino_mcp.store.faults import StoreUnavailable, Unanswered
from affino_mcp.text import fill_wait
from affino_mcp.value_class import value_class


@value_class
class LoginFault:
    """A kind of refused login: HTTP status, Affino's error code, a word for the log, a text for the caller."""

    status: int
    code: str
    result: str
    message: str
    allow: str = ""


class LoginRefused(Exception):
    """Ends a login with this fault; `wait` is in seconds."""

    def __init__(self, fault: LoginFault, wait: float | None = None) -> None:
        super().__init__(fault.result)
        self.fault, self.wait = fault, wait


PATH_NOT_FOUND = LoginFault(
    404,
    "-120",
    "no_such_path",
    "Nothing is served at this address. Below /rest/{dbname} there are POST login, GET token, POST logout and GET user.",
)
ONLY_POST = LoginFault(405, "-10", "method_not_allowed", "Only POST is served here. Send this call with POST.", "POST")
ONLY_GET = LoginFault(405, "-10", "method_not_allowed", "Only GET is served here. Send this call with GET.", "GET")
USER_AGENT_MISSING = LoginFault(
    400, "-10", "no_user_agent", "The header User-Agent is missing. Send one that names the client."
)
BAD_BODY = LoginFault(400, "-10", "bad_body", "The body must be a JSON object with Email and Password.")
BAD_EMAIL = LoginFault(400, "-10", "bad_email", "Email is invalid.")
BAD_PASSWORD = LoginFault(400, "-10", "bad_password", "Password is invalid.")
TOKEN_UNKNOWN = LoginFault(
    401, "-105", "token_unknown", "The AccessToken or the RefreshToken is not known here. Log in again."
)
TOKEN_EXPIRED = LoginFault(
    401, "-106", "token_expired", "The session has expired. Log in again, or use the RefreshToken."
)
WRONG_LOGIN = LoginFault(401, "-104", "wrong_login", "The e-mail address or the password is wrong.")
UNEXPECTED = LoginFault(500, "-1", "unexpected", "Unknown exception")
TOO_MANY_FAILURES = LoginFault(429, "-129", TooManyFailures.type, TooManyFailures.text)
PERSON_DISABLED = LoginFault(403, "-110", PersonInactive.type, PersonInactive.text)
UNAVAILABLE = LoginFault(503, "-1", Unavailable.type, Unavailable.text)
OUTCOME_UNKNOWN = LoginFault(
    503,
    "-1",
    OutcomeUnknown.type,
    "The call may have been carried out: the storage did not say. Send it again at once: a repeat does no harm, and a refresh "
    "that is repeated within 30 seconds gives the same tokens.",
)


@dataclass
class LoginSubject:
    """The profile, person and session of a login as far as they are known, for its log line."""

    profile: str = ""
    user_code: int | None = None
    session: str = ""


@value_class
class LoginAnswer:
    """An HTTP answer, and what may be logged about it; only the body may hold tokens."""

    status: int
    body: Mapping[str, Any] | None = field(repr=False)
    result: str
    known: LoginSubject
    wait: float | None = None
    extra_headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    line_name: str = "login"

    @property
    def headers(self) -> dict[str, str]:
        """The response headers."""
        headers = {"content-type": "application/json", "cache-control": "no-store"} | dict(self.extra_headers)
        return headers | ({"retry-after": retry_after_value(self.wait)} if self.wait is not None else {})

    @property
    def content(self) -> bytes:
        """The response body."""
        return b"" if self.body is None else json.dumps(self.body).encode()

    def line_fields(self) -> dict[str, Any]:
        """Gives the fields of the log line: codes and a fingerprint; no password, secret, token or e-mail address."""
        return {"status": self.status, "result": self.result, **asdict(self.known)}


def outage_fault(error: StoreUnavailable) -> LoginFault:
    """Gives the fault for a store that does not answer: UNAVAILABLE when nothing was changed, else OUTCOME_UNKNOWN."""
    return OUTCOME_UNKNOWN if isinstance(error, Unanswered) else UNAVAILABLE


def refusal_fault(refusal: Refusal) -> LoginFault:
    """Gives the fault for a request that the gate refused, with Affino's code."""
    return LoginFault(refusal.status, affino_code(refusal), refusal.type, refusal.message)


def tokens_answer(issued: IssuedSession, known: LoginSubject) -> LoginAnswer:
    """Gives the answer with the tokens of a new session."""
    tokens = {"AccessToken": issued.access_token, "RefreshToken": issued.refresh_token}
    return LoginAnswer(200, tokens | {"Expires": str(issued.seconds_left)}, "ok", known)


def success_answer(body: Mapping[str, Any] | None, known: LoginSubject) -> LoginAnswer:
    """Gives the answer of success, with a body or without one."""
    return LoginAnswer(200, body, "ok", known)


def fault_answer(fault: LoginFault, known: LoginSubject, wait: float | None = None) -> LoginAnswer:
    """Gives the answer of a fault, in Affino's form; `wait` is in seconds."""
    body = {"error": {"code": fault.code, "message": fill_wait(fault.message, wait)}}
    return LoginAnswer(fault.status, body, fault.result, known, wait, {"allow": fault.allow} if fault.allow else {})
