"""Deletions: each record that a delete tool deletes has a row under the day, written in the deletion's own transaction.

The rows of a day say what can be restored, and of which media the bytes are to be purged; they are removed when neither
is so any more.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.catalogue.method import Effect
from affino_mcp.catalogue.registry import METHODS
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.upkeep import Deletion
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Query, SortSpan

NOTED_FAMILIES: Final = frozenset(
    method.record.family for method in METHODS.values() if method.effect is Effect.DELETE and method.record
)
"""The kinds of record whose deletions have a row: those that a delete tool deletes."""

PURGED_FAMILIES: Final = (MEDIA_ITEM.family, MEDIA_FILE.family)
"""The families whose deleted records are purged after a while."""

MAX_LISTED_DELETIONS: Final = 100


def deletions_partition(day: date) -> str:
    """The partition key of the deletions of one day."""
    return f"D#{day:%Y%m%d}"


def _deletion_key(deletion: Deletion) -> Key:
    return Key(deletions_partition(deletion.day), f"{deletion.record}#{deletion.version:010d}")


def note_deletion(change: Change, before: Document | None, after: Document) -> None:
    """Adds the row of a deletion to its change; nothing for other changes and kinds of record."""
    if after.family not in NOTED_FAMILIES or not after.deleted or before is None or before.deleted:
        return
    day = datetime.fromisoformat(after.system["UpdatedDate"]).date()
    key = _deletion_key(Deletion(after.ref, after.version, day))
    change.add_operation(Put(change.table, {**key._asdict(), "record": after.ref, "version": after.version}))


def list_deletions(
    db: Database, table: str, day: date, after: Deletion | None, family: str | None = None
) -> list[Deletion]:
    """The first deletions of a day that have a row, in the order of their keys: of one kind or all, following `after`."""
    start: Item | None = _deletion_key(after)._asdict() if after else None
    span = SortSpan(prefix=f"{family}#" if family else None)
    query = Query(table, deletions_partition(day), span=span, start=start, limit=MAX_LISTED_DELETIONS)
    return [Deletion(row["record"], row["version"], day) for row in db.query(query).items]


def forget_deletion(db: Database, table: str, deletion: Deletion) -> None:
    """Removes the row of a deletion, which has nothing left to purge."""
    db.delete(Delete(table, _deletion_key(deletion)))
