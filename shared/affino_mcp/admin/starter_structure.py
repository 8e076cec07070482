"""The small structure that a new instance begins with, so that an article and a thread can be written at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from affino_mcp.admin.structure_desk import StructureDesk
from affino_mcp.catalogue.structure import KINDS_BY_FAMILY, StructureKind
from affino_mcp.instance.structure import StructureItem

STARTER_ENTRIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "sections": {"Name": "News"},
    "forums": {"Name": "General", "Description": "Questions and ideas of everybody."},
    "article_categories": {"Name": "Announcements"},
    "media_categories": {"Name": "Images"},
    "article_types": {"Name": "Article"},
}
"""The entry that an instance without any of its kind gets, by the family of the kind's records."""


def lay_starter_structure(desk: StructureDesk) -> Sequence[tuple[StructureKind, StructureItem]]:
    """Makes one entry of each kind of which the instance has none; gives what was made. Again, it makes nothing.

    Each entry has its row in the API Log. Raises what `StructureDesk.save` raises.
    """
    made: list[tuple[StructureKind, StructureItem]] = []
    for family, values in STARTER_ENTRIES.items():
        kind = KINDS_BY_FAMILY[family]
        if not desk.list_items(kind):
            made.append((kind, desk.save(kind, None, values)))
    return made
