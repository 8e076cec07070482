"""Files: objects in a bucket, uploaded and downloaded by signed requests that go past this service (R63, R109).

`memory_files.MemoryFiles` is the twin for tests, `s3.S3Files` the real one; both pass tests/contract/test_files.py.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import quote

LIFETIME: Final = timedelta(minutes=5)
"""How long a signed upload or download can be used."""

UPLOADS: Final = "uploads/"
MEDIA: Final = "media/"
"""Where keys begin: callers upload below the first, and only this service writes below the second."""

CHECKSUM: Final = "x-amz-checksum-sha256"
"""The header field in which S3 takes, checks and tells an object's SHA-256."""


class NoObject(Exception):
    """There is no object under this key, or it is another one than was named."""


@dataclass(frozen=True)
class Head:
    """What the store knows of an object. `sha256` is in hex, "" when the store was not told to check one."""

    size: int
    mime_type: str
    sha256: str
    version: str


@dataclass(frozen=True)
class Upload:
    """One upload to come: exactly these bytes of exactly this type, under this key and no other."""

    key: str
    mime_type: str
    size: int
    sha256: str

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that its request must carry: all of them are signed."""
        return {
            "Content-Length": str(self.size),
            "Content-Type": self.mime_type,
            "If-None-Match": "*",
            CHECKSUM: in_base64(self.sha256),
        }


@dataclass(frozen=True)
class Door:
    """A signed request: PUT the bytes to `url` with exactly these headers. Whoever holds it can upload, once."""

    url: str
    headers: Mapping[str, str]


class Files(Protocol):
    """Objects by key. Every method may raise StoreUnavailable; the two that sign send nothing."""

    def put(self, upload: Upload, content: bytes) -> None:
        """Store the bytes; the store checks them against the upload's sha256."""

    def door(self, upload: Upload) -> Door:
        """A request that uploads exactly this, and only while there is no such object; open for LIFETIME."""

    def download_url(self, key: str, mime_type: str, file_name: str) -> str:
        """An address that gives the object for LIFETIME, as this type, to be saved under this name."""

    def head(self, key: str) -> Head | None:
        """The object's facts; None when there is none."""

    def read(self, key: str, start: int, length: int) -> bytes:
        """Some of the object's bytes, fewer at its end. Raises NoObject."""

    def copy(self, source: str, target: str, version: str) -> None:
        """Copy an object if it still is the version that `head` told. Raises NoObject."""

    def delete(self, key: str) -> None:
        """Remove an object; no error when there is none."""


def disposition(file_name: str) -> str:
    """The Content-Disposition of a download (RFC 6266): always saved, never shown by the browser that fetches it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def in_base64(sha256: str) -> str:
    """A checksum in hex as S3's header fields carry it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def in_hex(checksum: str) -> str:
    """The inverse of `in_base64`."""
    return base64.b64decode(checksum).hex()
