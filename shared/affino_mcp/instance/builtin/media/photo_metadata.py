"""Finds what pictures hold beside the picture: EXIF, XMP, IPTC and texts, which tell where, when and by whom it was taken.

JPEG: ITU-T T.81, EXIF (CIPA DC-008), XMP part 3, CIPA's Multi-Picture Format (DC-007). PNG: the specification's third
edition. WebP: RFC 9649.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.instance.builtin.media.exif import UPRIGHT, read_exif, write_exif
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.instance.builtin.media.file_ends import JPEG_END, JPEG_MARKER, JPEG_START_OF_SCAN, JPEG_WITHOUT_SEGMENT
from affino_mcp.instance.builtin.media.forward_scan import ForwardScan
from affino_mcp.tool_errors import UnsupportedMedia
from affino_mcp.value_class import value_class

_EXIF_START: Final = b"Exif\0\0"
_JPEG_SEGMENTS: Final[Mapping[tuple[int, bytes], str]] = {
    (0xE1, b"Exif\0"): "EXIF",
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0"): "XMP",
    (0xE1, b"http://ns.adobe.com/xmp/extension/\0"): "XMP",
    (0xED, b"Photoshop 3.0\0"): "IPTC",
    (0xED, b"Adobe_Photoshop2.5:"): "IPTC",
    (0xE2, b"MPF\0"): "MPF",
}
_LONGEST_START: Final = max(len(start) for _, start in _JPEG_SEGMENTS)
_MORE_BEHIND: Final = "more behind the picture, like a second one or a film"
_PNG_CHUNKS: Final = {b"eXIf": "EXIF", b"tEXt": "texts", b"zTXt": "texts", b"iTXt": "texts"}
_WEBP_CHUNKS: Final = {b"EXIF": "EXIF", b"XMP ": "XMP"}
_WEBP_EXIF_FLAG: Final = 0x08
_WEBP_FLAGS: Final = _WEBP_EXIF_FLAG | 0x04
_MOTION: Final = re.compile(rb"MotionPhoto|MicroVideo")
_SAMSUNG_END: Final = b"SEFT"


@value_class
class Cut:
    """The bytes of a file from `start` to `end`, and what takes their place."""

    start: int
    end: int
    instead: bytes = b""


class PhotoMetadata:
    """What is found in one picture: the cuts that take it out, what it is in words, and how the picture is turned."""

    def __init__(self) -> None:
        self.cuts: list[Cut] = []
        self.kinds: dict[str, None] = {}
        self.orientation = UPRIGHT

    def add(self, kind: str, start: int, end: int) -> None:
        """Takes a part out."""
        self.kinds[kind] = None
        self.cuts.append(Cut(start, end))

    def add_exif(self, start: int, end: int, data: bytes, wrap: Callable[[bytes], bytes]) -> bool:
        """Takes a part with EXIF out, but for the orientation; True when that is all that it holds, or stays in its place."""
        tiff = data.removeprefix(_EXIF_START)
        found = read_exif(tiff)
        kept = write_exif(found.orientation) if self.orientation == UPRIGHT else b""
        self.orientation = found.orientation if self.orientation == UPRIGHT else self.orientation
        if kept and tiff == kept:
            return True
        told = [
            word
            for word, there in (("the place", found.has_place), ("names or serial numbers", found.has_names))
            if there
        ]
        self.kinds[f"EXIF with {' and '.join(told)}" if told else "EXIF"] = None
        self.cuts.append(Cut(start, end, wrap(kept) if kept else b""))
        return bool(kept)


def find_metadata(content: FileContent) -> PhotoMetadata:
    """Finds the metadata of a JPEG, PNG or WebP picture; none in other files, and none in a broken one."""
    head = content.read_bytes(0, 12)
    for start, look in _SCANNERS.items():
        if head.startswith(start):
            found = PhotoMetadata()
            try:
                look(ForwardScan(content), found)
            except (struct.error, IndexError, UnsupportedMedia):
                return PhotoMetadata()
            return found
    return PhotoMetadata()


def _scan_jpeg(scan: ForwardScan, found: PhotoMetadata) -> None:
    place, has_more = 2, False
    while True:
        mark, marker = struct.unpack(">BB", scan.look_at(place, 2))
        if mark != 0xFF:
            raise IndexError
        if marker == JPEG_END:
            break
        if marker == 0xFF or marker in JPEG_WITHOUT_SEGMENT:
            place += 1 if marker == 0xFF else 2
            continue
        end = place + 2 + struct.unpack(">H", scan.look_at(place + 2, 2))[0]
        has_more |= _read_jpeg_segment(scan, found, marker, place, end)
        place = end
        if marker == JPEG_START_OF_SCAN:
            place = scan.find(JPEG_MARKER, place, 1)
    _cut_tail(scan, found, place + 2, has_more=has_more)


def _read_jpeg_segment(scan: ForwardScan, found: PhotoMetadata, marker: int, place: int, end: int) -> bool:
    """Adds a segment that is metadata; True when it says that more follows the picture."""
    head = scan.look_at(place + 4, min(_LONGEST_START, end - place - 4))
    kind = next(
        (kind for (mark, start), kind in _JPEG_SEGMENTS.items() if mark == marker and head.startswith(start)), ""
    )
    if kind == "EXIF":
        found.add_exif(place, end, scan.look_at(place + 4, end - place - 4), _wrap_for_jpeg)
    elif kind:
        found.add(kind, place, end)
    return kind == "MPF" or (kind == "XMP" and bool(_MOTION.search(scan.look_at(place + 4, end - place - 4))))


def _wrap_for_jpeg(tiff: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(tiff) + len(_EXIF_START) + 2) + _EXIF_START + tiff


def _cut_tail(scan: ForwardScan, found: PhotoMetadata, end: int, *, has_more: bool) -> None:
    """Cuts off what telephones write behind a picture; anything else there stays, and the file is refused for it."""
    if end >= scan.size or scan.is_blank_from(end):
        return
    if has_more or scan.look_at(scan.size - len(_SAMSUNG_END), len(_SAMSUNG_END)) == _SAMSUNG_END:
        found.add(_MORE_BEHIND, end, scan.size)


def _scan_png(scan: ForwardScan, found: PhotoMetadata) -> None:
    place, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", scan.look_at(place, 8))
        end = place + 12 + length
        if name == b"eXIf" and end <= scan.size:
            found.add_exif(place, end, scan.look_at(place + 8, length), _wrap_for_png)
        elif name in _PNG_CHUNKS:
            found.add(_PNG_CHUNKS[name], place, end)
        place = end


def _wrap_for_png(tiff: bytes) -> bytes:
    return struct.pack(">I", len(tiff)) + b"eXIf" + tiff + struct.pack(">I", zlib.crc32(b"eXIf" + tiff))


def _scan_webp(scan: ForwardScan, found: PhotoMetadata) -> None:
    end_of_file = min(8 + struct.unpack("<I", scan.look_at(4, 4))[0], scan.size)
    place, flags, keeps_exif = 12, None, False
    while place + 8 <= end_of_file:
        name, length = struct.unpack("<4sI", scan.look_at(place, 8))
        end = min(place + 8 + length + length % 2, end_of_file)
        if name == b"VP8X" and place == 12:
            flags = scan.look_at_byte(place + 8)
        elif name == b"EXIF":
            keeps_exif |= found.add_exif(place, end, scan.look_at(place + 8, length), _wrap_for_webp)
        elif name in _WEBP_CHUNKS:
            found.add(_WEBP_CHUNKS[name], place, end)
        place = end
    if found.cuts:
        _correct_webp_head(found, end_of_file, flags, keeps_exif=keeps_exif)


def _wrap_for_webp(tiff: bytes) -> bytes:
    return b"EXIF" + struct.pack("<I", len(tiff)) + tiff + b"\0" * (len(tiff) % 2)


def _correct_webp_head(found: PhotoMetadata, end: int, flags: int | None, *, keeps_exif: bool) -> None:
    """Corrects the file's length, and the flags of a VP8X chunk, which is the first."""
    length = end - 8 + sum(len(cut.instead) - (cut.end - cut.start) for cut in found.cuts)
    head = [Cut(4, 8, struct.pack("<I", length))]
    if flags is not None:
        kept = flags & ~_WEBP_FLAGS | (_WEBP_EXIF_FLAG if keeps_exif else 0)
        head.append(Cut(20, 21, bytes([kept])))
    found.cuts[:0] = head


_SCANNERS: Final[Mapping[bytes, Callable[[ForwardScan, PhotoMetadata], None]]] = {
    b"\xff\xd8\xff": _scan_jpeg,
    b"\x89PNG\r\n\x1a\n": _scan_png,
    b"RIFF": lambda scan, found: _scan_webp(scan, found) if scan.look_at(8, 4) == b"WEBP" else None,
}
