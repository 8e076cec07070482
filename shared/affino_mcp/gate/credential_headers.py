"""The three credentials as they come in HTTP headers (R21, R38). Nothing else of a request is ever looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from affino_mcp.errors import BadCredentials

RawHeaders = Sequence[tuple[bytes, bytes]]

_NAMES = frozenset({b"authorization", b"x-api-key", b"x-api-secret", b"x-auth-token"})
_BEARER = re.compile(rb"(?i:bearer) +([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
_KEY = re.compile(rb"[A-Za-z0-9]{1,64}")
_SECRET = re.compile(rb"[A-Za-z0-9]{1,128}")


@dataclass(frozen=True)
class Credentials:
    """What the caller presents; well formed, not yet believed. `token` is in canonical form."""

    key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


def read(headers: RawHeaders) -> Credentials:
    """The credentials in raw ASGI header pairs.

    `X-API-Key: key:secret` carries both; `X-Auth-Token` is another name for `X-API-Secret` (design decision 5). A value
    given twice must be the same twice. Raises BadCredentials for anything missing, repeated, over-long or holding any
    character that a credential cannot hold (a comma is what a proxy leaves of a repeated header).
    """
    given = _given(headers)
    packed_key, colon, packed_secret = given.get(b"x-api-key", b"").partition(b":")
    parts = [given.get(b"x-api-secret"), given.get(b"x-auth-token"), packed_secret if colon else None]
    return Credentials(
        key=_whole(_KEY, packed_key),
        secret=_whole(_SECRET, _agreed(part for part in parts if part is not None)),
        token=_token(given.get(b"authorization", b"")),
    )


def presented(headers: RawHeaders) -> tuple[str, ...]:
    """The secrets among the headers, to be kept out of rows; none when they are not well formed."""
    try:
        given = read(headers)
    except BadCredentials:
        return ()
    return given.secret, given.token


def _given(headers: RawHeaders) -> dict[bytes, bytes]:
    given: dict[bytes, bytes] = {}
    for raw_name, value in headers:
        name = raw_name.lower()
        if name in given:
            raise BadCredentials
        if name in _NAMES:
            given[name] = value.strip(b" \t")
    return given


def _agreed(values: Iterable[bytes]) -> bytes:
    distinct = set(values)
    if len(distinct) != 1:
        raise BadCredentials
    return distinct.pop()


def _whole(pattern: re.Pattern[bytes], value: bytes) -> str:
    if not pattern.fullmatch(value):
        raise BadCredentials
    return value.decode("ascii")


def _token(value: bytes) -> str:
    match = _BEARER.fullmatch(value)
    if match is None:
        raise BadCredentials
    return match.group(1).decode("ascii").lower()
