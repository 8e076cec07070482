"""File content that is read in pieces: a few kilobytes of a 100 MB video are enough to recognise its format."""

from __future__ import annotations

from typing import Final, Protocol

from affino_mcp.store.files import FileStore

BLOCK_BYTES: Final = 64 * 1024
MAX_BLOCKS_READ: Final = 64
"""Maximum number of blocks that are read by position and kept (4 MiB); a file that needs more is refused."""

PIECE_BYTES: Final = 4 * 1024 * 1024
MAX_PIECES_READ: Final = 32
"""Maximum number of pieces that are read of a stored file: 100 MB are gone through once."""


class FileContent(Protocol):
    """Bytes that are read by position."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    def read_bytes(self, start: int, length: int) -> bytes:
        """Reads bytes: fewer at the end, and none once the limit of reads is reached. No part is read twice."""

    def read_piece(self, start: int) -> bytes:
        """Reads PIECE_BYTES, which are not kept: fewer at the end, and none once the limit of pieces is reached."""


class InlineContent:
    """Content that came with the call."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        """The number of bytes (see FileContent)."""
        return len(self.data)

    def read_bytes(self, start: int, length: int) -> bytes:
        """Reads bytes (see FileContent)."""
        return self.data[start : start + length]

    def read_piece(self, start: int) -> bytes:
        """Reads bytes (see FileContent)."""
        return self.data[start : start + PIECE_BYTES]


class StoredContent:
    """Content of an object in the file store."""

    def __init__(self, files: FileStore, key: str, size: int) -> None:
        self._files, self._key, self._size = files, key, size
        self._blocks: dict[int, bytes] = {}
        self._pieces_read = 0

    def reopened(self) -> StoredContent:
        """The same content with nothing read yet."""
        return StoredContent(self._files, self._key, self._size)

    @property
    def size(self) -> int:
        """The number of bytes (see FileContent)."""
        return self._size

    def read_bytes(self, start: int, length: int) -> bytes:
        """Reads bytes (see FileContent). Raises NoObject and StoreUnavailable."""
        last = min(start + length, self._size)
        wanted = range(start // BLOCK_BYTES, (last - 1) // BLOCK_BYTES + 1) if 0 <= start < last else range(0)
        blocks = [self._read_block(place) for place in wanted]
        return b"".join(blocks)[start % BLOCK_BYTES :][: last - start] if all(blocks) and blocks else b""

    def _read_block(self, place: int) -> bytes:
        if place not in self._blocks and len(self._blocks) < MAX_BLOCKS_READ:
            self._blocks[place] = self._files.read(self._key, place * BLOCK_BYTES, BLOCK_BYTES)
        return self._blocks.get(place, b"")

    def read_piece(self, start: int) -> bytes:
        """Reads bytes (see FileContent). Raises NoObject and StoreUnavailable."""
        length = min(PIECE_BYTES, self._size - start)
        if start < 0 or length <= 0 or self._pieces_read >= MAX_PIECES_READ:
            return b""
        self._pieces_read += 1
        return self._files.read(self._key, start, length)
