"""The source of an attached file: the call itself, or an upload made with a ticket."""

from __future__ import annotations

import base64
import binascii
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from affino_mcp.catalogue.families.media_files import MOST_INLINE, MOST_TEXT
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import media_uploads, media_view
from affino_mcp.instance.builtin.media.file_content import Content, Inline, Kept
from affino_mcp.instance.builtin.media.media_uploads import TOKEN
from affino_mcp.store.files import Files, NoObject, Upload
from affino_mcp.store.ops import StoreUnavailable
from affino_mcp.tool_errors import FileTooLarge, InvalidArgument, InvalidState

INLINE: Final = "ContentBase64"


@dataclass(frozen=True)
class Source:
    """A file that has arrived. `key` and `version` name the uploaded object; both are empty for inline content."""

    content: Content
    sha256: str
    mime_type: str = ""
    key: str = ""
    version: str = ""

    def keep(self, files: Files, target: str, mime_type: str) -> None:
        """Stores the file under its final key. Raises InvalidState when the uploaded object is no longer there."""
        if isinstance(self.content, Inline):
            files.put(Upload(target, mime_type, self.content.size, self.sha256), self.content.data)
            return
        try:
            files.copy(self.key, target, self.version)
        except NoObject:
            raise nothing_uploaded() from None

    def clear(self, files: Files) -> None:
        """Deletes the uploaded object after it has been copied; when that fails, the object expires by itself."""
        if self.key:
            with suppress(StoreUnavailable, NoObject):
                files.delete(self.key)


def arrived(records: Records, change: Change, item: int) -> Source:
    """Loads the file that the call brings or names. Raises InvalidArgument unless the call does exactly one of the two."""
    given = change.values
    if (INLINE in given) == (TOKEN in given):
        raise InvalidArgument(INLINE, f"Give exactly one of {INLINE} and {TOKEN}.")
    return _inline(given[INLINE]) if INLINE in given else _uploaded(records, change, item)


def _inline(text: str) -> Source:
    advice = f"At most {MOST_INLINE:,} bytes can go inline. Call request_media_upload for larger files."
    if len(text) > MOST_TEXT:
        raise FileTooLarge(advice, argument=INLINE)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument(INLINE, f"{INLINE} is not Base64: letters, digits, +, / and = only.") from None
    if len(data) > MOST_INLINE:
        raise FileTooLarge(advice, argument=INLINE)
    if not data:
        raise InvalidArgument(INLINE, f"{INLINE} is empty.")
    return Source(Inline(data), hashlib.sha256(data).hexdigest())


def _uploaded(records: Records, change: Change, item: int) -> Source:
    wanted, files = media_uploads.redeemed(records, change, item), media_view.store(records)
    head = files.head(wanted.key)
    if head is None:
        raise nothing_uploaded()
    if (head.size, head.sha256, head.mime_type) != (wanted.size, wanted.sha256, wanted.mime_type):
        raise InvalidState("What was uploaded is not what the UploadToken was given for.", argument=TOKEN)
    return Source(Kept(files, wanted.key, head.size), head.sha256, head.mime_type, wanted.key, head.version)


def nothing_uploaded() -> InvalidState:
    """The refusal of a ticket without an upload."""
    text = "Nothing has been uploaded with this UploadToken. PUT the file to its Url with exactly its Headers first."
    return InvalidState(text, argument=TOKEN)
