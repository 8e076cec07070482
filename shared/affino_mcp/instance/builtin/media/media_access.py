"""Who may see and change a media item: the one place that every media tool asks (R8, threat 51).

Seeing: the item's own security is open to the person. Changing: it is the person's own, or `media_items.all`. A file is
seen and changed with its item. What a person may not see is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.errors import NotFound
from affino_mcp.instance.builtin.access import guards
from affino_mcp.instance.builtin.access.ownership import must_own
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import Call

FAMILY: Final = MEDIA_ITEM.family
FILES: Final = "media_files"


@dataclass(frozen=True)
class Opened:
    """A media item that the person may see, with its files and what it refers to."""

    stored: Stored
    known: Known

    @property
    def document(self) -> Document:
        """The item's document."""
        return self.stored.document

    @property
    def files(self) -> list[Document]:
        """Its files, by code."""
        found = (self.known.get((FILES, code)) for code in sorted(self.stored.to(FILES)))
        return [document for document in found if document]


def opened(records: Records, call: Call, argument: str, code: int, what: str = MEDIA_ITEM.words) -> Opened:
    """The item, or NotFound under the argument and word by which it was asked for: two reads."""
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
    """The item if the person may change it; raises NotFound or PermissionDenied."""
    found = opened(records, call, argument, code, what)
    must_own(call, found.document)
    return found


def hold(change: Change, found: Opened) -> None:
    """Bind a change to the item as it was seen and to the security by which it was allowed."""
    guards.still(change, found.document, *(found.known.get(place) for place in guards.security_of(found.document)))
