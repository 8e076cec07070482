"""What a file that has arrived must be before it is stored.

Loaded with the first upload of a process, or before a snapshot: the readers of all formats take 4 ms of a start.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.file_fields import MIME_TYPE
from affino_mcp.catalogue.families.media_files import FILE_ROLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.media import exif, file_checks, file_formats, media_sources, photo_cleaning
from affino_mcp.instance.builtin.media.file_formats import FileFormat
from affino_mcp.instance.builtin.media.media_sources import FileSource
from affino_mcp.instance.port import Call
from affino_mcp.store.files import NoObject
from affino_mcp.tool_errors import UnsupportedMedia

ACTIVE_CONTENT_TEXT: Final = (
    "The PDF runs scripts, starts programs or holds files. It is stored as it is; "
    "save it without them if they are not wanted."
)
METADATA_TEXT: Final = (
    "The picture was stored without what it held beside the picture, so that Size and Sha256 are not those of the file"
    " sent; it looks the same. Taken out:"
)


def check_source(source: FileSource, call: Call, values: Values) -> tuple[FileSource, FileFormat, Values]:
    """The file to store, its format, which must be the one that ticket and call declare, and its own values."""
    try:
        clean = photo_cleaning.clean_source(source)
        checked = file_checks.check_file(clean.source.content)
    except NoObject:
        raise media_sources.nothing_uploaded_error() from None
    except UnsupportedMedia as error:
        raise UnsupportedMedia(error.message, argument=source.argument) from None
    _require_declared(checked.format, values.get(MIME_TYPE.name), source.mime_type)
    if checked.is_active:
        call.warn(WarningCode.ACTIVE_CONTENT, source.argument, ACTIVE_CONTENT_TEXT)
    if clean.removed:
        call.warn(WarningCode.METADATA_REMOVED, source.argument, f"{METADATA_TEXT} {', '.join(clean.removed)}.")
    stored, size = clean.source, checked.image_size
    width, height = exif.shown_size(size, clean.orientation) if size else (None, None)
    described = {"MimeType": checked.format.mime_type, "Size": stored.content.size, "Sha256": stored.sha256}
    described |= {"Width": width, "Height": height, FILE_ROLE.name: values.get(FILE_ROLE.name, "original")}
    return stored, checked.format, described


def _require_declared(found: FileFormat, *declared: str | None) -> None:
    """Raises UnsupportedMedia for a format that is not each of the declared media types."""
    for said in declared:
        if said and found not in file_formats.find_declared_formats(MIME_TYPE.name, said):
            text = f"The content of the file is {found.mime_type}, not what MimeType says."
            raise UnsupportedMedia(text, argument=MIME_TYPE.name)
