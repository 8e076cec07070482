"""An archive: objects in a bucket that are added once and never replaced.

`S3Archive` is the real one, `testing.memory_archive.MemoryArchive` its twin for tests; both pass tests/contract/test_archive.py.
"""

from __future__ import annotations

import hashlib
from typing import Final, Protocol

from affino_mcp.late_pattern import late_pattern
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import CHECKSUM_HEADER, hex_to_base64
from affino_mcp.store.s3 import S3FileStore

MAX_KEYS_PER_LIST: Final = 1000
"""S3's limit for the keys of one answer."""

_KEY: Final = late_pattern(r"<Key>([^<]+)</Key>")


class Archive(Protocol):
    """Adds and reads objects by key. Every method may raise StoreUnavailable."""

    def add(self, key: str, content: bytes) -> bool:
        """Adds an object; False when there is one under this key, which stays as it is."""

    def read(self, key: str) -> bytes | None:
        """Gives an object's bytes; None when there is no object."""

    def list_keys(self, prefix: str, after: str = "") -> list[str]:
        """Gives the first MAX_KEYS_PER_LIST keys that begin with `prefix` and sort after `after`, in order."""


class S3Archive:
    """An archive in an S3 bucket, which tells by the header field If-None-Match whether an object is new."""

    def __init__(self, bucket: S3FileStore) -> None:
        self._bucket = bucket

    def add(self, key: str, content: bytes) -> bool:
        """See Archive. S3 asks for a checksum where objects are locked."""
        checksum = hex_to_base64(hashlib.sha256(content).hexdigest())
        headers = {"If-None-Match": "*", "Content-Type": "application/json", CHECKSUM_HEADER: checksum}
        status = self._bucket.send_request("PUT", key, headers, content).status
        if status not in (200, 412):  # 409: somebody else is adding it at this moment
            raise StoreUnavailable(f"S3 answered {status}")
        return status == 200

    def read(self, key: str) -> bytes | None:
        """See Archive."""
        answer = self._bucket.send_request("GET", key)
        if answer.status not in (200, 404):
            raise StoreUnavailable(f"S3 answered {answer.status}")
        return answer.data if answer.status == 200 else None

    def list_keys(self, prefix: str, after: str = "") -> list[str]:
        """See Archive."""
        query = {"list-type": "2", "prefix": prefix, "max-keys": str(MAX_KEYS_PER_LIST)}
        answer = self._bucket.send_request("GET", "", query=query | ({"start-after": after} if after else {}))
        if answer.status != 200:
            raise StoreUnavailable(f"S3 answered {answer.status}")
        from html import unescape  # noqa: PLC0415 (its table of names takes 1 ms of a start)

        return [unescape(key) for key in _KEY.findall(answer.data.decode())]
