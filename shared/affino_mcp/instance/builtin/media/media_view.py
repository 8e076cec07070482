"""Media items and files as callers see them; download addresses are put in last, so that nothing keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media import media_uses
from affino_mcp.instance.builtin.media.media_access import Opened
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call
from affino_mcp.store.files import Files
from affino_mcp.store.ops import StoreUnavailable

URL: Final = "Url"
KEY: Final = "Key"
"""In a file's `system`: where its bytes are. Not an attribute: callers never see it."""


def store(records: Records) -> Files:
    """The store of the bytes; raises StoreUnavailable where none was given."""
    if records.files is None:
        raise StoreUnavailable("no file store")
    return records.files


def file(call: Call, document: Document) -> dict[str, Any]:
    """A file's attributes, its address still open."""
    return full(call, document, {}, **{URL: None})


def item(records: Records, call: Call, found: Opened) -> dict[str, Any]:
    """The full item with its files and the articles that use it."""
    files = [file(call, document) for document in found.files]
    uses = media_uses.used_by(records, call, found.document)
    return full(call, found.document, found.known, Files=files, **uses)


def signed(records: Records, shown: Iterable[dict[str, Any]], documents: Iterable[Document]) -> None:
    """Put the download address into every shown file: after a change has been written, and remembered, without it."""
    by_code = {document.code: document for document in documents}
    for entry in shown:
        document = by_code[entry[MEDIA_FILE.code]]
        values = document.values
        entry[URL] = store(records).download_url(document.system[KEY], values["MimeType"], values["FileName"])
