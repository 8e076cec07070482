"""Pictures as telephones and programs write them: with a place, names, serial numbers, and more behind the picture."""

from __future__ import annotations

import struct
import zlib

from tests.flow.media import gif, jpeg, png

SECRETS = (b"SN-4711", b"Owen Owner", b"51.5074", b"By Lara Liner")
_ASCII, _SHORT, _LONG, _RATIONAL = 2, 3, 4, 5


def _directory(order: str, start: int, tags: list[tuple[int, int, bytes]]) -> bytes:
    """A directory of a TIFF structure at this place, with its long values behind it."""
    entries, values, place = b"", b"", start + 2 + 12 * len(tags) + 4
    sizes = {_ASCII: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8}
    for tag, kind, data in tags:
        held = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(f"{order}I", place + len(values))
        values += b"" if len(data) <= 4 else data
        entries += struct.pack(f"{order}HHI", tag, kind, len(data) // sizes[kind]) + held
    return struct.pack(f"{order}H", len(tags)) + entries + b"\0\0\0\0" + values


def tiff(orientation: int = 1, order: str = "<", *, private: bool = True) -> bytes:
    """EXIF's structure; a `private` one tells the place, the owner and the camera's serial number."""
    turned = (0x0112, _SHORT, struct.pack(f"{order}H", orientation))
    begin = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    if not private:
        return begin + _directory(order, 8, [turned])
    details = _directory(order, 400, [(0xA430, _ASCII, SECRETS[1] + b"\0"), (0xA431, _ASCII, SECRETS[0] + b"\0")])
    place = _directory(order, 600, [(0x0002, _RATIONAL, SECRETS[2].ljust(24, b"\0"))])
    pointers = [(0x8769, _LONG, struct.pack(f"{order}I", 400)), (0x8825, _LONG, struct.pack(f"{order}I", 600))]
    return (begin + _directory(order, 8, [turned, *pointers])).ljust(400, b"\0") + details.ljust(200, b"\0") + place


def segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def exif_segment(data: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + data)


XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + SECRETS[3] + b"</x>")
XMP_MOTION = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x MotionPhoto='1'/>")
IPTC = segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04" + SECRETS[3])
MPF = segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\0")
COLOURS = segment(0xE2, b"ICC_PROFILE\0\1\1colours")
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"


def photo(*segments: bytes, behind: bytes = b"", width: int = 4, height: int = 3) -> bytes:
    """A JPEG picture with these segments, and something behind its end."""
    plain = jpeg(width, height)
    return plain[:2] + b"".join(segments) + plain[2:-2] + SCAN + b"\xff\xd9" + behind


def png_with(*chunks: tuple[bytes, bytes], at_end: bool = False) -> bytes:
    """A PNG picture with these chunks behind its head, or before its end."""
    plain, made = png(), b""
    for name, data in chunks:
        made += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    place = len(plain) - 12 if at_end else 33
    return plain[:place] + made + plain[place:]


def webp_with(*chunks: tuple[bytes, bytes], flags: int, width: int = 4, height: int = 3) -> bytes:
    """A WebP picture with these chunks behind it."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = [(b"VP8X", bytes([flags, 0, 0, 0]) + size), (b"VP8L", b"\x2fpixel"), *chunks]
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


PLACE_AND_NAMES = "EXIF with the place and names or serial numbers"
BEHIND = "more behind the picture"
UPRIGHT_EXIF, TURNED_EXIF = exif_segment(tiff()), exif_segment(tiff(6))
CLEANED: dict[str, tuple[bytes, list[str], tuple[int, int]]] = {
    "JPEG, upright": (photo(UPRIGHT_EXIF), [PLACE_AND_NAMES], (4, 3)),
    "JPEG, turned": (photo(TURNED_EXIF, COLOURS), [PLACE_AND_NAMES], (3, 4)),
    "JPEG, big endian, mirrored": (photo(exif_segment(tiff(2, ">"))), [PLACE_AND_NAMES], (4, 3)),
    "JPEG, with XMP and IPTC": (photo(XMP, IPTC), ["XMP", "IPTC"], (4, 3)),
    "JPEG, broken EXIF": (photo(exif_segment(b"II*\0\xff\xff\xff\xff" + SECRETS[0])), ["EXIF"], (4, 3)),
    "JPEG, a second picture behind it": (photo(MPF, behind=photo(TURNED_EXIF)), ["MPF", BEHIND], (4, 3)),
    "JPEG, a film behind it": (photo(XMP_MOTION, behind=b"\0\0\0\x18ftypmp42" + SECRETS[2]), ["XMP", BEHIND], (4, 3)),
    "JPEG, a maker's data behind it": (photo(behind=SECRETS[0] + b"SEFT"), [BEHIND], (4, 3)),
    "PNG": (png_with((b"eXIf", tiff(8)), (b"tEXt", b"Author\0" + SECRETS[1])), [PLACE_AND_NAMES, "texts"], (2, 3)),
    "PNG, texts at its end": (png_with((b"iTXt", b"XML:com.adobe.xmp\0" + SECRETS[3]), at_end=True), ["texts"], (3, 2)),
    "WebP": (webp_with((b"EXIF", tiff(6)), (b"XMP ", SECRETS[3]), flags=0x0C), [PLACE_AND_NAMES, "XMP"], (3, 4)),
    "WebP, upright": (webp_with((b"EXIF", b"Exif\0\0" + tiff()), flags=0x08), [PLACE_AND_NAMES], (4, 3)),
}
"""Pictures with metadata, what the warning names, and the size that a viewer shows."""

LEFT_ALONE = {
    "JPEG without metadata": photo(COLOURS),
    "JPEG with nothing but how it is turned": photo(exif_segment(tiff(6, ">", private=False))),
    "PNG": png(),
    "WebP": webp_with(flags=0),
    "GIF": gif(),
}
