"""Goes through a file from front to back, one piece in memory at a time."""

from __future__ import annotations

import re
from typing import Final

from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.tool_errors import UnsupportedMedia

MAX_STEPS: Final = 500_000
"""Maximum number of steps through a file: a GIF image of 100 MB has 420,000 parts of 255 bytes, its smallest."""

BLANKS: Final = b"\0\t\n\f\r "
"""The bytes that may follow the end of a file: PDF's white-space characters (ISO 32000-1, 7.2.2)."""

_NO_BLANK: Final = re.compile(b"[^%b]" % re.escape(BLANKS))


class ForwardScan:
    """Looks at the bytes of a file at places that only grow, or step back by a few bytes.

    Raises UnsupportedMedia after MAX_STEPS looks.
    """

    def __init__(self, content: FileContent) -> None:
        self._content = content
        self._piece, self._start, self._steps = b"", 0, 0

    @property
    def size(self) -> int:
        """The number of bytes of the file."""
        return self._content.size

    def look_at(self, place: int, length: int) -> bytes:
        """The bytes at a place, at most a piece of them; fewer at the end of the file."""
        self._step()
        offset = place - self._start
        if not 0 <= offset <= len(self._piece) - min(length, self.size - place):
            self._load(place)
            offset = 0
        return self._piece[offset : offset + length]

    def look_at_byte(self, place: int) -> int:
        """The byte at a place; -1 at the end of the file."""
        self._step()
        offset = place - self._start
        if not 0 <= offset < len(self._piece):
            self._load(place)
            offset = 0
        return self._piece[offset] if self._piece else -1

    def find(self, pattern: re.Pattern[bytes], place: int, overlap: int = 0) -> int:
        """The place of the first match, of at most `overlap` + 1 bytes, from a place on; -1 when there is none."""
        while place < self.size:
            self._step()
            if not 0 <= place - self._start < len(self._piece) - overlap:
                self._load(place)
            if found := pattern.search(self._piece, place - self._start):
                return self._start + found.start()
            end = self._start + len(self._piece)
            if end >= self.size or len(self._piece) <= overlap:
                return -1
            place = end - overlap
        return -1

    def is_blank_from(self, place: int) -> bool:
        """True when nothing but blanks follows."""
        return self.find(_NO_BLANK, place) < 0

    def _load(self, place: int) -> None:
        self._piece, self._start = self._content.read_piece(place), place
        if not self._piece and place < self.size:
            raise _too_many_parts_error()

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _too_many_parts_error()


def _too_many_parts_error() -> UnsupportedMedia:
    return UnsupportedMedia("The file has too many parts to be checked.")
