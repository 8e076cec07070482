"""Which record names a stored object: decided by reading the media item of the object's key with all its files.

The files that the item has now are its relations; those that were deleted from it are named by its history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from affino_mcp.catalogue.families.media_files import MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.instance.builtin.engine.change_journal import entry_from_row
from affino_mcp.instance.builtin.engine.document import HISTORY_SK, RecordState, document_from_row, record_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.media.media_view import STORAGE_KEY
from affino_mcp.instance.port import RecordRef, linked_family
from affino_mcp.instance.upkeep import FileNaming
from affino_mcp.store.files import MEDIA_PREFIX
from affino_mcp.store.ops import Query, SortSpan, split_batches
from affino_mcp.store.paging import iterate_rows

_OBJECT_KEY: Final = re.compile(rf"{MEDIA_PREFIX}([1-9][0-9]{{0,15}})/.+")


def find_naming(records: Records, key: str) -> FileNaming:
    """Decides whether a record names the object of this key: two reads, and more for a file that its item has no longer."""
    fitting = _OBJECT_KEY.fullmatch(key)
    item = records.load_including_deleted(MEDIA_ITEM.family, int(fitting[1])) if fitting else None
    if item is None:
        return FileNaming.UNKNOWN
    present = item.relations_to(MEDIA_FILE.family)
    is_named = key in _storage_keys(records, present) or key in _storage_keys(records, _former_files(records, item))
    return FileNaming.NAMED if is_named else FileNaming.UNNAMED


def _storage_keys(records: Records, codes: Iterable[int]) -> Iterator[str]:
    """The keys of the objects of some files, deleted ones too; purged ones have none."""
    for keys in split_batches([record_key(MEDIA_FILE.family, code) for code in codes]):
        for document in map(document_from_row, records.db.get_many(records.table, keys).values()):
            if not document.purged:
                yield document.system[STORAGE_KEY]


def _former_files(records: Records, item: RecordState) -> Iterator[int]:
    """The codes of the files that the item's history names and the item has no longer."""
    present = item.relations_to(MEDIA_FILE.family)
    history = Query(records.table, item.document.key.pk, span=SortSpan(prefix=HISTORY_SK))
    for row in iterate_rows(records.db, history):
        entry = entry_from_row(row)
        named = (name for name in {**entry.before, **entry.after} if linked_family(name) == MEDIA_FILE.family)
        yield from (code for code in (RecordRef.parse(name).code for name in named) if code not in present)
