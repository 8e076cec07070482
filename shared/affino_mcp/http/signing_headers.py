"""The strict parsing of Affino's header fields: the four that sign a request, and the tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from affino_mcp.http.credential_forms import API_KEY_FORM, MD5_FORM, SIGNATURE_FORM, TOKEN_FORM
from affino_mcp.value_class import value_class

RawHeaders = Sequence[tuple[bytes, bytes]]
_KEY_PATTERN = re.compile(API_KEY_FORM)
_SIGNATURE_PATTERN = re.compile(SIGNATURE_FORM)
_MD5_PATTERN = re.compile(f"(?:{MD5_FORM})?")
_TIMESTAMP_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_TOKEN_PATTERN = re.compile(TOKEN_FORM, re.IGNORECASE)


@value_class
class SigningHeaders:
    """The signing headers, well formed; `timestamp` is the text as sent, because the signature covers that text."""

    key: str
    signature: str
    md5: str
    timestamp: str
    moment: datetime


def single_header(headers: RawHeaders, name: str) -> str | None:
    """Gives a header's value; None when it is absent, empty or repeated."""
    values = [value for given, value in headers if given.lower() == name.lower().encode()]
    return values[0].strip(b" \t").decode("latin-1") or None if len(values) == 1 else None


def token_header(headers: RawHeaders, name: str) -> str | None:
    """Gives the token in a header, in canonical form; None when it is missing, repeated or malformed."""
    value = single_header(headers, name) or ""
    return value.lower() if _TOKEN_PATTERN.fullmatch(value) else None


def signing_headers(headers: RawHeaders) -> SigningHeaders | None:
    """Gives the signing headers; None when one of them is missing, repeated or malformed."""
    key, signature, md5, timestamp = (
        single_header(headers, name) or "" for name in ("APIKey", "Signature", "MD5", "TimeStamp")
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
