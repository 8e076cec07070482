"""Files in memory, for tests: the same answers as S3, also to the presigned requests that callers send to S3."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import (
    MAX_LISTED_OBJECTS,
    SIGNED_REQUEST_LIFETIME,
    FileUpload,
    ListedObject,
    NoObject,
    ObjectHead,
    ObjectPage,
    PresignedUpload,
    content_disposition,
)
from affino_mcp.value_class import value_class

MEMORY_URL: Final = "memory://files/"


@value_class
class _StoredObject:
    content: bytes
    mime_type: str
    sha256: str
    version: str
    stored_at: datetime


@value_class
class DownloadAnswer:
    """The answer to a download."""

    status: int
    content: bytes = b""
    mime_type: str = ""
    disposition: str = ""


class MemoryFileStore:
    """Files on dictionaries.

    `accept_upload` and `answer_download` answer presigned requests as S3 does; `broken` makes every method fail.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._objects: dict[str, _StoredObject] = {}
        self._signed: dict[str, tuple[datetime, str]] = {}
        self.broken = False

    @property
    def keys(self) -> list[str]:
        """The keys of all objects."""
        return sorted(self._objects)

    def _sign_text(self, text: str) -> str:
        signature = secrets.token_hex(8)
        self._signed[signature] = (self._clock() + SIGNED_REQUEST_LIFETIME, text)
        return signature

    def _is_signed(self, signature: str, text: str) -> bool:
        ends, signed = self._signed.get(signature, (None, ""))
        return ends is not None and signed == text and self._clock() <= ends

    def _require_working(self) -> None:
        if self.broken:
            raise StoreUnavailable

    def _store_object(self, key: str, content: bytes, mime_type: str) -> None:
        found = _StoredObject(
            content, mime_type, hashlib.sha256(content).hexdigest(), secrets.token_hex(8), self._clock()
        )
        with self._lock:
            self._objects[key] = found

    def _require_object(self, key: str) -> _StoredObject:
        self._require_working()
        if key not in self._objects:
            raise NoObject
        return self._objects[key]

    def put(self, upload: FileUpload, content: bytes) -> None:
        """See FileStore."""
        self._require_working()
        if hashlib.sha256(content).hexdigest() != upload.sha256:
            raise StoreUnavailable("checksum")
        self._store_object(upload.key, content, upload.mime_type)

    def presign_upload(self, upload: FileUpload) -> PresignedUpload:
        """See FileStore."""
        return PresignedUpload(
            f"{MEMORY_URL}{upload.key}?{self._sign_text(json.dumps(asdict(upload)))}", upload.headers
        )

    def presign_download(self, key: str, mime_type: str, file_name: str) -> str:
        """See FileStore."""
        wanted = json.dumps([key, mime_type, content_disposition(file_name)])
        return f"{MEMORY_URL}{key}?{self._sign_text(wanted)}"

    def head(self, key: str) -> ObjectHead | None:
        """See FileStore."""
        try:
            found = self._require_object(key)
        except NoObject:
            return None
        return ObjectHead(len(found.content), found.mime_type, found.sha256, found.version)

    def read(self, key: str, start: int, length: int) -> bytes:
        """See FileStore."""
        return self._require_object(key).content[start : start + length]

    def copy(self, source: str, target: str, version: str) -> None:
        """See FileStore."""
        found = self._require_object(source)
        if found.version != version:
            raise NoObject
        self._store_object(target, found.content, found.mime_type)

    def delete(self, key: str) -> None:
        """See FileStore."""
        self._require_working()
        with self._lock:
            self._objects.pop(key, None)

    def list_objects(self, prefix: str, start_after: str = "", limit: int = MAX_LISTED_OBJECTS) -> ObjectPage:
        """See FileStore."""
        self._require_working()
        with self._lock:
            found = {key: one for key, one in self._objects.items() if key.startswith(prefix) and key > start_after}
        objects = [ListedObject(key, len(found[key].content), found[key].stored_at) for key in sorted(found)]
        return ObjectPage(objects[:limit], len(objects) <= limit)

    def accept_upload(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """Handles a presigned upload as S3 does; gives the HTTP status."""
        address, _, signature = url.partition("?")
        _, text = self._signed.get(signature, (None, ""))
        if not self._is_signed(signature, text) or "sha256" not in text:
            return 403
        wanted = FileUpload(**json.loads(text))
        if address != MEMORY_URL + wanted.key or dict(headers) != wanted.headers or len(content) != wanted.size:
            return 403
        if hashlib.sha256(content).hexdigest() != wanted.sha256:
            return 400
        if wanted.key in self._objects:
            return 412
        self._store_object(wanted.key, content, wanted.mime_type)
        return 200

    def answer_download(self, url: str) -> DownloadAnswer:
        """Handles a presigned download as S3 does; gives the answer."""
        address, _, signature = url.partition("?")
        _, text = self._signed.get(signature, (None, "[]"))
        if (
            not self._is_signed(signature, text)
            or not (wanted := json.loads(text))
            or address != MEMORY_URL + wanted[0]
        ):
            return DownloadAnswer(403)
        found = self._objects.get(wanted[0])
        return DownloadAnswer(200, found.content, wanted[1], wanted[2]) if found else DownloadAnswer(404)
