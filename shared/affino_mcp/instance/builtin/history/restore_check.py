"""Checks whether a deleted record can be restored: the person may, it is not too late, and what it points to exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from affino_mcp.catalogue.families.article_media import ATTACHMENT
from affino_mcp.catalogue.families.article_steps import STEP
from affino_mcp.catalogue.families.merging import MERGED_INTO
from affino_mcp.catalogue.families.shared import RESTORE_DAYS
from affino_mcp.catalogue.registry import RECORDS
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, record_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.engine.write_step import ErrorFactory
from affino_mcp.instance.builtin.history.history_access import parent_refs
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.port import RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

RESTORE_SPAN: Final = timedelta(days=RESTORE_DAYS)
"""How long after its deletion a record can be restored."""


class RestorePreview(Records):
    """The records as if a deletion had not been made.

    A rehearsed deletion of that record then applies the family's own rules to restoring it.
    """

    def __init__(self, records: Records, as_before: Iterable[RecordState]) -> None:
        tables = (records.table, records.words_table)
        super().__init__(records.db, *tables, records.facets, records.files, records.audit_table, records.codes)
        self._as_before = {RecordRef.parse(stored.document.ref): stored for stored in as_before}

    def load_including_deleted(self, family: str, code: int) -> RecordState | None:
        """Loads a record (see Records); those of the deletion are loaded as they were before it."""
        return self._as_before.get(RecordRef(family, code)) or super().load_including_deleted(family, code)

    def load_documents(
        self,
        wanted: Iterable[RecordRef],
        have: KnownRecords | None = None,
        even_deleted: Collection[RecordRef] = (),
    ) -> KnownRecords:
        """Loads documents (see Records); those of the deletion are loaded as they were before it."""
        places = list(wanted)
        before = {place: self._as_before[place].document for place in places if place in self._as_before}
        return super().load_documents(places, {**(have or {}), **before}, even_deleted)


def check_restorable(records: Records, change: Change, document: Document) -> None:
    """Raises Conflict, naming the attribute, when a record that the document points to does not exist.

    The change fails when such a record is deleted before the commit.
    """
    try:
        kept = dict(document.values)
        references.check_references(records, change, document.record, kept, carried=kept)
    except (NotFound, InvalidArgument) as error:
        raise gone_error(str(error.details["argument"])) from None
    require_wholes(records, change, document)


def require_wholes(records: Records, change: Change, document: Document) -> None:
    """Raises Conflict when a record that the document is a part of, or is about, does not exist; see `check_restorable`."""
    for argument, place in list_wholes(document):
        if place not in records.load_documents([place]):
            raise gone_error(argument)
        change.require_existing(record_key(*place), _refuse_gone(argument))


def list_wholes(document: Document) -> Sequence[tuple[str, RecordRef]]:
    """The records that the document is a part of, or is about, each after the attribute that names it."""
    wholes = [*parent_refs(document)]
    if document.family == ATTACHMENT.family and (step := document.system.get(STEP.code)):
        wholes.append(RecordRef(STEP.family, step))
    about = [("Scope", place) for place in subject_record.subject_refs(document)]
    return [*((RECORDS[place.family].code, place) for place in wholes), *about]


def require_not_merged(document: Document) -> None:
    """Raises Conflict for a deleted record that was merged into another one: it comes back with the undo of the merge."""
    into = document.system.get(MERGED_INTO)
    if document.deleted and into is not None:
        text = f"It was merged into {document.record.words} {into}: undo that change of {document.record.words} {into}."
        raise Conflict(text, argument="Version", **{MERGED_INTO: into})


def require_in_time(document: Document, at: datetime) -> None:
    """Raises Conflict for a record of which nothing is left to restore, or whose deletion is too long ago."""
    if reason := find_lateness(document, at):
        raise Conflict(reason, argument="Version")


def find_lateness(document: Document, at: datetime) -> str:
    """The reason why a deleted record can no longer be restored; "" for one that can."""
    which = f"{document.record.words.capitalize()} {document.code}"
    if document.purged:
        return (
            f"{which} was removed for good on {document.purged[:10]}. Nothing of it is kept, so it cannot be restored."
        )
    if at > restorable_until(document):
        day = document.system["UpdatedDate"][:10]
        return f"{which} was deleted on {day}: a deleted record can be restored for {RESTORE_DAYS} days."
    return ""


def restorable_until(document: Document) -> datetime:
    """The last moment in which a deleted record can be restored."""
    return datetime.fromisoformat(document.system["UpdatedDate"]) + RESTORE_SPAN


def find_gone(records: Records, document: Document) -> list[str]:
    """The attributes that point to a record that does not exist, whoever may see that record."""
    targets = _list_needed(document)
    known = records.load_documents(place for _, place in targets)
    return [name for name, place in targets if place not in known]


def _list_needed(document: Document) -> Sequence[tuple[str, RecordRef]]:
    """Every record that a document points to, is a part of or is about, each after the attribute that names it."""
    return [*references.list_targets(document).items(), *list_wholes(document)]


def require_targets(change: Change, document: Document) -> None:
    """Makes the change fail, naming the attribute, unless every record that the document points to exists at the commit.

    In contrast to `check_restorable` it does not ask who may see them.
    """
    for argument, place in _list_needed(document):
        change.require_existing(record_key(*place), _refuse_gone(argument))


def _refuse_gone(argument: str) -> ErrorFactory:
    return lambda _: gone_error(argument)


def gone_error(argument: str) -> Conflict:
    """The refusal to restore a record while one that this attribute points to does not exist."""
    text = f"{argument} points to a record that is not there any more. Restore that first."
    return Conflict(text, argument="Version", Attributes=[argument])
