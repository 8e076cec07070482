"""Notes: free text on an account, contact or opportunity."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import MOVED_SCOPE, RESTORABLE, SCOPE_FIELDS
from affino_mcp.catalogue.kinds import code_kind, line_kind, text_kind
from affino_mcp.catalogue.method import MINE, PAGE_RETURNS, Effect, Method, list_arguments
from affino_mcp.catalogue.record import PART_KIND, PERSON_KIND, Field, Record
from affino_mcp.tool_errors import NotFound

NOTE: Final = Record(
    name="Note",
    family=Family.NOTES,
    code="NoteCode",
    label=("Subject",),
    fields=(Field("Body", text_kind(8000), "short and specific: summarise"), Field("Subject", line_kind(255))),
    required=("Body",),
    filled=(MOVED_SCOPE.name,),
    derived=(
        Field("Scope", PART_KIND, "Type, Code and Name of what it is about"),
        Field("Author", PERSON_KIND, "UserCode and Name"),
    ),
    summary=("Subject", "Body"),
    search=("Subject", "Body"),
)
_FULL: Final = {"Note": "the full note"}

METHODS: Final = (
    Method(
        "list_notes",
        Family.NOTES,
        Effect.READ,
        "notes.read",
        "List notes.",
        "the notes on Jane Doe.",
        PAGE_RETURNS,
        list_arguments(NOTE, *SCOPE_FIELDS, Field("AuthorCode", code_kind(), "UserCode of the author"), MINE),
        record=NOTE,
        errors=(NotFound,),
    ),
    Method(
        "get_note",
        Family.NOTES,
        Effect.READ,
        "notes.read",
        "Read one note.",
        "the note on last week's call.",
        _FULL,
        (NOTE.code_field.as_required(),),
        record=NOTE,
        errors=(NotFound,),
    ),
    Method(
        "create_note",
        Family.NOTES,
        Effect.CREATE,
        "notes.write",
        "Add a note to exactly one account, contact or opportunity.",
        "Jane Doe wants a pricing comparison with competitor X.",
        _FULL,
        (*NOTE.create_arguments(), *SCOPE_FIELDS),
        "Summarise a chat.",
        record=NOTE,
        errors=(NotFound,),
        answers_as="get_note",
    ),
    Method(
        "update_note",
        Family.NOTES,
        Effect.UPDATE,
        "notes.write",
        "Change a note.",
        "correct the price in my note.",
        _FULL,
        (*NOTE.update_arguments(), MOVED_SCOPE),
        record=NOTE,
        carries_undo=True,
        answers_as="get_note",
    ),
    Method(
        "delete_note",
        Family.NOTES,
        Effect.DELETE,
        "notes.delete",
        f"Delete a note; {RESTORABLE}.",
        "remove a note made by mistake.",
        {"NoteCode": "the code", "Deleted": "true"},
        (NOTE.code_field.as_required(),),
        record=NOTE,
        carries_undo=True,
    ),
)
