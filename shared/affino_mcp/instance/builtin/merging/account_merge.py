"""Merges two accounts that are one company into one."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.accounts import ACCOUNT, PARENT_ACCOUNT
from affino_mcp.catalogue.families.merging import MERGED_ACCOUNT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm.accounts import MAX_PARENT_LEVELS
from affino_mcp.instance.builtin.crm.contact_account_links import PRIMARY_CONTACT_ATTRIBUTE
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.merge_plan import MergeRules, MovedKind
from affino_mcp.instance.builtin.merging.merge_run import merge_records
from affino_mcp.instance.builtin.merging.merge_work import Merge
from affino_mcp.instance.builtin.merging.moved_records import NOTES_AND_TASKS, facet_of, join_link, opportunities_by
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict

_PARENT: Final = PARENT_ACCOUNT.name
_CHILDREN: Final = "child_accounts"


def merge_accounts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Merges one account into another one: all that it has moves, and it is deleted.

    Raises Conflict for more than a merge moves, and when the kept account would lie below itself.
    """
    return merge_records(_RULES, records, method, values, call)


def _find_parent(merge: Merge) -> int | None:
    """What the kept account will lie below: of two of which one is the other's parent, it takes what is above both."""
    kept, merged = merge.kept.before.document.values, merge.merged.before.document.values
    own, other = kept.get(_PARENT), merged.get(_PARENT)
    found: int | None = other if own in (None, merge.merged_place.code) else own
    return None if found == merge.kept_place.code else found


def _settle_end(merge: Merge) -> None:
    """Settles what the kept account lies below, and who its primary contact is, with the link of the other one's."""
    both = (merge.kept_place.code, merge.merged_place.code)
    own, other = (edit.before.document.values.get(_PARENT) for edit in (merge.kept, merge.merged))
    if own in both or other in both:
        merge.values.filled.pop(_PARENT, None)
        merge.values.different.pop(_PARENT, None)
    if own == merge.merged_place.code:
        merge.kept.values[_PARENT] = _find_parent(merge)
    primary = merge.merged.before.document.values.get(PRIMARY_CONTACT_ATTRIBUTE)
    contact = merge.edited.load(RecordRef(Family.CONTACTS, primary)) if primary else None
    if contact is not None and contact.relation(str(merge.merged_place)) is not None:
        _move_link(merge, contact)
        merge.moved[Family.CONTACTS] += 1


def _move_link(merge: Merge, contact: RecordEdit) -> None:
    """Moves a contact's link: the primary contact of the kept account stays, one without takes that of the other."""
    mine, theirs = str(merge.kept_place), str(merge.merged_place)
    first = merge.kept.before.document.values.get(PRIMARY_CONTACT_ATTRIBUTE) or merge.values.filled.get(
        PRIMARY_CONTACT_ATTRIBUTE
    )
    joined = join_link(contact.relation(mine), contact.relation(theirs) or {})
    contact.relations |= {theirs: None, mine: {**joined, "Primary": contact.before.document.code == first}}


def _change_parent(merge: Merge, child: RecordEdit) -> None:
    child.values[_PARENT] = merge.kept_place.code


def _change_account(merge: Merge, deal: RecordEdit) -> None:
    deal.values[ACCOUNT.code] = merge.kept_place.code


def _require_no_cycle(merge: Merge) -> None:
    """Raises Conflict when the kept account would lie below itself, once the children of the other one are its own."""
    both, parent = (merge.kept_place.code, merge.merged_place.code), _find_parent(merge)
    for _ in range(MAX_PARENT_LEVELS):
        if parent is None:
            return
        place = RecordRef(Family.ACCOUNTS, parent)
        above = merge.edited.records.load_documents([place]).get(place)
        if parent in both or above is None:
            break
        merge.edited.change.require_version(above)
        parent = above.values.get(_PARENT)
    text = "The accounts are above and below each other, so that the merged one would be its own parent."
    raise Conflict(
        f"{text} Change {_PARENT} of one between them first, with update_account.", argument=MERGED_ACCOUNT.name
    )


def _check_children(merge: Merge) -> None:
    if merge.moved[_CHILDREN] or _find_parent(merge) != merge.kept.before.document.values.get(_PARENT):
        _require_no_cycle(merge)


_RULES: Final = MergeRules(
    kinds=(
        MovedKind(_CHILDREN, Family.ACCOUNTS, facet_of("parent"), _change_parent),
        MovedKind(Family.CONTACTS, Family.CONTACTS, facet_of("account"), _move_link),
        *NOTES_AND_TASKS,
        opportunities_by("account", _change_account),
    ),
    begin=lambda _: None,
    end=_settle_end,
    check=_check_children,
    parts=lambda _: (),
)
