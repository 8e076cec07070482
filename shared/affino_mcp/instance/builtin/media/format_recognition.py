"""Recognises the allowed formats of media files by their content, never by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.instance.builtin.media.archive_parts import read_parts
from affino_mcp.instance.builtin.media.file_archives import read_zip_directory
from affino_mcp.instance.builtin.media.file_compounds import COMPOUND_SIGNATURE, read_compound_names
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.instance.builtin.media.file_formats import (
    FORMATS_BY_TYPE,
    HEIC_TEXT,
    MOV_TEXT,
    OLE_TYPES,
    OOXML_TYPES,
    SVG_TEXT,
    FileFormat,
    accepted_formats,
)
from affino_mcp.instance.builtin.media.office_packages import CONTENT_TYPES_NAME, macros_error, require_no_macros
from affino_mcp.tool_errors import UnsupportedMedia

_MP4_BRANDS: Final = {
    b"isom",
    b"mp41",
    b"mp42",
    b"avc1",
    b"dash",
    b"MSNV",
    b"mmp4",
    *(f"iso{n}".encode() for n in range(2, 10)),
}
_REFUSED_CONTENT: Final = {
    rb"(?s)\A....ftyp(?:hei|hev|mif1|msf1|avif|avis)": HEIC_TEXT,
    rb"(?s)\A....(?:ftypqt|moov|wide|mdat|free)": MOV_TEXT,
    rb"(?i)<svg": SVG_TEXT,
}
"""What is refused by its first bytes, with what to do instead."""


def recognise_format(content: FileContent) -> FileFormat:
    """Recognises the format of a file by its content. Raises UnsupportedMedia when it is not an allowed format."""
    head = content.read_bytes(0, 64)
    for starts, look in SIGNATURES.items():
        if head.startswith(starts) and (found := look(content, head)):
            return FORMATS_BY_TYPE[found]
    if _is_mp3_frame(head):
        return FORMATS_BY_TYPE[_mp3_type(content, 0)]
    if head[4:8] == b"ftyp" and (found := _brand_type(head[8:12])):
        return FORMATS_BY_TYPE[found]
    why = next((f" {text}" for pattern, text in _REFUSED_CONTENT.items() if re.search(pattern, head)), "")
    raise UnsupportedMedia(f"The content of the file is of no accepted type. {accepted_formats()}{why}")


def _riff_type(content: FileContent, head: bytes) -> str:
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "")


def _ogg_type(content: FileContent, head: bytes) -> str:
    first = head[28:37]
    if first.startswith(b"\x80theora"):
        return "video/ogg"
    return "audio/ogg" if first.startswith((b"\x01vorbis", b"OpusHead", b"Speex   ", b"\x7fFLAC")) else ""


def _matroska_type(content: FileContent, head: bytes) -> str:
    return "video/webm" if b"\x42\x82\x84webm" in head else ""


def _brand_type(brand: bytes) -> str:
    if brand in _MP4_BRANDS:
        return "video/mp4"
    if brand[:3] == b"M4V":
        return "video/x-m4v"
    return "video/3gpp" if brand[:2] == b"3g" and brand[:3] != b"3g2" else ""


def _id3_type(content: FileContent, head: bytes) -> str:
    """Recognises an MP3 file behind an ID3 tag; other files can have one too, so an MP3 frame must follow the tag."""
    size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False))
    return _mp3_type(content, 10 + size + (10 if head[5:6] and head[5] & 0x10 else 0))


def _mp3_type(content: FileContent, place: int) -> str:
    window = content.read_bytes(place, 4096).lstrip(b"\0")
    return "audio/mpeg" if _is_mp3_frame(window) else ""


def _is_mp3_frame(head: bytes) -> bool:
    """True for a frame header of MPEG audio, layer III, with a valid bit rate and sample rate."""
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] >> 3 & 3 != 1
        and head[2] >> 4 not in (0, 15)
        and head[2] >> 2 & 3 != 3
    )


def _zip_type(content: FileContent, head: bytes) -> str:
    directory = read_zip_directory(content)
    names, parts = {name.casefold() for name in directory.names}, read_parts(content, directory)
    if CONTENT_TYPES_NAME not in names:
        for _ in parts:  # each is checked as it is read
            pass
        return "application/zip"
    require_no_macros(content, parts)
    return next((mime_type for name, mime_type in OOXML_TYPES.items() if name in names), "application/zip")


def _compound_type(content: FileContent, head: bytes) -> str:
    names = read_compound_names(content)
    if {"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"} & names:
        raise macros_error()
    return next((mime_type for name, mime_type in OLE_TYPES.items() if name in names), "")


def _constant_type(mime_type: str) -> Callable[[FileContent, bytes], str]:
    return lambda _content, _head: mime_type


SIGNATURES: Final[Mapping[bytes, Callable[[FileContent, bytes], str]]] = {
    b"GIF87a": _constant_type("image/gif"),
    b"GIF89a": _constant_type("image/gif"),
    b"\xff\xd8\xff": _constant_type("image/jpeg"),
    b"\x89PNG\r\n\x1a\n": _constant_type("image/png"),
    b"RIFF": _riff_type,
    b"OggS": _ogg_type,
    b"\x1a\x45\xdf\xa3": _matroska_type,
    b"ID3": _id3_type,
    b"%PDF-": _constant_type("application/pdf"),
    COMPOUND_SIGNATURE: _compound_type,
    b"PK\x03\x04": _zip_type,
}
"""Maps the first bytes of a file to the function that tells formats with this beginning apart ("": not allowed)."""
