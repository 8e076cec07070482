"""Duplicates: finding records that look like the same one, and merging two into one."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.shared import RESTORABLE
from affino_mcp.catalogue.kinds import choice_kind, code_kind
from affino_mcp.catalogue.method import CURSOR, Effect, Method
from affino_mcp.catalogue.record import Field, Record
from affino_mcp.tool_errors import NotFound

DUPLICATE_FAMILIES: Final = (Family.ACCOUNTS, Family.CONTACTS)
"""The families whose records can be merged; one that is on is enough to look for duplicates."""
OF_FAMILY: Final = Field("Family", choice_kind(*DUPLICATE_FAMILIES), required=True)
MERGED_CONTACT: Final = Field("MergeUserCode", code_kind(), required=True)
MERGED_ACCOUNT: Final = Field("MergeAccountCode", code_kind(), required=True)
MOVED: Final = "Moved"
FILLED: Final = "Filled"
DIFFERENT: Final = "Different"
MERGED_FROM: Final = "MergedFrom"
"""What the history of the kept record says of a merge: the code of the other one."""
MERGING_FROM: Final = "MergingFrom"
"""What its history says of a part of a merge that is made in several steps: the code of the other one, which is still there."""
MERGED_INTO: Final = "MergedInto"
"""What a record that was merged into another one, and its history, say: the code of the other one."""


def _make_merge(record: Record, merged: Field, example: str) -> Method:
    return Method(
        f"merge_{record.family}",
        Family(record.family),
        Effect.DELETE,
        f"{record.family}.delete",
        f"Move all that {merged.name} has to {record.code}, then delete it; {RESTORABLE}.",
        example,
        {
            record.code: "the kept record's code",
            merged.name: "the merged record's code",
            MOVED: "what moved, by kind: the number",
            FILLED: "attributes taken over",
            DIFFERENT: "values that were not taken over: both had one",
        },
        (record.code_field.as_required(), merged),
        record=record,
    )


MERGE_CONTACTS: Final = _make_merge(CONTACT, MERGED_CONTACT, "the two Jane Does.")
MERGE_ACCOUNTS: Final = _make_merge(ACCOUNT, MERGED_ACCOUNT, "Orbital Labs is there twice.")
MERGED_FIELDS: Final = {MERGE_CONTACTS.name: MERGED_CONTACT, MERGE_ACCOUNTS.name: MERGED_ACCOUNT}
"""The argument of each merge that names the record that is merged into the other one."""

METHODS: Final = (
    Method(
        "find_duplicates",
        Family.ALWAYS,
        Effect.READ,
        "",
        "Pairs of one name, telephone, e-mail or website.",
        "are there duplicate contacts?",
        {
            "Items": "Code, Name, OtherCode, OtherName, Reasons",
            "NextCursor": "for the next page",
            "CurrentDate": "the service's time",
        },
        (OF_FAMILY, CURSOR),
        errors=(NotFound,),
    ),
)
