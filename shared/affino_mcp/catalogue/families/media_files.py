"""The files of media items: attached inline or, when larger, by an upload ticket."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StrictStr

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.file_fields import FILE_CONTENT, FILE_NAME, MIME_TYPE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM_CODE_FIELD
from affino_mcp.catalogue.families.shared import RESTORABLE
from affino_mcp.catalogue.kinds import Kind, choice_kind, fixed_error, integer_kind, line_kind
from affino_mcp.catalogue.method import Effect, Method
from affino_mcp.catalogue.reading import read_whole_number
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.tool_errors import FileTooLarge, InvalidState, NotFound, UnsupportedMedia

MAX_FILE_BYTES: Final = 100 * 1024 * 1024
MAX_INLINE_BYTES: Final = 3 * 1024 * 1024


def _parse_sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise fixed_error("must be a SHA-256 in hexadecimal: 64 digits")
    return value.lower()


SHA256: Final = Kind(
    "SHA-256", {"type": "string", "maxLength": 64}, Annotated[StrictStr, AfterValidator(_parse_sha256)]
)
FILE_ROLE: Final = Field("Role", choice_kind("original", "thumbnail", "rendition"), "default original")
_BYTES: Final = Kind(
    "bytes",
    {"type": "integer", "minimum": 1, "maximum": MAX_FILE_BYTES},
    integer_kind(1, 2**53 - 1).annotation,
    reader=read_whole_number,
)
FILE_SIZE: Final = Field("Size", _BYTES, "bytes")
FILE_CHECKSUM: Final = Field("Sha256", SHA256, "of the whole file, in hex")

MEDIA_FILE: Final = Record(
    name="Media file",
    family="media_files",
    code="MediaFileCode",
    label=("FileName",),
    fields=(
        FILE_NAME,
        Field("MimeType", line_kind(100)),
        FILE_SIZE,
        FILE_CHECKSUM,
        Field("Width", integer_kind(1, 10**6)),
        Field("Height", integer_kind(1, 10**6)),
        FILE_ROLE,
        Field("Version", integer_kind(1, 10**6), "counts the item's files of this role; the highest is the latest"),
    ),
    derived=(
        MEDIA_ITEM_CODE_FIELD,
        Field("Url", line_kind(2000), "where to download it, for five minutes", secret=True),
    ),
    undo_with={"": ("attach_media_file",)},
)
MEDIA_FILE_CODE_FIELD: Final = MEDIA_FILE.code_field

METHODS: Final = (
    Method(
        "list_media_files",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "The files of a media item, each with a download Url for five minutes.",
        "the files of the Spring cover.",
        {"Files": "MediaFileCode, FileName, MimeType, Size, Sha256, Width, Height, Role, Version, Url, ..."},
        (MEDIA_ITEM_CODE_FIELD.as_required(),),
        errors=(NotFound,),
    ),
    Method(
        "get_media_file",
        Family.MEDIA_ITEMS,
        Effect.READ,
        "media_items.read",
        "Read one file's data, with a download Url for five minutes.",
        "the original of the walkthrough video.",
        {"MediaFile": "the file's data"},
        (MEDIA_FILE_CODE_FIELD.as_required(),),
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
        (
            MEDIA_ITEM_CODE_FIELD.as_required(),
            FILE_NAME.as_required(),
            MIME_TYPE.as_required(),
            FILE_SIZE.as_required(),
            FILE_CHECKSUM.as_required(),
        ),
        "PUT the bytes to Url with exactly Headers, then call attach_media_file with UploadToken. Up to 3 MiB can"
        " go inline instead. Tickets are not kept: a repeat, with the same IdempotencyKey too, gives a fresh one.",
        errors=(
            NotFound,
            FileTooLarge,
            UnsupportedMedia,
        ),
        secret_returns=("UploadToken", "Url"),
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
            MEDIA_ITEM_CODE_FIELD.as_required(),
            FILE_NAME.as_required(),
            MIME_TYPE,
            FILE_CONTENT,
            Field("UploadToken", line_kind(500), "from request_media_upload", secret=True),
            FILE_ROLE,
        ),
        "Give ContentBase64 or UploadToken. No SVG, HEIC or macros; photos are stored without private metadata.",
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
        f"Delete one file of a media item; {RESTORABLE}.",
        "remove the old rendition.",
        {MEDIA_FILE_CODE_FIELD.name: "the code", "Deleted": "true"},
        (MEDIA_FILE_CODE_FIELD.as_required(),),
        "Refused for the last file of an item that articles use.",
        MEDIA_FILE,
        carries_undo=True,
    ),
)
