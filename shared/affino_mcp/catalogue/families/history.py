"""History and undo: the changes of a record, the person's own changes, and the undo of one change."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.shared import SCOPE_FIELDS
from affino_mcp.catalogue.item_kinds import MAX_ITEMS
from affino_mcp.catalogue.item_status import OUTCOME, TOTALS
from affino_mcp.catalogue.kinds import choice_kind, code_kind, integer_kind
from affino_mcp.catalogue.method import CURSOR, PAGE_SIZE, Effect, Method
from affino_mcp.catalogue.record import Field
from affino_mcp.catalogue.time_kinds import date_kind
from affino_mcp.tool_errors import InvalidState, NotFound

HISTORY_FAMILIES: Final[dict[str, Family]] = {
    **{family.value: family for family in Family if family is not Family.ALWAYS},
    "article_steps": Family.ARTICLES,
    "article_comments": Family.ARTICLES,
    "article_media": Family.ARTICLES,
    "forum_threads": Family.FORUMS,
    "forum_posts": Family.FORUMS,
    "media_files": Family.MEDIA_ITEMS,
}
"""The kinds of record that have a history, and the family whose switches and rights apply to each."""

RECORD_KIND_FIELD: Final = Field("Family", choice_kind(*HISTORY_FAMILIES), required=True)
RECORD_CODE_FIELD: Final = Field("Code", code_kind(), "the record's code", required=True)
VERSION_FIELD: Final = Field("Version", integer_kind(1, 2**53 - 1), "of the change", required=True)
ACTIVITY_DAYS: Final = (Field("DateFrom", date_kind()), Field("DateTo", date_kind()))
LAST_FIELD: Final = Field("Last", integer_kind(1, MAX_ITEMS), required=True)
_PAGE: Final = {"Items": "newest first", "NextCursor": "for the next page", "CurrentDate": "the service's time"}

METHODS: Final = (
    Method(
        "list_record_history",
        Family.ALWAYS,
        Effect.READ,
        "",
        "Who changed a record, when, and each attribute before and after.",
        "who changed Orbital Labs' type?",
        _PAGE,
        (RECORD_KIND_FIELD, RECORD_CODE_FIELD, PAGE_SIZE, CURSOR),
        "Needs the family's read right.",
        errors=(NotFound,),
    ),
    Method(
        "list_activity",
        Family.ALWAYS,
        Effect.READ,
        "",
        "What happened with an account, contact or opportunity and all that hangs on it.",
        "what happened with Orbital Labs last week?",
        _PAGE,
        (*SCOPE_FIELDS, *ACTIVITY_DAYS, PAGE_SIZE, CURSOR),
        errors=(NotFound,),
    ),
    Method(
        "list_my_changes",
        Family.ALWAYS,
        Effect.READ,
        "",
        "What the person you act for has changed, through any client.",
        "what did I change today?",
        _PAGE,
        (PAGE_SIZE, CURSOR),
        "Each record has the Version that undo_change takes.",
    ),
    Method(
        "undo_change",
        Family.ALWAYS,
        Effect.UPDATE,
        "",
        "Take one change back: values return, what was created is deleted, what was deleted restored, what was merged parted.",
        "undo my last change to Orbital Labs.",
        {"Undone": "Family, Code, Version, How", "Account": "or whichever record it is, as it is now"},
        (RECORD_KIND_FIELD, RECORD_CODE_FIELD, VERSION_FIELD),
        "Your own changes only, unless you hold <family>.all; what you made within a day needs no delete right."
        " Refused where something has changed since.",
        undoes=True,
        errors=(InvalidState,),
        route="POST /undo",
    ),
    Method(
        "undo_changes",
        Family.ALWAYS,
        Effect.UPDATE,
        "",
        "Take your own last changes back, newest first, as undo_change does.",
        "undo my last three changes.",
        {
            "Items": f"Item, {OUTCOME}, Family, Code, Version, How, After and Error of each",
            TOTALS: "how many of each Outcome",
        },
        (LAST_FIELD,),
        undoes=True,
        each_by="undo_change",
        route="POST /undo/many",
    ),
)
