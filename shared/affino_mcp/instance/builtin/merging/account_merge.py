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
from affino_mcp.instance.builtin.merging import moved_records
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.merge_work import Merge, begin_merge, commit_merge
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict

_PARENT: Final = PARENT_ACCOUNT.name


def merge_accounts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Merges one account into another one: all that it has moves, and it is deleted.

    Raises Conflict for more than one transaction holds, and when the kept account would lie below itself.
    """
    merge = begin_merge(records, method, values, call)
    _settle_parent(merge)
    _move_children(merge)
    _move_links(merge)
    moved_records.move_about(merge)
    moved_records.move_opportunities(merge, f"account={merge.merged_place.code}", _change_account)
    _require_no_cycle(merge)
    return commit_merge(merge)


def _settle_parent(merge: Merge) -> None:
    """No record is its own parent: of two of which one is the parent, the kept one takes what is above both."""
    kept, merged = merge.kept.before.document.values, merge.merged.before.document.values
    if kept.get(_PARENT) == merge.merged_place.code:
        above = merged.get(_PARENT)
        merge.kept.values[_PARENT] = None if above == merge.kept_place.code else above
        merge.values.different.pop(_PARENT, None)
    elif merged.get(_PARENT) == merge.kept_place.code:
        merge.values.filled.pop(_PARENT, None)
        merge.values.different.pop(_PARENT, None)


def _move_children(merge: Merge) -> None:
    for place in merge.find(Family.ACCOUNTS, f"parent={merge.merged_place.code}"):
        child = None if place == merge.kept_place else merge.edited.load(place)
        if child is not None:
            child.values[_PARENT] = merge.kept_place.code
            merge.moved["child_accounts"] += 1


def _move_links(merge: Merge) -> None:
    """Moves the links of contacts: the primary contact of the kept account stays, one without takes that of the other."""
    mine, theirs = str(merge.kept_place), str(merge.merged_place)
    primary = merge.kept.before.document.values.get(PRIMARY_CONTACT_ATTRIBUTE)
    first = primary or merge.values.filled.get(PRIMARY_CONTACT_ATTRIBUTE)
    for place in merge.find(Family.CONTACTS, f"account={merge.merged_place.code}"):
        contact = merge.edited.load(place)
        link = contact.relation(theirs) if contact else None
        if contact is None or link is None:
            continue
        joined = moved_records.join_link(contact.relation(mine), link)
        contact.relations |= {theirs: None, mine: {**joined, "Primary": place.code == first}}
        merge.moved[Family.CONTACTS] += 1


def _change_account(merge: Merge, deal: RecordEdit) -> None:
    deal.values[ACCOUNT.code] = merge.kept_place.code


def _require_no_cycle(merge: Merge) -> None:
    """Raises Conflict when the kept account would lie below itself, once the children of the other one are its own."""
    both = (merge.kept_place.code, merge.merged_place.code)
    values = {**merge.kept.before.document.values, **merge.values.filled, **merge.kept.values}
    parent = values.get(_PARENT)
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
