"""Notes on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access.ownership import require_ownership
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing import filter_targets, listing
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.references.references import render_record
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = NOTE.family
CODE: Final = NOTE.code
LONG_NOTE_CHARACTERS: Final = 2000
"""Length from which a note gets the warning that it is long."""


def facets(stored: RecordState) -> Facets:
    """Facets of a note."""
    rows = [subject_record.scope_facet(family, code) for family, code in subject_record.subject_refs(stored.document)]
    return Facets((*rows, f"author={stored.document.creator}"))


def list_notes(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists notes."""
    authors = (values.get("AuthorCode"), call.actor.user_code if values.get("Mine") else None)
    rows = (*subject_record.scope_facets(values), *(f"author={author}" for author in dict.fromkeys(authors) if author))
    plan = listing.ListPlan(
        NOTE,
        rows,
        derive=lambda d, known: _derived_attributes(call, d, known),
        extra_refs=subject_record.subject_refs,
        targets=(
            *find_targets(call, values, {"AuthorCode": filter_targets.STAFF}),
            *subject_record.find_subject_targets(call, values),
        ),
    )
    return listing.list_records(records, plan, values, call)


def _derived_attributes(call: Call, document: Document, known: KnownRecords) -> dict[str, Any]:
    return {**subject_record.render_scope(call, document, known), "Author": document.system["CreatedBy"]}


def render_note(records: Records, call: Call, document: Document, have: KnownRecords | None = None) -> dict[str, Any]:
    """Renders the full note with its subject record."""
    subject = subject_record.subject_refs(document)
    known = records.load_documents(subject, have, even_deleted=subject)
    return render_record(call, document, known, **_derived_attributes(call, document, known))


def get_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one note."""
    stored = records.require_record(FAMILY, CODE, values[CODE], NOTE.words)
    return Done({"Note": render_note(records, call, stored.document)}, stored.document.ref)


def create_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a note on exactly one record."""
    change = records.start_change(method, values, call)
    if subject_record.find_scope(values) is None:
        names = ", ".join(subject_record.SUBJECT_FAMILIES)
        raise InvalidArgument(next(iter(subject_record.SUBJECT_FAMILIES)), f"A note needs exactly one of {names}.")
    _warn_when_long(call, values)
    scope, known = subject_record.check_scope(records, change, values)
    code = records.codes.take_code(FAMILY, change)
    kept = {name: value for name, value in values.items() if name in NOTE.writable}
    note = RecordState(new_document(FAMILY, code, call, kept, Scope=scope))
    records.save_record(change, None, note)
    return change.commit({"Note": render_note(records, call, note.document, known)})


def _warn_when_long(call: Call, values: Values) -> None:
    if len(values.get("Body") or "") > LONG_NOTE_CHARACTERS:
        text = "The note is long. Short, specific notes are read; summarise and link to the full source."
        call.warn(WarningCode.LONG_NOTE, "Body", text)


def update_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a note; null clears the subject."""
    before = records.require_record(FAMILY, CODE, values[CODE], NOTE.words)
    require_ownership(call, before.document)
    _warn_when_long(call, values)
    kept = {name: value for name, value in values.items() if name in NOTE.writable}
    change = records.start_change(method, values, call)
    moved, known = subject_record.read_move(records, change, values)
    after = replace(before, document=before.document.next_version(call, kept, **moved))
    noted = subject_record.noted_move(before.document, after.document)
    if after.document.values == before.document.values and not noted:
        return change.no_change({"Note": render_note(records, call, before.document)}, before.document.ref)
    records.save_record(change, before, after, **noted)
    return change.commit({"Note": render_note(records, call, after.document, known)})


def delete_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a note."""
    before = records.require_record(FAMILY, CODE, values[CODE], NOTE.words)
    require_ownership(call, before.document)
    change = records.start_change(method, values, call)
    records.save_record(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})
