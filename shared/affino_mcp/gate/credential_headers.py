"""Reads a caller's three credentials (API Key, API Secret, AccessToken) from HTTP headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from affino_mcp.errors import BadCredentials

RawHeaders = Sequence[tuple[bytes, bytes]]

_HEADER_NAMES = frozenset({b"authorization", b"x-api-key", b"x-api-secret", b"x-auth-token"})
_BEARER_PATTERN = re.compile(rb"(?i:bearer) +([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
_KEY_PATTERN = re.compile(rb"[A-Za-z0-9]{1,64}")
_SECRET_PATTERN = re.compile(rb"[A-Za-z0-9]{1,128}")


@dataclass(frozen=True)
class CallerCredentials:
    """The credentials that a caller presents: well formed, not verified. `token` is in canonical form."""

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


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
