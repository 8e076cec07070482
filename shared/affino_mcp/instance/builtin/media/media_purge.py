"""Purges deleted media items and files: the record with its history and texts, and the bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from affino_mcp.catalogue.families.media_files import FILE_SIZE, MEDIA_FILE
from affino_mcp.catalogue.families.media_items import MEDIA_ITEM
from affino_mcp.instance.builtin.access.guards import SECURITY_CODE
from affino_mcp.instance.builtin.engine import deletions, purge
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.engine.write_step import ConcurrentWrite
from affino_mcp.instance.builtin.media import stored_objects
from affino_mcp.instance.builtin.media.media_view import STORAGE_KEY, require_file_store
from affino_mcp.instance.port import RecordRef
from affino_mcp.instance.upkeep import Deletion, FileNaming


class BuiltinMediaUpkeep:
    """The upkeep of the builtin instance's files (see MediaUpkeep)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def list_deletions(self, day: date, after: Deletion | None = None) -> Sequence[Deletion]:
        """See MediaUpkeep."""
        return deletions.list_deletions(self._records.db, self._records.table, day, after)

    def purge_deletion(self, deletion: Deletion, at: datetime) -> Mapping[str, int]:
        """See MediaUpkeep."""
        return purge_deletion(self._records, deletion, at)

    def find_naming(self, key: str) -> FileNaming:
        """See MediaUpkeep."""
        return stored_objects.find_naming(self._records, key)


def purge_deletion(records: Records, deletion: Deletion, at: datetime) -> Mapping[str, int]:
    """Purges the record of a deletion unless it has changed since, or goes on with a purge that was broken off.

    Records that are not of media stay as they are; that they were deleted is no longer noted.

    Gives how many `records` and `files` were purged, with their `bytes`; `restored` or `left` for a record that was not.
    """
    ref, done = RecordRef.parse(deletion.record), Counter[str]()
    stored = records.load_including_deleted(*ref) if ref.family in deletions.PURGED_FAMILIES else None
    if stored is not None and not stored.document.purged and not _is_still(stored.document, deletion):
        done["restored"] += 1
    elif stored is not None:
        try:
            done += _purge_record(records, stored, at)
        except ConcurrentWrite:
            return {"left": 1}
    deletions.forget_deletion(records.db, records.table, deletion)
    return done


def _is_still(document: Document, deletion: Deletion) -> bool:
    """True when the record has not been touched since this deletion; one that was restored and deleted again has another."""
    return document.deleted and document.version == deletion.version


def _purge_record(records: Records, stored: RecordState, at: datetime) -> Counter[str]:
    document, done = stored.document, Counter[str]()
    if document.family == MEDIA_FILE.family:
        return _purge_file(records, document, at)
    if not document.purged:
        purge.replace_by_remainder(records, document, at, values=(SECURITY_CODE,))
        done["records"] += 1
    for file in _files_of(records, stored):
        done += _purge_file(records, file, at)
    purge.delete_rows(records, document.key.pk)
    return done


def _files_of(records: Records, item: RecordState) -> Iterator[Document]:
    """The files that the item had when it was deleted."""
    for code in sorted(item.relations_to(MEDIA_FILE.family)):
        found = records.load_including_deleted(MEDIA_FILE.family, code)
        if found is not None:
            yield found.document


def _purge_file(records: Records, document: Document, at: datetime) -> Counter[str]:
    """Purges a file that is deleted, or whose item is purged: nobody can read it any more."""
    done = Counter[str]()
    if not document.purged:
        records.delete_index_rows(RecordState(document))
        purge.replace_by_remainder(records, document, at, system=(MEDIA_ITEM.code, STORAGE_KEY))
        done.update(records=1, files=1, bytes=document.values[FILE_SIZE.name])
    require_file_store(records).delete(document.system[STORAGE_KEY])
    purge.delete_rows(records, document.key.pk)
    return done
