"""The files of media items: attached inline or, when larger, by an upload ticket."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StrictStr

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.media_items import ITEM
from affino_mcp.catalogue.field import Field
from affino_mcp.catalogue.kinds import Kind, choice, line, whole, wrong
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.record import PERSON_REFERENCE, Record
from affino_mcp.tool_errors import FileTooLarge, InvalidState, NotFound, UnsupportedMedia

MOST_BYTES: Final = 100 * 1024 * 1024
MOST_INLINE: Final = 3 * 1024 * 1024
MOST_TEXT: Final = 4 * 1024 * 1024
"""Maximum characters of Base64: a Lambda request holds 6 MB."""


def _as_sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise wrong("must be a SHA-256 in hexadecimal: 64 digits")
    return value.lower()


SHA256: Final = Kind("SHA-256", {"type": "string", "maxLength": 64}, Annotated[StrictStr, AfterValidator(_as_sha256)])
BASE64: Final = Kind("file in Base64", {"type": "string", "maxLength": MOST_TEXT}, StrictStr)

FILE_NAME: Final = Field("FileName", line(255))
MIME_TYPE: Final = Field("MimeType", line(100), "e.g. image/png; must fit the content")
ROLE: Final = Field("Role", choice("original", "thumbnail", "rendition"), "default original")
_BYTES: Final = Kind("bytes", {"type": "integer", "minimum": 1, "maximum": MOST_BYTES}, whole(1, 2**53 - 1).annotation)
SIZE: Final = Field("Size", _BYTES, "bytes")
CHECKSUM: Final = Field("Sha256", SHA256, "of the whole file, in hex")

MEDIA_FILE: Final = Record(
    name="Media file",
    family="media_files",
    code="MediaFileCode",
    label=("FileName",),
    fields=(
        FILE_NAME,
        Field("MimeType", line(100)),
        SIZE,
        CHECKSUM,
        Field("Width", whole(1, 10**6)),
        Field("Height", whole(1, 10**6)),
        ROLE,
        Field("Version", whole(1, 10**6), "counts the item's files of this role; the highest is the latest"),
    ),
    derived=(ITEM, Field("Url", PERSON_REFERENCE, "where to download it, for five minutes")),
    undo_with={"": ("attach_media_file",)},
)
FILE: Final = MEDIA_FILE.code_field

METHODS: Final = (
    Method(
        "list_media_files",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "The files of a media item, each with a download Url for five minutes.",
        "the files of the Spring cover.",
        {"Files": "MediaFileCode, FileName, MimeType, Size, Sha256, Width, Height, Role, Version, Url"},
        (ITEM.needed(),),
        errors=(NotFound,),
    ),
    Method(
        "get_media_file",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "Read one file's data, with a download Url for five minutes.",
        "download the original of the walkthrough video.",
        {"MediaFile": "the file's data"},
        (FILE.needed(),),
        "Fetch Url with a plain GET, without this service's headers, and do not pass it on.",
        MEDIA_FILE,
        errors=(NotFound,),
    ),
    Method(
        "request_media_upload",
        Family.MEDIA_ITEMS,
        Effect.CREATE,
        "media_items.write",
        "Get a ticket to upload one file of up to 100 MB, for five minutes and one use.",
        "a 50 MB walkthrough video.",
        {
            "UploadToken": "pass it to attach_media_file",
            "Method": "PUT",
            "Url": "where to send the bytes",
            "Headers": "send exactly these",
            "ExpiresAt": "when the ticket ends",
        },
        (ITEM.needed(), FILE_NAME.needed(), MIME_TYPE.needed(), SIZE.needed(), CHECKSUM.needed()),
        "PUT the bytes to Url with exactly Headers, then call attach_media_file with UploadToken. Files up to 3 MiB can"
        " go inline instead.",
        errors=(
            NotFound,
            FileTooLarge,
            UnsupportedMedia,
        ),
    ),
    Method(
        "attach_media_file",
        Family.MEDIA_ITEMS,
        Effect.ADD,
        "media_items.write",
        "Attach a file to a media item: images, video, audio, PDF, Office documents or ZIP, known by content.",
        "the cover image of the Spring item.",
        {"MediaFile": "the file's data", "MediaItem": "the full item"},
        (
            ITEM.needed(),
            FILE_NAME.needed(),
            MIME_TYPE,
            Field("ContentBase64", BASE64, "up to 3 MiB of file"),
            Field("UploadToken", line(500), "from request_media_upload"),
            ROLE,
        ),
        "Give ContentBase64 or UploadToken. No SVG, no macros.",
        MEDIA_FILE,
        errors=(
            InvalidState,
            FileTooLarge,
            UnsupportedMedia,
        ),
    ),
    Method(
        "delete_media_file",
        Family.MEDIA_ITEMS,
        Effect.DELETE,
        "media_items.write",
        "Delete one file of a media item; an operator can restore it for 30 days.",
        "remove the old rendition.",
        {FILE.name: "the code", "Deleted": "true"},
        (FILE.needed(),),
        "Refused for the last file of an item that articles use.",
        MEDIA_FILE,
        carries_undo=True,
    ),
)
