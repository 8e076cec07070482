"""The rows that say in which layout the index rows are, and how far a reindex has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field
from typing import Final

from affino_mcp.instance.builtin.engine.codes import counter_key
from affino_mcp.instance.builtin.engine.index import LAYOUT
from affino_mcp.instance.reindexing import IndexLayout, ReindexFigures
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, absent
from affino_mcp.value_class import value_class

FORMER_LAYOUT: Final = 1
"""The layout of stores that have records and do not say which one they have: those from before it was noted."""
LAYOUT_KEY: Final = Key("X#layout", "A")
CURSOR_KEY: Final = Key("X#reindex", "A")


@value_class
class ReindexCursor:
    """How far a reindex has come: the number of the table that it reads, the last key read, and its figures."""

    table_number: int = 0
    start: Item | None = None
    figures: ReindexFigures = field(default_factory=ReindexFigures)


@value_class
class LayoutRows:
    """The rows of one store, in the records' table."""

    database: Database
    table: str

    def read_layout(self, families: Collection[str]) -> IndexLayout:
        """Gives the layout of the rows and the current one, from one batch read.

        Takes the families of records: stores that have issued no code in any of them have no record.
        """
        counters = [counter_key(family) for family in families]
        found = self.database.get_many(self.table, [LAYOUT_KEY, *counters])
        unnoted = FORMER_LAYOUT if any(key in found for key in counters) else LAYOUT
        return IndexLayout(found[LAYOUT_KEY]["layout"] if LAYOUT_KEY in found else unnoted, LAYOUT)

    def note_first_layout(self) -> None:
        """Notes the current layout unless one is noted."""
        try:
            self.database.put(Put(self.table, _LAYOUT_ROW, absent()))
        except ConditionFailed:
            return

    def read_cursor(self) -> ReindexCursor:
        """Gives how far a reindex to the current layout has come; the beginning when none was broken off."""
        row = self.database.get(self.table, CURSOR_KEY)
        if row is None or row["layout"] != LAYOUT:
            return ReindexCursor()
        figures = ReindexFigures(row["records"], row["written"], row["removed"], is_resumed=True)
        return ReindexCursor(row["table_number"], row["start"], figures)

    def put_cursor(self, cursor: ReindexCursor) -> None:
        """Notes how far a reindex to the current layout has come."""
        done = cursor.figures
        said = {"records": done.records, "written": done.written, "removed": done.removed}
        place = {"layout": LAYOUT, "table_number": cursor.table_number, "start": cursor.start}
        self.database.put(Put(self.table, {**CURSOR_KEY._asdict(), **place, **said}))

    def note_end(self) -> None:
        """Notes that the rows are in the current layout; a later reindex begins anew."""
        self.database.put(Put(self.table, _LAYOUT_ROW))
        self.database.delete(Delete(self.table, CURSOR_KEY))


_LAYOUT_ROW: Final[Item] = {**LAYOUT_KEY._asdict(), "layout": LAYOUT}
