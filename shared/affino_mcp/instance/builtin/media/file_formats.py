"""The allowed formats of media files, by their media types; `format_recognition` knows them by content.

SVG is refused: a browser runs scripts in it, and nh3 is not made to sanitise it. Documents with macros are refused for
the same reason. What else a file of an allowed format may not be is in `file_checks`.
"""

from __future__ import annotations

from typing import Final

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


SVG_TEXT: Final = "SVG is refused because it can hold scripts: use PNG or WebP."
HEIC_TEXT: Final = "Photos as HEIC, HEIF or AVIF are not converted here: save or share them as JPEG."
MOV_TEXT: Final = "QuickTime films are not converted here: save or share them as MP4."
_REFUSED_TYPES: Final = {"svg": SVG_TEXT, "hei": HEIC_TEXT, "avif": HEIC_TEXT, "quicktime": MOV_TEXT}
"""What is refused by its type, with what to do instead."""


def find_declared_formats(argument: str, mime_type: str) -> tuple[FileFormat, ...]:
    """The formats that a declared media type can mean. Raises UnsupportedMedia when there is none."""
    wanted = mime_type.partition(";")[0].strip().casefold()
    found = tuple(known for known in FILE_FORMATS if wanted in (known.mime_type, *known.aliases))
    if not found:
        why = next((f" {text}" for sign, text in _REFUSED_TYPES.items() if sign in wanted), "")
        raise UnsupportedMedia(f"{argument} is not of an accepted type. {accepted_formats()}{why}", argument=argument)
    return found


def accepted_formats() -> str:
    """The sentence that lists the accepted formats."""
    return f"Accepted: {', '.join(sorted({known.extensions[0].upper() for known in FILE_FORMATS}))}."


def fit_file_name(name: str, found: FileFormat) -> str:
    """The file name for this content: without folders, and with an extension of the format."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip(f".{NOT_AT_ENDS}") or "file"
    if plain.rpartition(".")[2].casefold() in found.extensions and "." in plain:
        return plain
    return f"{plain[: 250 - len(found.extensions[0])].rstrip(NOT_AT_ENDS)}.{found.extensions[0]}"
