"""Notes on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.notes import NOTE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.access.ownership import must_own
from affino_mcp.instance.builtin.crm import subject_record
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import Facets
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.references.rendering import full
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = NOTE.family
CODE: Final = NOTE.code
LONG: Final = 2000
"""Length from which a note gets the warning that it is long."""


def facets(stored: Stored) -> Facets:
    """Facets of a note."""
    rows = [subject_record.facet(family, code) for family, code in subject_record.target(stored.document)]
    return Facets((*rows, f"author={stored.document.creator}"))


def list_notes(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists notes."""
    authors = (values.get("AuthorCode"), call.actor.user_code if values.get("Mine") else None)
    rows = (*subject_record.asked(values), *(f"author={author}" for author in dict.fromkeys(authors) if author))
    plan = listing.Plan(NOTE, rows, adds=lambda d, known: _derived(call, d, known), also=subject_record.target)
    return listing.run(records, plan, values, call)


def _derived(call: Call, document: Document, known: Known) -> dict[str, Any]:
    return {**subject_record.shown(call, document, known), "Author": document.system["CreatedBy"]}


def present(records: Records, call: Call, document: Document, have: Known | None = None) -> dict[str, Any]:
    """Renders the full note with its subject record."""
    known = records.documents(subject_record.target(document), have)
    return full(call, document, known, **_derived(call, document, known))


def get_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one note."""
    stored = records.require(FAMILY, CODE, values[CODE], NOTE.words)
    return Done({"Note": present(records, call, stored.document)}, stored.document.ref)


def create_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a note on exactly one record."""
    change = records.change(method, values, call)
    if subject_record.given(values) is None:
        names = ", ".join(subject_record.FAMILY_OF)
        raise InvalidArgument(next(iter(subject_record.FAMILY_OF)), f"A note needs exactly one of {names}.")
    _warn_when_long(call, values)
    scope, known = subject_record.check(records, change, values)
    code = records.codes.take(FAMILY, change)
    kept = {name: value for name, value in values.items() if name in NOTE.writable}
    note = Stored(created(FAMILY, code, call, kept, Scope=scope))
    records.save(change, None, note)
    return change.commit({"Note": present(records, call, note.document, known)})


def _warn_when_long(call: Call, values: Values) -> None:
    if len(values.get("Body") or "") > LONG:
        text = "The note is long. Short, specific notes are read; summarise and link to the full source."
        call.warn(WarningCode.LONG_NOTE, "Body", text)


def update_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a note; null clears the subject."""
    before = records.require(FAMILY, CODE, values[CODE], NOTE.words)
    must_own(call, before.document)
    _warn_when_long(call, values)
    kept = {name: value for name, value in values.items() if name in NOTE.writable}
    change = records.change(method, values, call)
    after = replace(before, document=before.document.changed(call, kept))
    if after.document.values == before.document.values:
        return change.nothing({"Note": present(records, call, before.document)}, before.document.ref)
    records.save(change, before, after)
    return change.commit({"Note": present(records, call, after.document)})


def delete_note(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a note."""
    before = records.require(FAMILY, CODE, values[CODE], NOTE.words)
    must_own(call, before.document)
    change = records.change(method, values, call)
    records.save(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})
