"""Version 1's signature, from its public description alone; shares no code with the service."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

Headers = dict[str, str]


def hash_body(body: str) -> str:
    """The value of the `MD5` header: of the trimmed body in UTF-8, or "" when nothing is left of it."""
    text = body.strip()
    return hashlib.md5(text.encode()).hexdigest().upper() if text else ""


def make_signature(method: str, pattern: str, body: str, secret: str, stamp: str) -> str:
    """The value of the `Signature` header. `pattern` is the path as it is signed, with or without its query."""
    text = "+".join([method, pattern, hash_body(body), secret, stamp])
    return hashlib.sha512(text.encode()).hexdigest().upper()


def write_stamp(at: datetime) -> str:
    """The value of the `TimeStamp` header: ISO 8601 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_stamp(text: str) -> datetime | None:
    """The moment of a `TimeStamp` header, with or without milliseconds; none when it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def sign(method: str, path: str, body: str, key: str, secret: str, at: datetime) -> Headers:
    """The headers of one signed request. `path` is signed as it is given: leave the query out where it is not signed."""
    stamp = write_stamp(at)
    headers = {
        "APIKey": key,
        "TimeStamp": stamp,
        "Signature": make_signature(method, path, body, secret, stamp),
        "User-Agent": "version1-client/1.0",
    }
    digest = hash_body(body)
    return {**headers, "MD5": digest, "Content-Type": "application/json"} if digest else headers
