"""The caller of one call: the credentials it brings, the profile, person and session behind them, and what it may do.

Nothing of a caller is cached between calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final

from affino_mcp.catalogue.capability import Capability, Family
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.registry import METHODS, is_listed, require_listed
from affino_mcp.catalogue.tool_view import ToolView
from affino_mcp.catalogue.toolset import Toolset
from affino_mcp.clock import format_iso, utc_now
from affino_mcp.errors import BadCredentials
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.placeholders import PlaceholderSent, find_placeholder
from affino_mcp.gate.identity.row_keys import CONNECTION_PREFIX, sha256_hex
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_limit import RateState
from affino_mcp.gate.sessions.session_rows import Door
from affino_mcp.gate.sessions.sessions import Session
from affino_mcp.tool_errors import PermissionDenied
from affino_mcp.zones import WEEKDAYS

__all__ = ["Caller", "Person", "Profile", "RateState", "Session"]

RawHeaders = Sequence[tuple[bytes, bytes]]
_HEADER_NAMES = frozenset({b"authorization", b"x-api-key", b"x-api-secret", b"x-auth-token"})
_BEARER_PATTERN = re.compile(
    rb"(?i:bearer) +(?:(?P<key>[^. ]+)\.(?P<secret>[^. ]+)\.)?"
    rb"(?P<token>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
)
_CONNECTION_PATTERN = re.compile(rb"(?i:bearer) +(%s[0-9a-f]{64})" % CONNECTION_PREFIX.encode())
_MIN_WITHHELD_CHARACTERS: Final = 16
"""The shortest text of a header that is taken for a secret: what is shorter would blacken common words."""
_MAX_AGENT_CHARACTERS: Final = 120
_KEY_PATTERN = re.compile(rb"[A-Za-z0-9]{1,64}")
_SECRET_PATTERN = re.compile(rb"[A-Za-z0-9]{1,128}")
CURRENT_USER_METHOD: Final = "get_current_user"
"""The catalogue method that the gate answers itself, for every kind of instance."""


@dataclass(frozen=True)
class CallerCredentials:
    """The credentials that a caller presents: well formed, not verified. `token` is in canonical form.

    A connection token comes without key and secret; the gate takes them, the secret as its SHA-256, from the session.
    """

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    door: Door = Door.CREDENTIALS
    session_secret: str = field(default="", repr=False)

    @property
    def is_connection(self) -> bool:
        """True for a connection token."""
        return self.door is Door.CONNECTION

    @property
    def secret_digest(self) -> str:
        """The SHA-256 of the secret: the presented one, or that under which the connection was made."""
        return self.session_secret if self.is_connection else sha256_hex(self.secret)

    def of_session(self, session: Session) -> CallerCredentials:
        """A connection token's credentials with what its session knows."""
        return replace(self, key=session.profile, session_secret=session.secret_digest)


def read_user_agent(headers: RawHeaders) -> str:
    """Gives what the client calls itself in its User-Agent header, printable ASCII, cut; empty when it says nothing."""
    given = next((value for name, value in headers if name.lower() == b"user-agent"), b"")
    return "".join(letter for letter in given.decode("ascii", "ignore") if letter.isprintable())[:_MAX_AGENT_CHARACTERS]


def read_credentials(headers: RawHeaders) -> CallerCredentials:
    """Gives the credentials in raw ASGI header pairs.

    `X-API-Key: key:secret` carries key and secret; `X-Auth-Token` is another name for `X-API-Secret`; `Authorization: Bearer
    key.secret.token` carries all three, and `.` stands in none of them. What is given in two places must be the same in both.
    A connection token comes alone.
    Raises BadCredentials when a credential is missing, repeated, too long or
    holds a character that is not allowed (a proxy joins repeated headers with a comma, which no credential may hold), and
    PlaceholderSent where a header stands for a value that was never filled in.
    """
    given = _collect_headers(headers)
    if (header := find_placeholder(given)) is not None:
        raise PlaceholderSent(header)
    if connection := _CONNECTION_PATTERN.fullmatch(given.get(b"authorization", b"")):
        return _read_connection(connection[1], given)
    bearer = _BEARER_PATTERN.fullmatch(given.get(b"authorization", b""))
    if bearer is None:
        raise BadCredentials
    key, colon, secret = given.get(b"x-api-key", b"").partition(b":")
    secrets = [given.get(b"x-api-secret"), given.get(b"x-auth-token"), secret if colon else None, bearer["secret"]]
    return CallerCredentials(
        key=_match_whole(_KEY_PATTERN, _require_one_value([key if b"x-api-key" in given else None, bearer["key"]])),
        secret=_match_whole(_SECRET_PATTERN, _require_one_value(secrets)),
        token=bearer["token"].decode("ascii").lower(),
    )


def _read_connection(token: bytes, given: Mapping[bytes, bytes]) -> CallerCredentials:
    """A connection token's credentials. A second answer to the question of the profile would be none."""
    if len(given) > 1:
        raise BadCredentials
    return CallerCredentials("", "", token.decode("ascii"), Door.CONNECTION)


