"""A login request, and the strict parsing of its four signing headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

MAX_BODY_BYTES: Final = 16 * 1024
_KEY_PATTERN = re.compile(r"[A-Za-z0-9]{1,64}")
_SIGNATURE_PATTERN = re.compile(r"[0-9A-Fa-f]{128}")
_MD5_PATTERN = re.compile(r"(?:[0-9A-Fa-f]{32})?")
_TIMESTAMP_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_REST_PATH_PATTERN = re.compile(r"/rest/([^/]{1,100})/([A-Za-z]{1,20}(?:\.json)?)/?")
_TOKEN_PATTERN = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class LoginRequest:
    """A request: method, path, raw header pairs, body, query, the caller's network address, and the request's id.

    `base` is the service's own address as the caller reached it, without a trailing slash.
    """

    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)
    source: str = ""
    request_id: str = ""
    query: str = field(default="", repr=False)
    base: str = ""

    @property
    def instance_and_call(self) -> tuple[str, str]:
        """The instance and the call that the path names; two empty texts when it is no REST path."""
        match = _REST_PATH_PATTERN.fullmatch(self.path)
        return (match[1], match[2]) if match else ("", "")

    def token_header(self, name: str) -> str | None:
        """Gives the token in a header, in canonical form; None when it is missing, repeated or malformed."""
        value = self.single_header(name) or ""
        return value.lower() if _TOKEN_PATTERN.fullmatch(value) else None

    def single_header(self, name: str) -> str | None:
        """Gives a header's value; None when it is absent, empty or repeated."""
        values = [value for given, value in self.headers if given.lower() == name.lower().encode()]
        return values[0].strip(b" \t").decode("latin-1") or None if len(values) == 1 else None


@dataclass(frozen=True)
class SigningHeaders:
    """The signing headers, well formed; `timestamp` is the text as sent, because the signature covers that text."""

    key: str
    signature: str
    md5: str
    timestamp: str
    moment: datetime


def signing_headers(request: LoginRequest) -> SigningHeaders | None:
    """Gives the signing headers; None when one of them is missing, repeated or malformed."""
    key, signature, md5, timestamp = (
        request.single_header(n) or "" for n in ("APIKey", "Signature", "MD5", "TimeStamp")
    )
    moment = _parse_timestamp(timestamp)
    sound = _KEY_PATTERN.fullmatch(key) and _SIGNATURE_PATTERN.fullmatch(signature) and _MD5_PATTERN.fullmatch(md5)
    return SigningHeaders(key, signature.upper(), md5.upper(), timestamp, moment) if sound and moment else None


def _parse_timestamp(timestamp: str) -> datetime | None:
    if not _TIMESTAMP_PATTERN.fullmatch(timestamp):
        return None
    try:
        return datetime.fromisoformat(timestamp)
    except ValueError:
        return None
