"""A FileStore for tests whose calls fail as a store's calls do: not sent, carried out but not answered, sent twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import (
    MAX_LISTED_OBJECTS,
    FileStore,
    FileUpload,
    NoObject,
    ObjectHead,
    ObjectPage,
    PresignedUpload,
)
from affino_mcp.store.testing.faulty_database import StoreFault

T = TypeVar("T")


class FaultyFileStore:
    """Passes everything on to `inner`, except for the requests that `faults` names by their number, from 0.

    `calls` lists the methods of the requests since `arm`. Presigning sends no request and is not counted. StoreFault's
    `condition` has no meaning here: a request with it is carried out.
    """

    def __init__(self, inner: FileStore) -> None:
        self.inner = inner
        self.arm({})

    def arm(self, faults: dict[int, StoreFault]) -> None:
        """Sets the faults of the next requests, which are counted from 0 again."""
        self.faults = faults
        self.calls: list[str] = []

    def _send(self, work: Callable[[], T], method: str) -> T:
        number = len(self.calls)
        self.calls.append(method)
        match self.faults.get(number):
            case StoreFault.BEFORE:
                raise StoreUnavailable
            case StoreFault.LOST:
                with suppress(NoObject):
                    work()
                raise StoreUnavailable
            case StoreFault.RESEND:
                work()
        return work()

    def put(self, upload: FileUpload, content: bytes) -> None:
        """See FileStore."""
        self._send(lambda: self.inner.put(upload, content), "put")

    def presign_upload(self, upload: FileUpload) -> PresignedUpload:
        """See FileStore."""
        return self.inner.presign_upload(upload)

    def presign_download(self, key: str, mime_type: str, file_name: str) -> str:
        """See FileStore."""
        return self.inner.presign_download(key, mime_type, file_name)

    def head(self, key: str) -> ObjectHead | None:
        """See FileStore."""
        return self._send(lambda: self.inner.head(key), "head")

    def read(self, key: str, start: int, length: int) -> bytes:
        """See FileStore."""
        return self._send(lambda: self.inner.read(key, start, length), "read")

    def copy(self, source: str, target: str, version: str) -> None:
        """See FileStore."""
        self._send(lambda: self.inner.copy(source, target, version), "copy")

    def delete(self, key: str) -> None:
        """See FileStore."""
        self._send(lambda: self.inner.delete(key), "delete")

    def list_objects(self, prefix: str, start_after: str = "", limit: int = MAX_LISTED_OBJECTS) -> ObjectPage:
        """See FileStore."""
        return self._send(lambda: self.inner.list_objects(prefix, start_after, limit), "list_objects")
