"""The guards of records, of deleted ones too: the section, security or forum that decides who may read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from affino_mcp.catalogue.families.articles import SECTION_FIELD
from affino_mcp.catalogue.families.forums import FORUM
from affino_mcp.catalogue.families.website import SECTION
from affino_mcp.instance.builtin.access import guards, record_security
from affino_mcp.instance.builtin.engine.document import Document, document_from_row, record_key
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.history.history_access import parent_refs
from affino_mcp.instance.port import Actor, RecordRef

GUARD_FAMILIES: Final = {
    SECTION_FIELD.name: SECTION.family,
    guards.SECURITY_CODE: guards.SECURITY_FAMILY,
    FORUM.code: FORUM.family,
}
"""Maps the attributes that name a guard of a record to the guard's family."""

Guards = Mapping[RecordRef, Document | None]
"""The guards of one record; None for one that does not exist."""


def load_guards(records: Records, documents: Sequence[Document]) -> Mapping[str, Guards]:
    """The guards of each record, and of the record that it is a part of, by the record's reference; four reads for all."""
    wholes = _load_wholes(records, documents)
    named = {d.ref: [ref for each in _chain(d, wholes) for ref in _named_guards(each)] for d in documents}
    known = records.load_documents(ref for refs in named.values() for ref in refs)
    return {ref: {place: known.get(place) for place in places} for ref, places in named.items()}


def is_open_to(reader: Actor, found: Guards) -> bool:
    """True when the person may read under all these guards."""
    return record_security.may_read(reader, *found.values())


def _load_wholes(records: Records, documents: Sequence[Document]) -> KnownRecords:
    """The records that these are parts of, up to the article, media item or forum, deleted or not."""
    wholes: KnownRecords = {}
    level: Sequence[Document] = documents
    while wanted := {ref for document in level for ref in parent_refs(document)} - wholes.keys():
        found = records.db.get_many(records.table, [record_key(*ref) for ref in wanted])
        level = [document_from_row(row) for row in found.values()]
        wholes |= {RecordRef(d.family, d.code): d for d in level}
        if not level:
            break
    return wholes


def _chain(document: Document, wholes: KnownRecords) -> list[Document]:
    """The record, then those that it is a part of."""
    chain = [document]
    for ref in parent_refs(document):
        if ref in wholes:
            chain += _chain(wholes[ref], wholes)
    return chain


def _named_guards(document: Document) -> list[RecordRef]:
    own = [RecordRef(to, code) for name, to in GUARD_FAMILIES.items() if (code := document.values.get(name))]
    return own + ([RecordRef.parse(document.ref)] if document.family == FORUM.family else [])
