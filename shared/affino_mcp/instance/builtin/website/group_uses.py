"""Which guards name a security group: sections, forums, securities, and categories of media."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.media_items import MEDIA_CATEGORY
from affino_mcp.catalogue.families.website import SECTION, SECURITY
from affino_mcp.instance.builtin.access.record_security import GUARDED_ACTIONS
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.website.operator_records import list_operator_records

NAMING_RECORDS: Final = (SECTION, FORUM, SECURITY, MEDIA_CATEGORY)
"""The kinds of records that name security groups."""


def list_places_naming(records: Records, group: str) -> Sequence[str]:
    """The guards that name a group, for people: `section News`. One query and one batch read for each kind."""
    return [
        f"{record.words} {document.label}"
        for record in NAMING_RECORDS
        for document in list_operator_records(records, record.family)
        if any(group in document.values.get(name, ()) for name in GUARDED_ACTIONS)
    ]
