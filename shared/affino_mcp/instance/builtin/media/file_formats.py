"""The allowed formats of media files, recognised by content and never by name.

SVG is refused: a browser runs scripts in it, and nh3 is not made to sanitise it. Documents with macros are refused for
the same reason. What else a file of an allowed format may not be is in `file_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.instance.builtin.media.archive_parts import read_parts
from affino_mcp.instance.builtin.media.file_archives import read_zip_directory
from affino_mcp.instance.builtin.media.file_compounds import COMPOUND_SIGNATURE, read_compound_names
from affino_mcp.instance.builtin.media.file_content import FileContent
from affino_mcp.instance.builtin.media.office_packages import CONTENT_TYPES_NAME, macros_error, require_no_macros
from affino_mcp.tidied_text import NOT_AT_ENDS
from affino_mcp.tool_errors import UnsupportedMedia
from affino_mcp.value_class import value_class


@value_class
class FileFormat:
    """One format: media type, extensions (the usual one first), kind, and other names of the media type."""

    mime_type: str
    extensions: tuple[str, ...]
    kind: str
    aliases: tuple[str, ...] = ()


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
FILE_FORMATS: Final = (
    FileFormat("image/gif", ("gif",), "image"),
    FileFormat("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "image", ("image/jpg", "image/pjpeg")),
    FileFormat("image/png", ("png",), "image", ("image/x-png",)),
    FileFormat("image/webp", ("webp",), "image"),
    FileFormat("audio/mpeg", ("mp3",), "audio", ("audio/mp3", "audio/x-mp3", "audio/x-mpeg")),
    FileFormat("audio/wav", ("wav",), "audio", ("audio/x-wav", "audio/wave", "audio/vnd.wave")),
    FileFormat("audio/ogg", ("ogg", "oga", "opus"), "audio", ("application/ogg", "audio/opus", "audio/vorbis")),
    FileFormat("video/ogg", ("ogv", "ogg"), "video", ("application/ogg",)),
    FileFormat("video/mp4", ("mp4",), "video", ("application/mp4",)),
    FileFormat("video/x-m4v", ("m4v",), "video", ("video/mp4", "video/m4v")),
    FileFormat("video/3gpp", ("3gp", "3gpp"), "video", ("audio/3gpp",)),
    FileFormat("video/webm", ("webm",), "video", ("audio/webm",)),
    FileFormat("application/pdf", ("pdf",), "document", ("application/x-pdf",)),
    FileFormat("application/msword", ("doc", "dot"), "document"),
    FileFormat("application/vnd.ms-excel", ("xls", "xlt"), "document"),
    FileFormat("application/vnd.ms-powerpoint", ("ppt", "pps", "pot"), "document"),
    FileFormat(f"{_OFFICE}wordprocessingml.document", ("docx",), "document"),
    FileFormat(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",), "document"),
    FileFormat(f"{_OFFICE}presentationml.presentation", ("pptx",), "document"),
    FileFormat("application/zip", ("zip",), "other", ("application/x-zip-compressed", "application/x-zip")),
)
FORMATS_BY_TYPE: Final = {found.mime_type: found for found in FILE_FORMATS}
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
OOXML_TYPES: Final = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
"""Maps the main part of an Office document (an archive) to its format."""
OLE_TYPES: Final = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
"""Maps the main stream of an older Office document (a compound file) to its format."""


_SVG_TEXT: Final = "SVG is refused because it can hold scripts: use PNG or WebP."
_HEIC_TEXT: Final = "Photos as HEIC, HEIF or AVIF are not converted here: save or share them as JPEG."
_MOV_TEXT: Final = "QuickTime films are not converted here: save or share them as MP4."
_REFUSED_TYPES: Final = {"svg": _SVG_TEXT, "hei": _HEIC_TEXT, "avif": _HEIC_TEXT, "quicktime": _MOV_TEXT}
_REFUSED_CONTENT: Final = {
    rb"(?s)\A....ftyp(?:hei|hev|mif1|msf1|avif|avis)": _HEIC_TEXT,
    rb"(?s)\A....(?:ftypqt|moov|wide|mdat|free)": _MOV_TEXT,
    rb"(?i)<svg": _SVG_TEXT,
}
"""What is refused by its type or its first bytes, with what to do instead."""


def find_declared_formats(argument: str, mime_type: str) -> tuple[FileFormat, ...]:
    """The formats that a declared media type can mean. Raises UnsupportedMedia when there is none."""
    wanted = mime_type.partition(";")[0].strip().casefold()
    found = tuple(known for known in FILE_FORMATS if wanted in (known.mime_type, *known.aliases))
    if not found:
        why = next((f" {text}" for sign, text in _REFUSED_TYPES.items() if sign in wanted), "")
        raise UnsupportedMedia(f"{argument} is not of an accepted type. {_accepted()}{why}", argument=argument)
    return found


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
    raise UnsupportedMedia(f"The content of the file is of no accepted type. {_accepted()}{why}")


def _accepted() -> str:
    """The sentence that lists the accepted formats."""
    return f"Accepted: {', '.join(sorted({known.extensions[0].upper() for known in FILE_FORMATS}))}."


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


def fit_file_name(name: str, found: FileFormat) -> str:
    """The file name for this content: without folders, and with an extension of the format."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip(f".{NOT_AT_ENDS}") or "file"
    if plain.rpartition(".")[2].casefold() in found.extensions and "." in plain:
        return plain
    return f"{plain[: 250 - len(found.extensions[0])].rstrip(NOT_AT_ENDS)}.{found.extensions[0]}"
