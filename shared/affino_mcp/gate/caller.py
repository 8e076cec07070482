"""The caller of one call: the credentials it brings, the profile, person and session behind them, and what it may do.

Nothing of a caller is cached between calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import is_listed
from affino_mcp.clock import format_iso
from affino_mcp.errors import BadCredentials
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_limit import RateState
from affino_mcp.gate.sessions.sessions import Session
from affino_mcp.tool_errors import PermissionDenied, ToolDisabled

__all__ = ["Caller", "Person", "Profile", "RateState", "Session"]

RawHeaders = Sequence[tuple[bytes, bytes]]
_HEADER_NAMES = frozenset({b"authorization", b"x-api-key", b"x-api-secret", b"x-auth-token"})
_BEARER_PATTERN = re.compile(rb"(?i:bearer) +([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
_MAX_AGENT_CHARACTERS: Final = 120
_KEY_PATTERN = re.compile(rb"[A-Za-z0-9]{1,64}")
_SECRET_PATTERN = re.compile(rb"[A-Za-z0-9]{1,128}")
CURRENT_USER_METHOD: Final = "get_current_user"
"""The catalogue method that the gate answers itself, for every kind of instance."""


@dataclass(frozen=True)
class CallerCredentials:
    """The credentials that a caller presents: well formed, not verified. `token` is in canonical form."""

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


def read_user_agent(headers: RawHeaders) -> str:
    """Gives what the client calls itself in its User-Agent header, printable ASCII, cut; empty when it says nothing."""
    given = next((value for name, value in headers if name.lower() == b"user-agent"), b"")
    return "".join(letter for letter in given.decode("ascii", "ignore") if letter.isprintable())[:_MAX_AGENT_CHARACTERS]


def read_credentials(headers: RawHeaders) -> CallerCredentials:
    """Gives the credentials in raw ASGI header pairs.

    `X-API-Key: key:secret` carries key and secret; `X-Auth-Token` is another name for `X-API-Secret`. A secret given
    under two names must be the same in both. Raises BadCredentials when a credential is missing, repeated, too long or
    holds a character that is not allowed (a proxy joins repeated headers with a comma, which no credential may hold).
    """
    given = _collect_headers(headers)
    packed_key, colon, packed_secret = given.get(b"x-api-key", b"").partition(b":")
    parts = [given.get(b"x-api-secret"), given.get(b"x-auth-token"), packed_secret if colon else None]
    return CallerCredentials(
        key=_match_whole(_KEY_PATTERN, packed_key),
        secret=_match_whole(_SECRET_PATTERN, _require_one_value(part for part in parts if part is not None)),
        token=_parse_bearer(given.get(b"authorization", b"")),
    )


def presented_secrets(headers: RawHeaders) -> tuple[str, ...]:
    """Gives the secret and the token in the headers, for redaction; empty when the headers are not well formed."""
    try:
        given = read_credentials(headers)
    except BadCredentials:
        return ()
    return given.secret, given.token


def _collect_headers(headers: RawHeaders) -> dict[bytes, bytes]:
    given: dict[bytes, bytes] = {}
    for raw_name, value in headers:
        name = raw_name.lower()
        if name in given:
            raise BadCredentials
        if name in _HEADER_NAMES:
            given[name] = value.strip(b" \t")
    return given


def _require_one_value(values: Iterable[bytes]) -> bytes:
    distinct = set(values)
    if len(distinct) != 1:
        raise BadCredentials
    return distinct.pop()


def _match_whole(pattern: re.Pattern[bytes], value: bytes) -> str:
    if not pattern.fullmatch(value):
        raise BadCredentials
    return value.decode("ascii")


def _parse_bearer(value: bytes) -> str:
    match = _BEARER_PATTERN.fullmatch(value)
    if match is None:
        raise BadCredentials
    return match.group(1).decode("ascii").lower()


@dataclass(frozen=True)
class Caller:
    """An admitted caller: the profile, the person who acts, their session, and the profile's rate state.

    `former` is the previous secret when the caller used that one instead of the current secret.
    """

    profile: Profile
    person: Person
    session: Session
    rate: RateState
    former: PreviousSecret | None = None

    @property
    def cursor_key(self) -> bytes:
        """The key that signs list cursors for this profile."""
        return self.profile.cursor_key


def authorise(caller: Caller, method: Method, at: datetime) -> None:
    """Raises ToolDisabled when the profile does not list the method, PermissionDenied when the person lacks its right.

    The instance checks the rules of single records (own or other people's, security of sections and forums).
    """
    if not is_listed(method, caller.profile.capability):
        raise ToolDisabled(f"{method.family}.{method.access}")
    if method.right and not caller.person.has_right(method.right, at):
        raise PermissionDenied(method.right)


def describe_current_user(caller: Caller) -> dict[str, Any]:
    """Gives the answer of `get_current_user`."""
    return {
        "UserCode": caller.person.user_code,
        "Name": caller.person.name,
        "Email": caller.person.email,
        "ApiProfile": caller.profile.name,
        "Families": caller.profile.capability.to_json(),
        "SessionExpires": format_iso(datetime.fromtimestamp(caller.session.expires, UTC)),
        "RateLimit": caller.profile.rate,
    }
