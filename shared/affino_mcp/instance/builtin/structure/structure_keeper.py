"""The whole structure of the builtin instance: lists and records, each with its own keeper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from affino_mcp.instance.builtin.engine.list_rows import is_list
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references.list_keeper import ListKeeper
from affino_mcp.instance.builtin.structure.record_keeper import RecordKeeper
from affino_mcp.instance.port import CallLog
from affino_mcp.instance.structure import StructureItem, StructureKeeper, StructurePlan


class BuiltinStructureKeeper:
    """A StructureKeeper that hands each kind to the keeper of lists or to that of records."""

    def __init__(self, records: Records) -> None:
        self._lists, self._records = ListKeeper(records), RecordKeeper(records)

    def list_items(self, kind: str) -> Sequence[StructureItem]:
        """See StructureKeeper."""
        return self._keeper(kind).list_items(kind)

    def plan_save(self, kind: str, code: int | None, values: Mapping[str, Any]) -> StructurePlan:
        """See StructureKeeper."""
        return self._keeper(kind).plan_save(kind, code, values)

    def save(self, kind: str, code: int | None, values: Mapping[str, Any], at: datetime, log: CallLog) -> StructureItem:
        """See StructureKeeper."""
        return self._keeper(kind).save(kind, code, values, at, log)

    def plan_remove(self, kind: str, code: int) -> StructurePlan:
        """See StructureKeeper."""
        return self._keeper(kind).plan_remove(kind, code)

    def remove(self, kind: str, code: int, at: datetime, log: CallLog) -> None:
        """See StructureKeeper."""
        self._keeper(kind).remove(kind, code, at, log)

    def _keeper(self, kind: str) -> StructureKeeper:
        return self._lists if is_list(kind) else self._records
