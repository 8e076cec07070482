"""Affino's request signature: a plain SHA-512 over method, URI, body MD5, secret and time stamp."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime


def body_md5(body: bytes) -> str:
    """Gives the MD5 header: upper-case hex of the trimmed body's MD5, or an empty text for an empty body."""
    trimmed = body.strip()
    return hashlib.md5(trimmed, usedforsecurity=False).hexdigest().upper() if trimmed else ""


def sign_request(method: str, uri: str, body: bytes, secret: str, timestamp: str) -> str:
    """Gives the Signature header in upper-case hex. `uri` is the path without scheme, host and stage."""
    return sign_digest(method, uri, body_md5(body), secret, timestamp)


def sign_digest(method: str, uri: str, md5: str, secret: str, timestamp: str) -> str:
    """Gives the Signature header of a request whose body has this MD5 header."""
    text = f"{method.upper()}+{uri}+{md5}+{secret}+{timestamp}"
    return hashlib.sha512(text.encode()).hexdigest().upper()


def format_timestamp(moment: datetime) -> str:
    """Gives the TimeStamp header: ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def signed_headers(method: str, uri: str, body: bytes, key: str, secret: str, moment: datetime) -> dict[str, str]:
    """Gives all headers of a signed request; the secret itself is not among them."""
    timestamp = format_timestamp(moment)
    headers = {"APIKey": key, "TimeStamp": timestamp, "Signature": sign_request(method, uri, body, secret, timestamp)}
    md5 = body_md5(body)
    return headers | ({"MD5": md5} if md5 else {})
