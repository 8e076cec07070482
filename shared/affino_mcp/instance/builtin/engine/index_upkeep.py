"""Goes through the records' tables and brings every index row to what this version makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from affino_mcp.instance.builtin.engine.document import RECORD_SK, document_from_row
from affino_mcp.instance.builtin.engine.index_repair import IndexRepair, indexed_record
from affino_mcp.instance.builtin.engine.layout_rows import LayoutRows, ReindexCursor
from affino_mcp.instance.builtin.engine.member_recount import recount_members
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.instance.reindexing import IndexLayout, ReindexFigures
from affino_mcp.store.ops import Item
from affino_mcp.store.table_reader import TableReader


class BuiltinIndexUpkeep:
    """An IndexUpkeep of the builtin instance's records.

    Both tables are read whole, because only so are rows found that no record makes any more: of a facet that there is no
    longer, of a word cut otherwise, of a record that is gone.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._rows = LayoutRows(records.db, records.table)

    def read_layout(self) -> IndexLayout:
        """See IndexUpkeep."""
        return self._rows.read_layout(self._records.facets)

    def note_first_layout(self) -> None:
        """See IndexUpkeep."""
        if self.read_layout().is_current:
            self._rows.note_first_layout()

    def reindex(self, tables: TableReader, *, dry_run: bool = False) -> Iterator[ReindexFigures]:
        """See IndexUpkeep."""
        begin = ReindexCursor() if dry_run else self._rows.read_cursor()
        yield begin.figures
        for cursor in self._repair_pages(tables, begin, dry_run=dry_run):
            if not dry_run:
                self._rows.put_cursor(cursor)
            yield cursor.figures
        if not dry_run:
            self._rows.note_end()

    def _repair_pages(self, tables: TableReader, cursor: ReindexCursor, *, dry_run: bool) -> Iterator[ReindexCursor]:
        repair = IndexRepair(self._records, dry_run)
        names = (self._records.table, self._records.words_table)
        while cursor.table_number < len(names):
            table = names[cursor.table_number]
            page = tables.read_page(table, cursor.start)
            figures = cursor.figures.add(*self._repair_page(repair, table, page.items))
            following = cursor.table_number + (page.next is None)
            cursor = ReindexCursor(following, page.next, figures)
            yield cursor

    def _repair_page(self, repair: IndexRepair, table: str, rows: Sequence[Item]) -> tuple[int, int, int]:
        """Gives the numbers of the records among the rows, and of the rows that are written and removed."""
        found = [document_from_row(row) for row in rows if self._is_record(row)]
        present = [document for document in found if not document.deleted]
        written = repair.write_rows(present)
        refs = [RecordRef(document.family, document.code) for document in present]
        written += sum(recount_members(self._records, ref, dry_run=repair.dry_run) for ref in refs)
        removed = repair.remove_rows(table, [row for row in rows if indexed_record(row) is not None])
        return len(found), written, removed

    def _is_record(self, row: Item) -> bool:
        return row["sk"] == RECORD_SK and str(row["pk"]).partition("#")[0] in self._records.facets
