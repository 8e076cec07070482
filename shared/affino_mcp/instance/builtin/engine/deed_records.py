"""The records for a method that other methods carry out: whatever they write is that method's change."""

from __future__ import annotations

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call


class DeedRecords(Records):
    """Records whose every change is made by one method with its own arguments: so say history, key and log."""

    def __init__(self, records: Records, method: Method, values: Values) -> None:
        tables = (records.table, records.words_table)
        super().__init__(records.db, *tables, records.facets, records.files, records.audit_table, records.codes)
        self._method, self._values = method, values

    def start_change(self, method: Method, values: Values, call: Call) -> Change:  # noqa: ARG002 (its own instead)
        """Starts a write (see Records) of the method that was called."""
        return super().start_change(self._method, self._values, call)
