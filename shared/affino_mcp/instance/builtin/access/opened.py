"""Opens a record for a person: loads it, and what decides whether the person may see it, in two reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.tool_errors import NotFound
from affino_mcp.value_class import value_class


@value_class
class OpenRecord:
    """A record that the person may see, with the records that this depends on and those that it refers to."""

    stored: RecordState
    known: KnownRecords

    @property
    def document(self) -> Document:
        """The record's document."""
        return self.stored.document


def open_record(
    records: Records,
    ref: RecordRef,
    refs: Callable[[RecordState], Iterable[RecordRef]],
    may_see: Callable[[Document, KnownRecords], bool],
    missing: NotFound,
) -> OpenRecord:
    """Loads a record that the person may see.

    Takes its reference, what to load with it, and who may see it, given the loaded ones. Raises `missing` when there is
    no such record, and alike when the person may not see it.
    """
    stored = records.load_record(*ref)
    if stored is None:
        raise missing
    known = records.load_documents(refs(stored))
    if not may_see(stored.document, known):
        raise missing
    return OpenRecord(stored, known)
