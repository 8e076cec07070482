"""Decides who may see and change a media item; every media tool uses these functions.

A person sees an item when the item's own security is open to the person; the owner, or a holder of `media_items.all`,
may change it. A file is seen and changed with its item. An item that the person may not see is reported as not found.
"""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.access.opened import OpenRecord, open_record
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.tool_errors import NotFound
from affino_mcp.value_class import value_class

FAMILY: Final = MEDIA_ITEM.family
FILE_FAMILY: Final = "media_files"


@value_class
class OpenMediaItem(OpenRecord):
    """A media item that the person may see, with its files and the records that it refers to."""

    @property
    def files(self) -> list[Document]:
        """The item's files, by code."""
        found = (self.known.get(RecordRef(FILE_FAMILY, code)) for code in sorted(self.stored.relations_to(FILE_FAMILY)))
        return [document for document in found if document]


def open_media_item(
    records: Records, call: Call, argument: str, code: int, what: str = MEDIA_ITEM.words
) -> OpenMediaItem:
    """Loads an item that the person may see, in two reads. Raises NotFound with the given argument and word."""

    def refs(stored: RecordState) -> list[RecordRef]:
        files = [RecordRef(FILE_FAMILY, file) for file in stored.relations_to(FILE_FAMILY)]
        targets = references.reference_targets(call, [stored.document])
        return [*guards.security_refs(stored.document), *targets, *files]

    found = open_record(
        records,
        RecordRef(FAMILY, code),
        refs,
        lambda document, known: guards.may_read_security(call.actor, document, known),
        NotFound(argument, what),
    )
    return OpenMediaItem(found.stored, found.known)


def open_editable_item(
    records: Records, call: Call, argument: str, code: int, what: str = MEDIA_ITEM.words
) -> OpenMediaItem:
    """Loads an item that the person may change. Raises NotFound or PermissionDenied."""
    found = open_media_item(records, call, argument, code, what)
    require_ownership(call, found.document)
    return found


def require_item_unchanged(change: Change, found: OpenMediaItem) -> None:
    """Makes the change fail when the item or its security has changed since it was loaded."""
    guards.require_unchanged(
        change, found.document, *(found.known.get(place) for place in guards.security_refs(found.document))
    )
