"""Refuses files that go on behind their end, or end as an archive too: such a file is two things at once.

GIF, PNG, JPEG, WebP, WAV and Ogg say where they end (GIF89a, the PNG specification 5.3, ITU-T T.81 annex B, RIFF, RFC 3533).
MP3, films and the older Office formats do not.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.instance.builtin.media.file_formats import OLE_TYPES, OOXML_TYPES
from affino_mcp.instance.builtin.media.forward_scan import ForwardScan
from affino_mcp.tool_errors import UnsupportedMedia

JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker within the entropy-coded data of a JPEG image, where FF 00 is a byte and FF D0 to FF D7 are restarts."""

JPEG_START_OF_SCAN: Final = 0xDA
JPEG_END: Final = 0xD9
JPEG_WITHOUT_SEGMENT: Final = frozenset((0x01, *range(0xD0, 0xD9)))
_GIF_EXTENSION: Final = 0x21
_GIF_IMAGE: Final = 0x2C
_GIF_TRAILER: Final = 0x3B
_ZIP_END: Final = b"PK\x05\x06\0\0\0\0"
_ZIP_END_BYTES: Final = 22
_MAX_ZIP_COMMENT_BYTES: Final = 0xFFFF
_FORMATS_OF_ARCHIVES: Final = frozenset(("application/zip", *OOXML_TYPES.values()))
_FORMATS_WITH_FILES_INSIDE: Final = frozenset(("application/pdf", *OLE_TYPES.values()))
"""Formats that may hold a whole archive as a part, even near their end."""


def require_clean_end(mime_type: str, content: FileContent) -> None:
    """Raises UnsupportedMedia when the file is cut short, or when anything but blanks follows its end."""
    if find_end := END_FINDERS.get(mime_type):
        scan = ForwardScan(content)
        try:
            end = find_end(scan)
        except (struct.error, IndexError):
            raise _not_complete_error() from None
        if end > content.size:
            raise _not_complete_error()
        if not scan.is_blank_from(end):
            raise UnsupportedMedia("Other data follows the end of the file. Save it anew, without that.")
    if mime_type not in _FORMATS_OF_ARCHIVES:
        _require_no_archive(content, exactly=mime_type in _FORMATS_WITH_FILES_INSIDE)


def _require_no_archive(content: FileContent, *, exactly: bool) -> None:
    """Raises UnsupportedMedia when the file is also a ZIP archive, which is read from its end.

    With `exactly` only an end record whose comment reaches to the end of the file counts; otherwise any does.
    """
    offset = max(0, content.size - _ZIP_END_BYTES - _MAX_ZIP_COMMENT_BYTES)
    tail = content.read_bytes(offset, content.size - offset)
    place = tail.find(_ZIP_END)
    while place >= 0:
        comment = int.from_bytes(tail[place + 20 : place + 22], "little")
        if not exactly or place + _ZIP_END_BYTES + comment == len(tail):
            raise UnsupportedMedia("The file is a ZIP archive too. Save it anew, without that.")
        place = tail.find(_ZIP_END, place + 1)


def _not_complete_error() -> UnsupportedMedia:
    return UnsupportedMedia("The file is not complete, or is broken: its end cannot be found.")


def _gif_end(scan: ForwardScan) -> int:
    place = 13 + _color_table_bytes(scan.look_at(10, 1)[0])
    while (block := scan.look_at_byte(place)) != _GIF_TRAILER:
        if block == _GIF_EXTENSION:
            place += 2
        elif block == _GIF_IMAGE:
            place += 11 + _color_table_bytes(scan.look_at(place + 9, 1)[0])
        else:
            raise _not_complete_error()
        place = _skip_sub_blocks(scan, place)
    return place + 1


def _color_table_bytes(flags: int) -> int:
    return 6 << (flags & 7) if flags & 0x80 else 0


def _skip_sub_blocks(scan: ForwardScan, place: int) -> int:
    while (length := scan.look_at_byte(place)) > 0:
        place += 1 + length
    if length < 0:
        raise _not_complete_error()
    return place + 1


def _png_end(scan: ForwardScan) -> int:
    place, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", scan.look_at(place, 8))
        place += 12 + length
    return place


def _jpeg_end(scan: ForwardScan) -> int:
    place = 2
    while True:
        mark, marker = struct.unpack(">BB", scan.look_at(place, 2))
        if mark != 0xFF:
            raise _not_complete_error()
        if marker == JPEG_END:
            return place + 2
        if marker == 0xFF or marker in JPEG_WITHOUT_SEGMENT:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + struct.unpack(">H", scan.look_at(place + 2, 2))[0]
        if marker == JPEG_START_OF_SCAN:
            place = scan.find(JPEG_MARKER, place, 1)
            if place < 0:
                raise _not_complete_error()


def _riff_end(scan: ForwardScan) -> int:
    """The end of a RIFF file; a byte fills up an odd length, and some programs leave it out."""
    length = int(struct.unpack("<I", scan.look_at(4, 4))[0])
    return min(8 + length + length % 2, scan.size) if 8 + length <= scan.size else scan.size + 1


def _ogg_end(scan: ForwardScan) -> int:
    place = 0
    while (head := scan.look_at(place, 27 + 255))[:4] == b"OggS":
        table = head[27 : 27 + head[26]]
        if len(table) < head[26]:
            raise _not_complete_error()
        place += 27 + len(table) + sum(table)
    return place


END_FINDERS: Final[Mapping[str, Callable[[ForwardScan], int]]] = {
    "image/gif": _gif_end,
    "image/png": _png_end,
    "image/jpeg": _jpeg_end,
    "image/webp": _riff_end,
    "audio/wav": _riff_end,
    "audio/ogg": _ogg_end,
    "video/ogg": _ogg_end,
}
"""The formats that say where they end, each with the function that finds the place behind its last byte."""
