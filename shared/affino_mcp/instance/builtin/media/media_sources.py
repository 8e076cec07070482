"""The source of an attached file: the call itself, or an upload made with a ticket."""

from __future__ import annotations

import base64
import binascii
import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.base64_text import MAX_BASE64_CHARACTERS
from affino_mcp.catalogue.families.media_files import MAX_INLINE_BYTES
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import media_uploads, media_view
from affino_mcp.instance.builtin.media.file_content import FileContent, InlineContent, StoredContent
from affino_mcp.instance.builtin.media.media_uploads import TOKEN_ARGUMENT, Ticket
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import FileStore, FileUpload, NoObject
from affino_mcp.tool_errors import FileTooLarge, InvalidArgument, InvalidState
from affino_mcp.value_class import value_class

INLINE_ARGUMENT: Final = "ContentBase64"


@value_class
class FileSource:
    """A file that has arrived. `key` and `version` name the uploaded object; inline content has neither, and no `ticket`."""

    content: FileContent
    sha256: str
    mime_type: str = ""
    key: str = ""
    version: str = ""
    ticket: Ticket | None = None

    @property
    def argument(self) -> str:
        """The argument that the file came by."""
        return TOKEN_ARGUMENT if self.ticket else INLINE_ARGUMENT

    def reopened(self) -> FileSource:
        """The same file, of which everything can be read once more."""
        opened = self.content.reopened() if isinstance(self.content, StoredContent) else self.content
        return replace(self, content=opened)

    def store_file(self, files: FileStore, target: str, mime_type: str) -> None:
        """Stores the file under its final key. Raises InvalidState when the uploaded object is no longer there."""
        if isinstance(self.content, InlineContent):
            files.put(FileUpload(target, mime_type, self.content.size, self.sha256), self.content.data)
            return
        try:
            files.copy(self.key, target, self.version)
        except NoObject:
            raise nothing_uploaded_error() from None

    def delete_upload(self, files: FileStore) -> None:
        """Deletes the uploaded object after it has been copied; when that fails, the object expires by itself."""
        if self.key:
            with suppress(StoreUnavailable, NoObject):
                files.delete(self.key)


def load_source(records: Records, change: Change, item: int) -> FileSource:
    """Loads the file that the call brings or names.

    Raises InvalidArgument unless the call does exactly one of the two, and the errors of `find_ticket`.
    """
    given = change.values
    if (INLINE_ARGUMENT in given) == (TOKEN_ARGUMENT in given):
        raise InvalidArgument(INLINE_ARGUMENT, f"Give exactly one of {INLINE_ARGUMENT} and {TOKEN_ARGUMENT}.")
    return (
        _inline_source(given[INLINE_ARGUMENT]) if INLINE_ARGUMENT in given else _uploaded_source(records, change, item)
    )


def _inline_source(text: str) -> FileSource:
    advice = f"At most {MAX_INLINE_BYTES:,} bytes can go inline. Call request_media_upload for larger files."
    if len(text) > MAX_BASE64_CHARACTERS:
        raise FileTooLarge(advice, argument=INLINE_ARGUMENT)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument(
            INLINE_ARGUMENT, f"{INLINE_ARGUMENT} is not Base64: letters, digits, + and /, as in iVBORw0KGgo=."
        ) from None
    if len(data) > MAX_INLINE_BYTES:
        raise FileTooLarge(advice, argument=INLINE_ARGUMENT)
    if not data:
        raise InvalidArgument(INLINE_ARGUMENT, f"{INLINE_ARGUMENT} is empty.")
    return FileSource(InlineContent(data), hashlib.sha256(data).hexdigest())


def _uploaded_source(records: Records, change: Change, item: int) -> FileSource:
    ticket, files = media_uploads.find_ticket(records, change, item), media_view.require_file_store(records)
    wanted = ticket.upload
    head = files.head(wanted.key)
    if head is None:
        raise nothing_uploaded_error()
    if (head.size, head.sha256, head.mime_type) != (wanted.size, wanted.sha256, wanted.mime_type):
        raise InvalidState("What was uploaded is not what the UploadToken was given for.", argument=TOKEN_ARGUMENT)
    return FileSource(
        StoredContent(files, wanted.key, head.size), head.sha256, head.mime_type, wanted.key, head.version, ticket
    )


def nothing_uploaded_error() -> InvalidState:
    """The refusal of a ticket without an upload."""
    text = "Nothing has been uploaded with this UploadToken. PUT the file to its Url with exactly its Headers first."
    return InvalidState(text, argument=TOKEN_ARGUMENT)
