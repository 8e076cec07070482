"""The two file stores of the contract tests, each with the presigned requests that callers send to it directly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from affino_mcp.local.network import make_local_client
from affino_mcp.local.stores import open_bucket
from affino_mcp.settings import Settings
from affino_mcp.store.files import FileStore, FileUpload, PresignedUpload
from affino_mcp.store.testing.memory_files import MemoryFileStore

TEXT = b"a picture, as far as a store can tell"
OTHER = b"A picture, as far as a store can tell"


def upload_of(content: bytes, key: str = "uploads/one") -> FileUpload:
    return FileUpload(key, "image/png", len(content), hashlib.sha256(content).hexdigest())


@dataclass
class Got:
    status: int
    content: bytes
    headers: Mapping[str, str]


class Doors(Protocol):
    """A file store, and the two presigned requests that callers send to it directly."""

    @property
    def files(self) -> FileStore: ...
    def send(self, door: PresignedUpload, content: bytes, headers: Mapping[str, str]) -> int: ...
    def get(self, url: str) -> Got: ...


class InMemory:
    def __init__(self) -> None:
        self._files = MemoryFileStore(lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    @property
    def files(self) -> FileStore:
        return self._files

    def send(self, door: PresignedUpload, content: bytes, headers: Mapping[str, str]) -> int:
        return self._files.accept_upload(
            door.url, {**door.headers, "Content-Length": str(len(content)), **headers}, content
        )

    def get(self, url: str) -> Got:
        found = self._files.answer_download(url)
        return Got(
            found.status,
            found.content,
            {"content-type": found.mime_type, "content-disposition": found.disposition},
        )


class OnS3:
    def __init__(self, settings: Settings) -> None:
        self._files = open_bucket(settings)

    @property
    def files(self) -> FileStore:
        return self._files

    def send(self, door: PresignedUpload, content: bytes, headers: Mapping[str, str]) -> int:
        with make_local_client() as http:
            sent = {**door.headers, "Content-Length": str(len(content)), **headers}
            return http.put(door.url, content=content, headers=sent).status_code

    def get(self, url: str) -> Got:
        with make_local_client() as http:
            answer = http.get(url)
        return Got(answer.status_code, answer.content, answer.headers)
