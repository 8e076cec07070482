"""Brings tables of an older version into the template's shape, because no index of a table can be changed.

The rows are copied into a table beside it, then the old table is removed and made anew, and the rows are copied back. The
service does not run meanwhile; a move that was broken off goes on at the next start, and no row is ever in no table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from affino_mcp.audit.former_rows import move_to_current_partition
from affino_mcp.local.progress import ShowStep
from affino_mcp.local.tables import LocalTable, describe_table, has_same_shape, make_tables
from affino_mcp.store.ops import Database, Item, Put
from affino_mcp.store.table_reader import TableReader
from affino_mcp.store.wire import AwsJsonEndpoint
from affino_mcp.wiring import Stores

COPY_SUFFIX: Final = "-moved"
"""What the name of the table beside ends with."""

ChangeRow = Callable[[Item], Item]


def move_former_tables(endpoint: AwsJsonEndpoint, wanted: list[LocalTable], stores: Stores, say: ShowStep) -> list[str]:
    """Moves the rows of every table whose indexes are not the wanted ones; gives the names of these tables.

    A row of the API Log gets the partition by time that it has in this version; every other row stays as it is. A table of
    other keys is left alone. Raises StoreUnavailable.
    """
    moved = []
    for table in wanted:
        mover = _TableMove(endpoint, table, stores)
        if mover.is_needed():
            say(f"bringing the table {table.name} of an older version over")
            mover.carry_out()
            moved.append(table.name)
    return moved


class _TableMove:
    """The move of one table's rows."""

    def __init__(self, endpoint: AwsJsonEndpoint, table: LocalTable, stores: Stores) -> None:
        if stores.tables is None:
            raise RuntimeError("the local run's stores can read whole tables")
        self._endpoint, self._table = endpoint, table
        self._beside = LocalTable({**table.create, "TableName": f"{table.name}{COPY_SUFFIX}"}, table.expires_by)
        self._database: Database = stores.database
        self._reader: TableReader = stores.tables

    def is_needed(self) -> bool:
        """True for a table of the same keys and other indexes, and for a move that was broken off."""
        return self._is_former(describe_table(self._endpoint, self._table.name)) or self._is_begun()

    def carry_out(self) -> None:
        """Moves the rows, or goes on with an earlier move."""
        if self._is_former(describe_table(self._endpoint, self._table.name)):
            make_tables(self._endpoint, [self._beside])
            self._copy_rows(self._table.name, self._beside.name, move_to_current_partition)
            self._endpoint.call_operation("DeleteTable", {"TableName": self._table.name})
        make_tables(self._endpoint, [self._table])
        self._copy_rows(self._beside.name, self._table.name, lambda row: row)
        self._endpoint.call_operation("DeleteTable", {"TableName": self._beside.name})

    def _is_begun(self) -> bool:
        return describe_table(self._endpoint, self._beside.name) is not None

    def _is_former(self, there: dict[str, Any] | None) -> bool:
        keys = self._table.create["KeySchema"]
        return there is not None and there["KeySchema"] == keys and not has_same_shape(there, self._table)

    def _copy_rows(self, source: str, target: str, change: ChangeRow) -> None:
        start: Item | None = None
        while True:
            page = self._reader.read_page(source, start)
            for row in page.items:
                self._database.put(Put(target, change(row)))
            if page.next is None:
                return
            start = page.next
