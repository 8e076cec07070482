"""A file's content, read in pieces: what is needed to know a 100 MB video is a few kilobytes of it."""

from __future__ import annotations

from typing import Final, Protocol

from affino_mcp.store.files import Files

BLOCK: Final = 64 * 1024
MOST_BLOCKS: Final = 64
"""How much of a stored file is ever read to know it: 4 MiB. A file that needs more is not understood."""


class Content(Protocol):
    """Bytes that can be asked for by place; nothing is read twice."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read(self, start: int, length: int) -> bytes:
        """Some bytes: fewer at the end, none where too much has been asked for altogether."""


class Inline:
    """Content that came with the call."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        """See Content."""
        return len(self.data)

    def read(self, start: int, length: int) -> bytes:
        """See Content."""
        return self.data[start : start + length]


class Kept:
    """Content of an object in the store."""

    def __init__(self, files: Files, key: str, size: int) -> None:
        self._files, self._key, self._size = files, key, size
        self._blocks: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        """See Content."""
        return self._size

    def read(self, start: int, length: int) -> bytes:
        """See Content. Raises NoObject, StoreUnavailable."""
        last = min(start + length, self._size)
        wanted = range(start // BLOCK, (last - 1) // BLOCK + 1) if 0 <= start < last else range(0)
        blocks = [self._block(place) for place in wanted]
        return b"".join(blocks)[start % BLOCK :][: last - start] if all(blocks) and blocks else b""

    def _block(self, place: int) -> bytes:
        if place not in self._blocks and len(self._blocks) < MOST_BLOCKS:
            self._blocks[place] = self._files.read(self._key, place * BLOCK, BLOCK)
        return self._blocks.get(place, b"")
