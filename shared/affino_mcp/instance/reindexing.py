"""What operators ask of a system of record about the rows that its lists and searches find records by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from affino_mcp.store.table_reader import TableReader
from affino_mcp.value_class import value_class


class IndexLayout(NamedTuple):
    """The layout that the index rows were written in, as the stores say it, and the one that this version writes."""

    stored: int
    current: int

    @property
    def is_current(self) -> bool:
        """True when this version finds every record by these rows."""
        return self.stored == self.current


@value_class
class ReindexFigures:
    """What a reindex has done so far: records looked at, rows written and removed.

    `is_resumed`: the figures of an earlier run, which was broken off, are part of them.
    """

    records: int = 0
    written: int = 0
    removed: int = 0
    is_resumed: bool = False

    def add(self, records: int, written: int, removed: int) -> ReindexFigures:
        """Gives the figures with those of some more rows."""
        return ReindexFigures(self.records + records, self.written + written, self.removed + removed, self.is_resumed)


class IndexUpkeep(Protocol):
    """The upkeep of the index rows. Every method may raise StoreUnavailable, and can be repeated."""

    def read_layout(self) -> IndexLayout:
        """Gives both layouts. Stores without any record have the current one."""

    def note_first_layout(self) -> None:
        """Notes the current layout in stores without any record; does nothing in others."""

    def reindex(self, tables: TableReader, *, dry_run: bool = False) -> Iterator[ReindexFigures]:
        """Brings every index row to what this version makes, and then notes its layout.

        Yields the figures at the beginning, after each page of rows and at the end. It goes on where an earlier one was broken
        off, and may run while the service writes. With `dry_run` it goes through everything and changes nothing.
        """
