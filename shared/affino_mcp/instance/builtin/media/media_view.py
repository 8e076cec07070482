"""Renders media items and files for callers; download addresses are added last, so that they are never stored."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.secret_attributes import find_records
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import media_access, media_uses
from affino_mcp.instance.builtin.media.media_access import OpenMediaItem
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import FileStore
from affino_mcp.tool_errors import NotFound

URL_ATTRIBUTE: Final = "Url"
STORAGE_KEY: Final = "Key"
"""Name of the `system` value of a file that holds the key of its bytes; callers never see it."""


def require_file_store(records: Records) -> FileStore:
    """The file store. Raises StoreUnavailable when the instance has none."""
    if records.files is None:
        raise StoreUnavailable("no file store")
    return records.files


def render_file(call: Call, document: Document) -> dict[str, Any]:
    """Renders a file's attributes, without its download address."""
    return render_record(call, document, {}, **{URL_ATTRIBUTE: None})


def render_media_item(records: Records, call: Call, found: OpenMediaItem) -> dict[str, Any]:
    """Renders the full item with its files and the articles that use it."""
    files = [render_file(call, document) for document in found.files]
    uses = media_uses.render_used_by(records, call, found.document)
    return render_record(call, found.document, found.known, Files=files, **uses)


def add_download_urls(records: Records, shown: Iterable[dict[str, Any]], documents: Iterable[Document]) -> None:
    """Adds the download address to every rendered file.

    This happens after the change has been written, so that its history and its row do not hold the address.
    """
    by_code = {document.code: document for document in documents}
    for entry in shown:
        document = by_code[entry[MEDIA_FILE.code]]
        values = document.values
        entry[URL_ATTRIBUTE] = require_file_store(records).presign_download(
            document.system[STORAGE_KEY], values["MimeType"], values["FileName"]
        )


def renew_download_urls(records: Records, call: Call, answer: dict[str, Any]) -> None:
    """Adds fresh download addresses to an answer that was remembered without them.

    A file that the person may no longer see, or that was deleted since, gets none.
    """
    shown = list(find_records(answer, MEDIA_FILE.code))
    for item in sorted({entry[MEDIA_ITEM.code] for entry in shown}):
        with suppress(NotFound):
            files = media_access.open_media_item(records, call, MEDIA_ITEM.code, item).files
            there = {file.code for file in files}
            add_download_urls(records, [entry for entry in shown if entry[MEDIA_FILE.code] in there], files)
