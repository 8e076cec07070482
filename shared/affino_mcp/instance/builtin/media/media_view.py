"""Renders media items and files for callers; download addresses are added last, so that they are never stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import media_uses
from affino_mcp.instance.builtin.media.media_access import OpenMediaItem
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.files import FileStore

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

    This happens after the change and its remembered answer have been written, so that neither holds the address.
    """
    by_code = {document.code: document for document in documents}
    for entry in shown:
        document = by_code[entry[MEDIA_FILE.code]]
        values = document.values
        entry[URL_ATTRIBUTE] = require_file_store(records).presign_download(
            document.system[STORAGE_KEY], values["MimeType"], values["FileName"]
        )
