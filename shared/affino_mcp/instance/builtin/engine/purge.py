"""Purges a record: what is left says that there was one, when it was deleted and when it was purged, and nothing else.

First the record's row becomes that remainder, on condition that nobody has changed the record: from then on it can
neither be restored nor read. Only then are bytes and other rows removed. So a record that can be read always has its
bytes, and a purge that was broken off is known by the remainder and can go on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import RECORD_SK, Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Delete, Key, Put, Query, all_of, equals
from affino_mcp.store.paging import iterate_rows

_KEPT_STAMPS: Final = ("CreatedDate", "CreatedBy", "UpdatedDate", "UpdatedBy")


def replace_by_remainder(
    records: Records, document: Document, at: datetime, values: tuple[str, ...] = (), system: tuple[str, ...] = ()
) -> Document:
    """Writes the remainder of a record in its place and gives it.

    Takes the record as it was read, and the names of the values and system values that the remainder keeps, none of which
    may be personal. Raises ConcurrentWrite when the record is no longer as it was read.
    """
    remainder = replace(
        document,
        version=document.version + 1,
        values={name: document.values[name] for name in values if name in document.values},
        system={name: document.system[name] for name in (*_KEPT_STAMPS, *system) if name in document.system},
        deleted=True,
        purged=format_iso(at),
    )
    unchanged = all_of(equals("version", document.version), equals("deleted", document.deleted))
    try:
        records.db.put(Put(records.table, remainder.to_row(), unchanged))
    except ConditionFailed as failed:
        if (failed.item or {}).get("purged") != remainder.purged:  # else an earlier attempt of this write is there
            raise ConcurrentWrite from failed
    return remainder


def delete_rows(records: Records, pk: str) -> int:
    """Removes every row of a record's partition except the record's own; gives their number."""
    removed = 0
    for row in iterate_rows(records.db, Query(records.table, pk)):
        if row["sk"] != RECORD_SK:
            records.db.delete(Delete(records.table, Key(row["pk"], row["sk"])))
            removed += 1
    return removed
