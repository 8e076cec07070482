"""Checks the frame of a PDF file, and finds the names that make one act (ISO 32000-1)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from affino_mcp.instance.builtin.media.file_content import PIECE_BYTES, FileContent
from affino_mcp.instance.builtin.media.forward_scan import BLANKS
from affino_mcp.tool_errors import UnsupportedMedia

ACTIVE_NAMES: Final = ("JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles")
"""Names of what a PDF viewer runs, starts or hands out."""

MAX_NAMES_SEARCHED: Final = 4_000_000
"""Maximum number of names (signs `/`) that are looked through in one file."""

_END_BYTES: Final = 1024
_OVERLAP_BYTES: Final = 64
"""More than the longest of ACTIVE_NAMES with every letter escaped, and the delimiter behind it."""


def _spellings(name: str) -> str:
    """A pattern for a name whose letters may be written as `#` and two hexadecimal digits."""
    return "".join(f"(?:{letter}|(?i:#{ord(letter):02x}))" for letter in name)


@cache
def _active_pattern() -> re.Pattern[bytes]:
    return re.compile(rf"/(?:{'|'.join(map(_spellings, ACTIVE_NAMES))})[\0\t\n\f\r ()<>\[\]{{}}/%]".encode())


def require_pdf_end(content: FileContent) -> None:
    """Raises UnsupportedMedia unless the last 1,024 bytes hold `%%EOF`, and nothing but blanks follows it."""
    offset = max(0, content.size - _END_BYTES)
    if not content.read_bytes(offset, _END_BYTES).rstrip(BLANKS).endswith(b"%%EOF"):
        raise UnsupportedMedia("The PDF is not complete, or other data follows its end (%%EOF). Save it anew.")


def is_active_pdf(content: FileContent) -> bool:
    """True when the file has one of ACTIVE_NAMES, spelled in any way (7.3.5), or too many names to tell.

    Compressed objects are not looked into.
    """
    names = 0
    for start in range(0, content.size, PIECE_BYTES - _OVERLAP_BYTES):
        piece = content.read_piece(start)
        names += piece.count(b"/")
        if names > MAX_NAMES_SEARCHED or not piece or _active_pattern().search(piece):
            return True
    return False
