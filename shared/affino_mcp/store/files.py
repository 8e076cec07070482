"""Files: objects in a bucket, which callers upload and download by presigned requests, not through this service.

`s3.S3FileStore` is the real one, `testing.memory_files.MemoryFileStore` its twin for tests; both pass
tests/contract/test_files.py.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import quote

from affino_mcp.value_class import value_class

SIGNED_REQUEST_LIFETIME: Final = timedelta(minutes=5)
"""How long a presigned upload or download is valid."""

UPLOADS_PREFIX: Final = "uploads/"
MEDIA_PREFIX: Final = "media/"
"""Prefixes of keys: callers upload below the first, and only this service writes below the second."""

CHECKSUM_HEADER: Final = "x-amz-checksum-sha256"
"""The header field in which S3 receives, checks and returns an object's SHA-256."""


class NoObject(Exception):
    """There is no object under this key, or its version is not the expected one."""


@value_class
class ObjectHead:
    """The metadata of an object. `sha256` is in hex, "" when the object was stored without a checksum."""

    size: int
    mime_type: str
    sha256: str
    version: str


MAX_LISTED_OBJECTS: Final = 1000
"""S3's limit for the objects of one listing."""


@value_class
class ListedObject:
    """An object as a listing names it; `stored_at` is when its bytes were stored, in UTC."""

    key: str
    size: int
    stored_at: datetime


@value_class
class ObjectPage:
    """Objects in the order of their keys; `is_last` is True when no object of the prefix follows."""

    objects: list[ListedObject]
    is_last: bool


@value_class
class FileUpload:
    """A permitted upload: exactly these bytes of exactly this type, under this key."""

    key: str
    mime_type: str
    size: int
    sha256: str

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that the upload's request must have; all of them are signed."""
        return {
            "Content-Length": str(self.size),
            "Content-Type": self.mime_type,
            "If-None-Match": "*",
            CHECKSUM_HEADER: hex_to_base64(self.sha256),
        }


@value_class
class PresignedUpload:
    """A presigned request: PUT the bytes to `url` with exactly these headers. Its holder can upload once."""

    url: str
    headers: Mapping[str, str]


class FileStore(Protocol):
    """Stores objects by key. Every method may raise StoreUnavailable; the two that presign send no request."""

    def put(self, upload: FileUpload, content: bytes) -> None:
        """Stores the bytes; the store checks them against the upload's sha256."""

    def presign_upload(self, upload: FileUpload) -> PresignedUpload:
        """Gives a request, valid for SIGNED_REQUEST_LIFETIME, for this upload only, and only while the object does not exist."""

    def presign_download(self, key: str, mime_type: str, file_name: str) -> str:
        """Gives a URL, valid for SIGNED_REQUEST_LIFETIME, that downloads the object as this type, to be saved under this name."""

    def head(self, key: str) -> ObjectHead | None:
        """Gives the object's metadata; None when there is no object."""

    def read(self, key: str, start: int, length: int) -> bytes:
        """Gives `length` of the object's bytes from `start`, fewer at its end. Raises NoObject."""

    def copy(self, source: str, target: str, version: str) -> None:
        """Copies an object if its version is still `version`, as `head` gave it. Raises NoObject."""

    def delete(self, key: str) -> None:
        """Removes an object; no error when there is none."""

    def list_objects(self, prefix: str, start_after: str = "", limit: int = MAX_LISTED_OBJECTS) -> ObjectPage:
        """Gives at most `limit` of the objects whose keys begin with `prefix`, those whose keys follow `start_after`."""


def content_disposition(file_name: str) -> str:
    """Gives the Content-Disposition of a download (RFC 6266): browsers save the file and do not display it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def hex_to_base64(sha256: str) -> str:
    """Converts a checksum from hex to base64, as S3's header fields hold it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def base64_to_hex(checksum: str) -> str:
    """Converts a checksum from base64 to hex."""
    return base64.b64decode(checksum).hex()
