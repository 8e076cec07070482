"""Files in memory, for tests: the same answers as S3, also to the presigned requests that callers send to S3."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from affino_mcp.store.files import LIFETIME, Door, Head, NoObject, Upload, disposition
from affino_mcp.store.ops import StoreUnavailable

URL: Final = "memory://files/"


@dataclass(frozen=True)
class _Object:
    content: bytes
    mime_type: str
    sha256: str
    version: str


@dataclass(frozen=True)
class Download:
    """The answer to a download."""

    status: int
    content: bytes = b""
    mime_type: str = ""
    disposition: str = ""


class MemoryFiles:
    """Files on dictionaries.

    `take` and `get` answer presigned requests as S3 does; `broken` makes every method fail.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._objects: dict[str, _Object] = {}
        self._signed: dict[str, tuple[datetime, str]] = {}
        self.broken = False

    @property
    def keys(self) -> list[str]:
        """The keys of all objects."""
        return sorted(self._objects)

    def _sign(self, text: str) -> str:
        signature = secrets.token_hex(8)
        self._signed[signature] = (self._clock() + LIFETIME, text)
        return signature

    def _known(self, signature: str, text: str) -> bool:
        ends, signed = self._signed.get(signature, (None, ""))
        return ends is not None and signed == text and self._clock() <= ends

    def _must_answer(self) -> None:
        if self.broken:
            raise StoreUnavailable

    def _store(self, key: str, content: bytes, mime_type: str) -> None:
        found = _Object(content, mime_type, hashlib.sha256(content).hexdigest(), secrets.token_hex(8))
        with self._lock:
            self._objects[key] = found

    def _object(self, key: str) -> _Object:
        self._must_answer()
        if key not in self._objects:
            raise NoObject
        return self._objects[key]

    def put(self, upload: Upload, content: bytes) -> None:
        """See Files."""
        self._must_answer()
        if hashlib.sha256(content).hexdigest() != upload.sha256:
            raise StoreUnavailable("checksum")
        self._store(upload.key, content, upload.mime_type)

    def door(self, upload: Upload) -> Door:
        """See Files."""
        return Door(f"{URL}{upload.key}?{self._sign(json.dumps(asdict(upload)))}", upload.headers)

    def download_url(self, key: str, mime_type: str, file_name: str) -> str:
        """See Files."""
        wanted = json.dumps([key, mime_type, disposition(file_name)])
        return f"{URL}{key}?{self._sign(wanted)}"

    def head(self, key: str) -> Head | None:
        """See Files."""
        try:
            found = self._object(key)
        except NoObject:
            return None
        return Head(len(found.content), found.mime_type, found.sha256, found.version)

    def read(self, key: str, start: int, length: int) -> bytes:
        """See Files."""
        return self._object(key).content[start : start + length]

    def copy(self, source: str, target: str, version: str) -> None:
        """See Files."""
        found = self._object(source)
        if found.version != version:
            raise NoObject
        self._store(target, found.content, found.mime_type)

    def delete(self, key: str) -> None:
        """See Files."""
        self._must_answer()
        with self._lock:
            self._objects.pop(key, None)

    def take(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """Handles a presigned upload as S3 does; gives the HTTP status."""
        address, _, signature = url.partition("?")
        _, text = self._signed.get(signature, (None, ""))
        if not self._known(signature, text) or "sha256" not in text:
            return 403
        wanted = Upload(**json.loads(text))
        if address != URL + wanted.key or dict(headers) != wanted.headers or len(content) != wanted.size:
            return 403
        if hashlib.sha256(content).hexdigest() != wanted.sha256:
            return 400
        if wanted.key in self._objects:
            return 412
        self._store(wanted.key, content, wanted.mime_type)
        return 200

    def get(self, url: str) -> Download:
        """Handles a presigned download as S3 does; gives the answer."""
        address, _, signature = url.partition("?")
        _, text = self._signed.get(signature, (None, "[]"))
        if not self._known(signature, text) or not (wanted := json.loads(text)) or address != URL + wanted[0]:
            return Download(403)
        found = self._objects.get(wanted[0])
        return Download(200, found.content, wanted[1], wanted[2]) if found else Download(404)
