"""The credentials that a call presents in its headers: which forms there are, and how they are read.

Nothing here asks a store: what is malformed is refused before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final, NamedTuple

from affino_mcp.errors import BadCredentials
from affino_mcp.gate.identity.placeholders import PlaceholderSent, find_placeholder
from affino_mcp.gate.identity.row_keys import CONNECTION_PREFIX, OAUTH_ACCESS_PREFIX, sha256_hex
from affino_mcp.gate.sessions.session_rows import Door, Session
from affino_mcp.http.credential_forms import API_KEY_FORM, API_SECRET_FORM, TOKEN_FORM
from affino_mcp.value_class import replace, value_class

RawHeaders = Sequence[tuple[bytes, bytes]]
_HEADER_NAMES = frozenset({b"authorization", b"x-api-key", b"x-api-secret", b"x-auth-token"})
_BEARER_PATTERN = re.compile(
    rb"(?i:bearer) +(?:(?P<key>[^. ]+)\.(?P<secret>[^. ]+)\.)?(?P<token>(?i:%s))" % TOKEN_FORM.encode()
)
_TOKEN_ALONE_PATTERNS: Final = {
    door: re.compile(rb"(?i:bearer) +(%s[0-9a-f]{64})" % prefix.encode())
    for door, prefix in ((Door.CONNECTION, CONNECTION_PREFIX), (Door.OAUTH, OAUTH_ACCESS_PREFIX))
}
"""The one header of a token that names profile and person itself."""
_MIN_WITHHELD_CHARACTERS: Final = 16
"""The shortest text of a header that is taken for a secret: what is shorter would blacken common words."""
_MAX_AGENT_CHARACTERS: Final = 120
_PACKED, _APART = "packed", "headers"
KEY_PATTERN: Final = re.compile(API_KEY_FORM.encode())
SECRET_PATTERN: Final = re.compile(API_SECRET_FORM.encode())


class PresentedSecrets(NamedTuple):
    """The secrets that a call came with, for redaction, and the word for the form in which they came.

    The form is `oauth`, `connect`, `packed` (in one header) or `headers`.
    """

    secrets: tuple[str, ...]
    form: str


@value_class
class CallerCredentials:
    """The credentials that a caller presents: well formed, not verified. `token` is in canonical form.

    A connection token and an app's access token come alone, without key and secret; the gate takes them, the secret as its
    SHA-256, from the session. `is_packed`: all three came in one header.
    """

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    door: Door = Door.CREDENTIALS
    session_secret: str = field(default="", repr=False)
    is_packed: bool = False

    @property
    def comes_alone(self) -> bool:
        """True for a token that names profile and person itself: a connection token, or an app's access token."""
        return self.door is not Door.CREDENTIALS

    @property
    def secret_digest(self) -> str:
        """The SHA-256 of the secret: the presented one, or that under which the token was made."""
        return self.session_secret if self.comes_alone else sha256_hex(self.secret)

    @property
    def presented(self) -> PresentedSecrets:
        """What the row of the call may not hold of them, and says of them."""
        secrets = tuple(secret for secret in (self.secret, self.token) if secret)
        return PresentedSecrets(secrets, str(self.door) or (_PACKED if self.is_packed else _APART))

    def of_session(self, session: Session) -> CallerCredentials:
        """The credentials of a token that comes alone, with what its session knows."""
        return replace(self, key=session.profile, session_secret=session.secret_digest)


def read_user_agent(headers: RawHeaders) -> str:
    """Gives what the client calls itself in its User-Agent header, printable ASCII, cut; empty when it says nothing."""
    given = next((value for name, value in headers if name.lower() == b"user-agent"), b"")
    text = given.decode("ascii", "ignore")
    return (text if text.isprintable() else "".join(filter(str.isprintable, text)))[:_MAX_AGENT_CHARACTERS]


def read_credentials(headers: RawHeaders, *, is_app: bool = False) -> CallerCredentials:
    """Gives the credentials in raw ASGI header pairs.

    `X-API-Key: key:secret` carries key and secret; `X-Auth-Token` is another name for `X-API-Secret`; `Authorization: Bearer
    key.secret.token` carries all three, and `.` stands in none of them. What is given in two places must be the same in both.
    A connection token comes alone; so does the access token of an app, the only credential at the OAuth door (`is_app`), and
    none anywhere else.
    Raises BadCredentials when a credential is missing, repeated, too long or
    holds a character that is not allowed (a proxy joins repeated headers with a comma, which no credential may hold), and
    PlaceholderSent where a header stands for a value that was never filled in.
    """
    given = _collect_headers(headers)
    if (header := find_placeholder(given)) is not None:
        raise PlaceholderSent(header)
    door = Door.OAUTH if is_app else Door.CONNECTION
    if alone := _TOKEN_ALONE_PATTERNS[door].fullmatch(given.get(b"authorization", b"")):
        return _read_token_alone(alone[1], door, given)
    if is_app:
        raise BadCredentials
    bearer = _BEARER_PATTERN.fullmatch(given.get(b"authorization", b""))
    if bearer is None:
        raise BadCredentials
    key, colon, secret = given.get(b"x-api-key", b"").partition(b":")
    secrets = [given.get(b"x-api-secret"), given.get(b"x-auth-token"), secret if colon else None, bearer["secret"]]
    return CallerCredentials(
        key=_match_whole(KEY_PATTERN, _require_one_value([key if b"x-api-key" in given else None, bearer["key"]])),
        secret=_match_whole(SECRET_PATTERN, _require_one_value(secrets)),
        token=bearer["token"].decode("ascii").lower(),
        is_packed=bearer["key"] is not None,
    )


def _read_token_alone(token: bytes, door: Door, given: Mapping[bytes, bytes]) -> CallerCredentials:
    """The credentials of a token that comes alone. A second answer to the question of the profile would be none."""
    if len(given) > 1:
        raise BadCredentials
    return CallerCredentials("", "", token.decode("ascii"), door)


def find_presented(headers: RawHeaders, *, is_app: bool) -> PresentedSecrets:
    """Gives the secrets in the headers of a call that is refused, and their form, as far as they can be told.

    Of headers that are not well formed it gives what each holds, but for what is too short to be a secret.
    """
    return PresentedSecrets(_find_secrets(headers), _name_form(headers, is_app=is_app))


def _name_form(headers: RawHeaders, *, is_app: bool) -> str:
    given = next((value.strip(b" \t") for name, value in headers if name.lower() == b"authorization"), b"")
    if is_app:
        return str(Door.OAUTH)
    if _TOKEN_ALONE_PATTERNS[Door.CONNECTION].fullmatch(given):
        return str(Door.CONNECTION)
    packed = _BEARER_PATTERN.fullmatch(given)
    return _PACKED if packed and packed["key"] else _APART


def _find_secrets(headers: RawHeaders) -> tuple[str, ...]:
    try:
        return read_credentials(headers).presented.secrets
    except BadCredentials:
        return tuple(_find_presented_texts(headers))


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
