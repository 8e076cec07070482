"""What operators may ask of a system of record, each by a port of its own."""

from __future__ import annotations

from typing import Protocol

from affino_mcp.instance.record_finder import RecordFinder
from affino_mcp.instance.record_restorer import RecordRestorer
from affino_mcp.instance.reindexing import IndexUpkeep
from affino_mcp.instance.structure import StructureKeeper
from affino_mcp.instance.upkeep import ContactErasure, StaffContacts


class OperatorPorts(Protocol):
    """The ports of one system of record for its operators."""

    @property
    def contact_erasure(self) -> ContactErasure:
        """The erasure of contacts on request."""

    @property
    def staff_contacts(self) -> StaffContacts:
        """The contacts of people who can log in."""

    @property
    def record_restorer(self) -> RecordRestorer:
        """The restores of deleted records."""

    @property
    def record_finder(self) -> RecordFinder:
        """The search for records by name."""

    @property
    def index_upkeep(self) -> IndexUpkeep:
        """The upkeep of the rows that lists and searches find records by."""

    @property
    def structure_keeper(self) -> StructureKeeper:
        """The structure: places, categories, types, securities and lists."""