def presented_secrets(headers: RawHeaders) -> tuple[str, ...]:
    """Gives the secret and the token in the headers, for redaction.

    Of headers that are not well formed it gives what each holds, but for what is too short to be a secret.
    """
    try:
        given = read_credentials(headers)
    except BadCredentials:
        return tuple(_find_presented_texts(headers))
    return tuple(secret for secret in (given.secret, given.token) if secret)


def _find_presented_texts(headers: RawHeaders) -> Iterator[str]:
    for name, value in headers:
        if name.lower() in _HEADER_NAMES:
            text = value.decode("ascii", "ignore").strip()
            bare = text.rpartition(" ")[2] if name.lower() == b"authorization" else text
            yield from (part for part in (bare, bare.partition(":")[2]) if len(part) >= _MIN_WITHHELD_CHARACTERS)


def _collect_headers(headers: RawHeaders) -> dict[bytes, bytes]:
    given: dict[bytes, bytes] = {}
    for raw_name, value in headers:
        name = raw_name.lower()
        if name in given:
            raise BadCredentials
        if name in _HEADER_NAMES:
            given[name] = value.strip(b" \t")
    return given


def _require_one_value(values: Iterable[bytes | None]) -> bytes:
    distinct = {value for value in values if value is not None}
    if len(distinct) != 1:
        raise BadCredentials
    return distinct.pop()


def _match_whole(pattern: re.Pattern[bytes], value: bytes) -> str:
    if not pattern.fullmatch(value):
        raise BadCredentials
    return value.decode("ascii")


@dataclass(frozen=True)
class Caller:
    """An admitted caller: the profile, the person who acts, their session, and the profile's rate state.

    `former` is the previous secret when the caller used that one instead of the current secret. `toolset` is what the
    connection narrows the profile to; None when it does not. `at` is when the caller was admitted.
    """

    profile: Profile
    person: Person
    session: Session
    rate: RateState
    former: PreviousSecret | None = None
    toolset: Toolset | None = None
    at: datetime = field(default_factory=utc_now)

    @cached_property
    def capability(self) -> Capability:
        """What the profile allows, narrowed by the toolset: what every decision about this call goes by."""
        own = self.profile.capability
        return own if self.toolset is None else self.toolset.narrow(own)

    def narrowed_to(self, toolset: Toolset | None) -> Caller:
        """The caller on a connection that this toolset narrows."""
        return self if toolset is None else replace(self, toolset=toolset)

    def view_tools(self) -> ToolView:
        """The tools as this caller sees them."""
        may_use = lambda method: self.holds_right(method, self.at)  # noqa: E731
        return ToolView(self.capability, self.profile.mode, self.profile.confirm, may_use)

    def holds_right(self, method: Method, at: datetime) -> bool:
        """True when the method needs no right of its own, or the person holds it at this moment."""
        return not method.right or self.person.has_right(method.right, at)

    @property
    def cursor_key(self) -> bytes:
        """The key that signs list cursors for this profile."""
        return self.profile.cursor_key


def authorise(caller: Caller, method: Method, at: datetime) -> None:
    """Raises ToolDisabled when profile or toolset do not list the method, PermissionDenied when the person lacks its right.

    The instance checks the rules of single records (own or other people's, security of sections and forums).
    """
    require_listed(method, caller.capability)
    if not caller.holds_right(method, at):
        raise PermissionDenied(method.right)


def describe_current_user(caller: Caller, zone_name: str, today: date, at: datetime, *, staff: bool) -> dict[str, Any]:
    """Gives the answer of `get_current_user`: `today` is the day that it is in the zone; `staff` may own records.

    A family's access holds when the profile switches it on and the person has the right of one of its tools.
    """
    listed = [m for m in METHODS.values() if m.family != Family.ALWAYS and is_listed(m, caller.capability)]
    held = [method for method in listed if caller.holds_right(method, at)]
    accesses = {(method.family, method.access) for method in held}
    missing = [method for method in listed if (method.family, method.access) not in accesses]
    return {
        "UserCode": caller.person.user_code,
        "Name": caller.person.name,
        "Email": caller.person.email,
        "ApiProfile": caller.profile.name,
        "Staff": staff,
        "TimeZone": zone_name,
        "Today": today.isoformat(),
        "Weekday": WEEKDAYS[today.weekday()],
        "Families": _access_words(held),
        "Rights": sorted({method.right for method in held if method.right}),
        "NotAllowed": _access_words(missing),
        "SessionExpires": format_iso(datetime.fromtimestamp(caller.session.expires, UTC)),
        "RateLimit": caller.profile.rate,
    }


def _access_words(methods: list[Method]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for method in methods:
        found.setdefault(method.family, set()).add(method.access)
    return {family: sorted(words) for family, words in sorted(found.items())}
