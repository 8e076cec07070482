"""Checks whether a deleted record can be restored: the person may, and every record that it points to exists."""

from __future__ import annotations

from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, record_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.references import references
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound


class RestorePreview(Records):
    """The records as if one deleted record existed.

    A rehearsed deletion of that record then applies the family's own rules to restoring it.
    """

    def __init__(self, records: Records, stored: RecordState) -> None:
        tables = (records.table, records.words_table)
        super().__init__(records.db, *tables, records.facets, records.files, records.audit_table, records.codes)
        self._stored = stored

    def load_record(self, family: str, code: int) -> RecordState | None:
        """Loads a record (see Records); the deleted record is loaded as if it existed."""
        document = self._stored.document
        return self._stored if (family, code) == (document.family, document.code) else super().load_record(family, code)


def check_restorable(records: Records, change: Change, document: Document) -> None:
    """Raises Conflict, naming the attribute, when a record that the document points to does not exist.

    The change fails when such a record is deleted before the commit.
    """
    try:
        references.check_references(records, change, document.record, dict(document.values))
    except (NotFound, InvalidArgument) as error:
        raise _gone_error(str(error.details["argument"])) from None
    for place in subject_record.subject_refs(document):
        if place not in records.load_documents([place]):
            raise _gone_error("Scope")
        change.require_existing(record_key(*place), lambda _: _gone_error("Scope"))


def require_unpurged(document: Document) -> None:
    """Raises Conflict for a record of which nothing is left to restore."""
    if document.purged:
        text = f"{document.record.words.capitalize()} {document.code} was removed for good on {document.purged[:10]}."
        raise Conflict(f"{text} Nothing of it is kept, so it cannot be restored.", argument="Version")


def _gone_error(argument: str) -> Conflict:
    text = f"{argument} points to a record that is not there any more. Restore that first."
    return Conflict(text, argument="Version", Attributes=[argument])
