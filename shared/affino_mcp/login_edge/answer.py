"""What the login endpoint answers: Affino's shapes, our fixed texts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

from affino_mcp.errors import PersonInactive, ProfileDisabled, TooManyFailures, Unavailable
from affino_mcp.gate.sessions import LIFETIME, Issued


@dataclass(frozen=True)
class Fault:
    """A kind of refused login: HTTP status, Affino's error code, a word for the log, a text for the caller."""

    status: int
    code: str
    result: str
    message: str


class LoginRefused(Exception):
    """Ends a login with this fault; `wait` is in seconds."""

    def __init__(self, fault: Fault, wait: float | None = None) -> None:
        super().__init__(fault.result)
        self.fault, self.wait = fault, wait


NO_PATH = Fault(404, "-120", "no_such_path", "Nothing is served at this address.")
NO_POST = Fault(405, "-10", "method_not_allowed", "Only POST is served here.")
NO_AGENT = Fault(400, "-10", "no_user_agent", "A User-Agent header is required.")
NO_KEY = Fault(401, "-101", "no_key", "API Key is missing")
NO_TRUST = Fault(
    401,
    "-102",
    "bad_signature",
    "The request's signature is not valid. Check APIKey, MD5, Signature and TimeStamp (UTC, within 5 minutes).",
)
REPLAYED = Fault(401, "-103", "replayed", "This signature has been used already. Sign a new request.")
BAD_BODY = Fault(400, "-10", "bad_body", "The body must be a JSON object with Email and Password.")
BAD_EMAIL = Fault(400, "-10", "bad_email", "Email is invalid.")
BAD_PASSWORD = Fault(400, "-10", "bad_password", "Password is invalid.")
WRONG_LOGIN = Fault(401, "-104", "wrong_login", "The e-mail address or the password is wrong.")
UNEXPECTED = Fault(500, "-1", "unexpected", "Unknown exception")
BLOCKED = Fault(429, "-129", TooManyFailures.type, TooManyFailures.text)
PROFILE_OFF = Fault(403, "-110", ProfileDisabled.type, ProfileDisabled.text)
PERSON_OFF = Fault(403, "-110", PersonInactive.type, PersonInactive.text)
UNAVAILABLE = Fault(503, "-1", Unavailable.type, Unavailable.text)


@dataclass
class Known:
    """What a login has found out about who is there, for its log line."""

    profile: str = ""
    user_code: int | None = None
    session: str = ""


@dataclass(frozen=True)
class LoginAnswer:
    """An HTTP answer, and what may be logged about it: nothing here but the body holds a token."""

    status: int
    body: dict[str, Any] = field(repr=False)
    result: str
    known: Known
    wait: float | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The response headers."""
        headers = {"content-type": "application/json", "cache-control": "no-store"}
        if self.status == 405:
            headers["allow"] = "POST"
        return headers | ({"retry-after": str(max(1, ceil(self.wait)))} if self.wait is not None else {})

    @property
    def content(self) -> bytes:
        """The response body."""
        return json.dumps(self.body).encode()

    def line(self) -> dict[str, Any]:
        """What the log keeps: codes and a fingerprint; no password, secret, token or e-mail address."""
        return {"status": self.status, "result": self.result, **asdict(self.known)}


def granted(issued: Issued, known: Known) -> LoginAnswer:
    """The tokens of a new session (R40)."""
    tokens = {"AccessToken": issued.access_token, "RefreshToken": issued.refresh_token}
    return LoginAnswer(200, tokens | {"Expires": str(LIFETIME)}, "ok", known)


def refused(fault: Fault, known: Known, wait: float | None = None) -> LoginAnswer:
    """An error in Affino's shape."""
    return LoginAnswer(
        fault.status, {"error": {"code": fault.code, "message": fault.message}}, fault.result, known, wait
    )
