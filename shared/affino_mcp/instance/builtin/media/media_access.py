"""Decides who may see and change a media item; every media tool uses these functions.

A person sees an item when the item's own security is open to the person; the owner, or a holder of `media_items.all`,
may change it. A file is seen and changed with its item. An item that the person may not see is reported as not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.access.ownership import must_own
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call
from affino_mcp.tool_errors import NotFound

FAMILY: Final = MEDIA_ITEM.family
FILES: Final = "media_files"


@dataclass(frozen=True)
class Opened:
    """A media item that the person may see, with its files and the records that it refers to."""

    stored: Stored
    known: Known

    @property
    def document(self) -> Document:
        """The item's document."""
        return self.stored.document

    @property
    def files(self) -> list[Document]:
        """The item's files, by code."""
        found = (self.known.get((FILES, code)) for code in sorted(self.stored.to(FILES)))
        return [document for document in found if document]


def opened(records: Records, call: Call, argument: str, code: int, what: str = MEDIA_ITEM.words) -> Opened:
    """Loads an item that the person may see, in two reads. Raises NotFound with the given argument and word."""
    stored = records.load(FAMILY, code)
    if stored is None:
        raise NotFound(argument, what)
    files = [(FILES, file) for file in stored.to(FILES)]
    wanted = [*guards.security_of(stored.document), *references.pointed_to(call, [stored.document]), *files]
    known = records.documents(wanted)
    if not guards.passes_security(call.actor, stored.document, known):
        raise NotFound(argument, what)
    return Opened(stored, known)


def editable(records: Records, call: Call, argument: str, code: int, what: str = MEDIA_ITEM.words) -> Opened:
    """Loads an item that the person may change. Raises NotFound or PermissionDenied."""
    found = opened(records, call, argument, code, what)
    must_own(call, found.document)
    return found


def hold(change: Change, found: Opened) -> None:
    """Makes the change fail when the item or its security has changed since it was loaded."""
    guards.still(change, found.document, *(found.known.get(place) for place in guards.security_of(found.document)))
