"""Reads width and height of images from their headers; never decodes pixels."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.instance.builtin.media.file_content import Content
from affino_mcp.tool_errors import UnsupportedMedia

MOST_SIDE: Final = 30_000
MOST_PIXELS: Final = 100_000_000
"""Maximum number of pixels: decoding more would take over 400 MB of a viewer's memory, at four bytes each."""

_MOST_SEGMENTS: Final = 500
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame, which holds the size; C4, C8 and CC are tables."""

_ALONE: Final = frozenset((0x01, *range(0xD0, 0xD8)))
Size = tuple[int, int]


def measured(mime_type: str, content: Content) -> Size | None:
    """Reads width and height of an image; None for other formats.

    Raises UnsupportedMedia when the image is broken or has too many pixels.
    """
    measure = MEASURES.get(mime_type)
    if measure is None:
        return None
    try:
        width, height = measure(content)
    except struct.error:
        raise _broken() from None
    if not (width and height):
        raise _broken()
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise UnsupportedMedia(f"The image has too many pixels: at most {MOST_PIXELS:,}, and {MOST_SIDE:,} on a side.")
    return width, height


def _broken() -> UnsupportedMedia:
    return UnsupportedMedia("The image is broken: its size cannot be read.")


def _gif(content: Content) -> Size:
    width, height = struct.unpack("<HH", content.read(6, 4))
    return width, height


def _png(content: Content) -> Size:
    name, width, height = struct.unpack(">4sII", content.read(12, 12))
    if name != b"IHDR":
        raise _broken()
    return width, height


def _jpeg(content: Content) -> Size:
    place = 2
    for _ in range(_MOST_SEGMENTS):
        mark, marker = struct.unpack(">BB", content.read(place, 2))
        if mark != 0xFF:
            break
        if marker == 0xFF or marker in _ALONE:  # a filler byte, or a marker without a segment
            place += 1 if marker == 0xFF else 2
        elif marker in _FRAMES:
            height, width = struct.unpack(">HH", content.read(place + 5, 4))
            return width, height
        else:
            place += 2 + struct.unpack(">H", content.read(place + 2, 2))[0]
    raise _broken()


def _webp(content: Content) -> Size:
    head = content.read(12, 18)
    match head[:4]:
        case b"VP8X":
            return _three(head[12:15]) + 1, _three(head[15:18]) + 1
        case b"VP8L" if head[8:9] == b"\x2f":
            bits = struct.unpack("<I", head[9:13])[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if head[11:14] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", head[14:18])
            return width & 0x3FFF, height & 0x3FFF
    raise _broken()


def _three(text: bytes) -> int:
    if len(text) < 3:
        raise _broken()
    return int.from_bytes(text, "little")


MEASURES: Final[Mapping[str, Callable[[Content], Size]]] = {
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
}
