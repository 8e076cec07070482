"""Refusals of the token and revocation addresses: OAuth's error word, one of our texts, and a word for the log."""

from __future__ import annotations

from typing import Final

from affino_mcp.errors import TooManyFailures
from affino_mcp.gate.grants.refused_grant import GrantRefused
from affino_mcp.value_class import value_class


@value_class
class OAuthFault:
    """A kind of refused request: HTTP status, OAuth's error word (RFC 6749, section 5.2), a text, a word for the log."""

    status: int
    error: str
    description: str
    result: str


class OAuthRefused(Exception):
    """Ends a request with this fault; `wait` is in seconds. `asks_basic`: the client tried HTTP Basic authentication."""

    def __init__(self, fault: OAuthFault, wait: float | None = None, *, asks_basic: bool = False) -> None:
        super().__init__(fault.result)
        self.fault, self.wait, self.asks_basic = fault, wait, asks_basic


NO_FORM: Final = OAuthFault(
    400, "invalid_request", "The body must be a form (application/x-www-form-urlencoded) of at most 16 KiB.", "no_form"
)
REPEATED_PARAMETER: Final = OAuthFault(
    400, "invalid_request", "A parameter is given more than once.", "repeated_parameter"
)
MISSING_PARAMETER: Final = OAuthFault(
    400,
    "invalid_request",
    "A parameter is missing: authorization_code needs code, redirect_uri and code_verifier, refresh_token needs refresh_token.",
    "missing_parameter",
)
TOKEN_MISSING: Final = OAuthFault(400, "invalid_request", "The parameter token is missing.", "missing_parameter")
TWO_AUTHENTICATIONS: Final = OAuthFault(
    400, "invalid_request", "Authenticate the client in one way: by HTTP Basic or in the body.", "two_authentications"
)
UNKNOWN_GRANT_TYPE: Final = OAuthFault(
    400,
    "unsupported_grant_type",
    "grant_type must be authorization_code or refresh_token.",
    "unsupported_grant_type",
)
CLIENT_UNKNOWN: Final = OAuthFault(
    401, "invalid_client", "This client is not known here, or its secret is wrong. Register it again.", "invalid_client"
)
GRANT_INVALID: Final = OAuthFault(
    400, "invalid_grant", "This code or token is not valid any more. Connect the app again.", "invalid_grant"
)
OTHER_RESOURCE: Final = OAuthFault(
    400, "invalid_grant", "Tokens are issued for this server's own resource alone.", "other_resource"
)
TOO_MANY_GUESSES: Final = OAuthFault(
    429, "too_many_requests", "Too many wrong codes, tokens or secrets came from here. Wait.", TooManyFailures.type
)
STORE_DOWN: Final = OAuthFault(
    503, "temporarily_unavailable", "The service's storage does not answer. Try again.", "unavailable"
)


def grant_fault(refused: GrantRefused) -> OAuthFault:
    """Gives the fault of a refused code or refresh token: one for all to the client, the reason for the log."""
    return OAuthFault(GRANT_INVALID.status, GRANT_INVALID.error, GRANT_INVALID.description, str(refused.reason))
