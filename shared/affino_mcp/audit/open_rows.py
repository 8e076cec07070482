"""Deeds that are begun by a row of their own and closed by a second one, and the marks by which those left open are found.

A deed that is not one transaction writes a row of outcome `begun` first. The same transaction writes a mark into one
partition of the audit table; it holds the closing row as it is to be when nobody closes the deed. The closing row's id is
known from the beginning, so that there is one closing row, whoever writes it. Housekeeping alone removes marks, so that
nobody else needs the right to remove anything from this table.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from affino_mcp.audit.queries import lowest_ulid
from affino_mcp.audit.row import AuditRow, Outcome, row_item
from affino_mcp.store.ops import Database, Item, Key, Put, Query, SortSpan, WriteOp, absent

OPEN_ROWS_PARTITION: Final = "H#begun"
"""The partition of the audit table that holds a mark for each deed that is begun, sorted by the closing row's id."""
OPEN_CALLS_PARTITION: Final = "H#calls"
"""The partition that holds such a mark for each call that an instance elsewhere is asked to carry out."""
MARKS_PER_READ: Final = 100


class OpenRow(NamedTuple):
    """A deed that was begun: its mark's key, and the item of the closing row that it gets when nobody has closed it.

    `asks` is the key under which an instance elsewhere says what became of a call; empty for an operator's deed.
    """

    mark: Key
    closing: Item
    asks: str = ""


def begun_writes(table: str, row_id: str, closing: AuditRow, asks: str = "") -> list[WriteOp]:
    """Gives the writes that begin a deed: its row of this id, and the mark with its `closing` row if nobody closes it.

    With `asks` it is a call, whose outcome an instance elsewhere tells under that key.
    """
    begun = replace(closing, id=row_id, outcome=Outcome.BEGUN, status=202, error=None, result="")
    item, partition = row_item(closing), OPEN_CALLS_PARTITION if asks else OPEN_ROWS_PARTITION
    mark = {**Key(partition, closing.id)._asdict(), "row": item, "ttl": item["ttl"]}
    return [Put(table, row_item(begun), absent()), Put(table, mark | ({"asks": asks} if asks else {}), absent())]


def list_open_rows(
    db: Database, table: str, before: datetime, partition: str = OPEN_ROWS_PARTITION, after: str = ""
) -> list[OpenRow]:
    """Gives the oldest deeds that were begun before this moment and whose marks are still there, in one read.

    They come after the mark of the id `after`.
    """
    span = SortSpan(low=f"{after}~" if after else None, high=lowest_ulid(before))
    found = db.query(Query(table, partition, span=span, limit=MARKS_PER_READ)).items
    return [OpenRow(Key(mark["pk"], mark["sk"]), mark["row"], mark.get("asks", "")) for mark in found]
