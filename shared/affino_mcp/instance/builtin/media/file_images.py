"""Reads width and height of images from their headers; never decodes pixels."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.tool_errors import UnsupportedMedia

MAX_IMAGE_SIDE: Final = 30_000
MAX_IMAGE_PIXELS: Final = 100_000_000
"""Maximum number of pixels: decoding more would take over 400 MB of a viewer's memory, at four bytes each."""

_MAX_SEGMENTS: Final = 500
_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame, which holds the size; C4, C8 and CC are tables."""

_MARKERS_WITHOUT_SEGMENT: Final = frozenset((0x01, *range(0xD0, 0xD8)))
ImageSize = tuple[int, int]


def measure_image(mime_type: str, content: FileContent) -> ImageSize | None:
    """Reads width and height of an image; None for other formats.

    Raises UnsupportedMedia when the image is broken or has too many pixels.
    """
    measure = SIZE_READERS.get(mime_type)
    if measure is None:
        return None
    try:
        width, height = measure(content)
    except struct.error:
        raise _broken_error() from None
    if not (width and height):
        raise _broken_error()
    if max(width, height) > MAX_IMAGE_SIDE or width * height > MAX_IMAGE_PIXELS:
        raise UnsupportedMedia(
            f"The image has too many pixels: at most {MAX_IMAGE_PIXELS:,}, and {MAX_IMAGE_SIDE:,} on a side."
        )
    return width, height


def _broken_error() -> UnsupportedMedia:
    return UnsupportedMedia("The image is broken: its size cannot be read.")


def _gif_size(content: FileContent) -> ImageSize:
    width, height = struct.unpack("<HH", content.read_bytes(6, 4))
    return width, height


def _png_size(content: FileContent) -> ImageSize:
    name, width, height = struct.unpack(">4sII", content.read_bytes(12, 12))
    if name != b"IHDR":
        raise _broken_error()
    return width, height


def _jpeg_size(content: FileContent) -> ImageSize:
    place = 2
    for _ in range(_MAX_SEGMENTS):
        mark, marker = struct.unpack(">BB", content.read_bytes(place, 2))
        if mark != 0xFF:
            break
        if marker == 0xFF or marker in _MARKERS_WITHOUT_SEGMENT:  # a filler byte, or a marker without a segment
            place += 1 if marker == 0xFF else 2
        elif marker in _FRAME_MARKERS:
            height, width = struct.unpack(">HH", content.read_bytes(place + 5, 4))
            return width, height
        else:
            place += 2 + struct.unpack(">H", content.read_bytes(place + 2, 2))[0]
    raise _broken_error()


def _webp_size(content: FileContent) -> ImageSize:
    head = content.read_bytes(12, 18)
    match head[:4]:
        case b"VP8X":
            return _read_uint24(head[12:15]) + 1, _read_uint24(head[15:18]) + 1
        case b"VP8L" if head[8:9] == b"\x2f":
            bits = struct.unpack("<I", head[9:13])[0]
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if head[11:14] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", head[14:18])
            return width & 0x3FFF, height & 0x3FFF
    raise _broken_error()


def _read_uint24(text: bytes) -> int:
    if len(text) < 3:
        raise _broken_error()
    return int.from_bytes(text, "little")


SIZE_READERS: Final[Mapping[str, Callable[[FileContent], ImageSize]]] = {
    "image/gif": _gif_size,
    "image/jpeg": _jpeg_size,
    "image/png": _png_size,
    "image/webp": _webp_size,
}
