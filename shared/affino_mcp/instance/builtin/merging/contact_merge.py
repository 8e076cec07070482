"""Merges two contacts that are one person into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.merging import MERGED_CONTACT
from affino_mcp.catalogue.families.opportunities import PRIMARY_CONTACT
from affino_mcp.catalogue.families.opportunity_parts import OPPORTUNITY_ROLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm.contact_account_links import MAX_LINKS_PER_CONTACT, PRIMARY_CONTACT_ATTRIBUTE
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.merge_plan import MergeRules, Piece
from affino_mcp.instance.builtin.merging.merge_run import merge_records
from affino_mcp.instance.builtin.merging.merge_work import Merge
from affino_mcp.instance.builtin.merging.moved_records import NOTES_AND_TASKS, join_link, opportunities_by
from affino_mcp.instance.builtin.references.consent_states import REVOKED
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, PermissionDenied

LINKS_AT_THE_END: Final = 3
"""So many links to accounts pass on in the last step; the others before it."""
_CONSENT_RIGHT: Final = "contacts.consent"
_LINK_ROWS: Final = 5
"""The rows of a link in the two contacts and in the count of its account."""


def merge_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Merges one contact into another one: all that it has moves, and it is deleted.

    Raises Conflict for one that can log in, and for more than a merge moves.
    """
    return merge_records(_RULES, records, method, values, call)


def _join_consents(merge: Merge) -> None:
    """The stricter of two states of a consent stands: one that was withdrawn is never given again by a merge.

    Raises Conflict for a contact that can log in.
    """
    if merge.merged.before.document.system.get("Staff"):
        text = "This contact can log in, so is never merged away: keep it, and merge the other one into it."
        raise Conflict(f"{text} An operator can end its login.", argument=MERGED_CONTACT.name)
    for code, theirs in merge.merged.before.relations_to("permissions").items():
        ref = str(RecordRef("permissions", code))
        ours = merge.kept.before.relations.get(ref)
        if ours is None or (theirs["Status"] == REVOKED and ours["Status"] != REVOKED):
            merge.kept.relations[ref] = theirs
            merge.moved["permissions"] += 1
    call = merge.edited.change.call
    if merge.moved["permissions"] and not call.actor.has_right(_CONSENT_RIGHT, call.at):
        text = f"The consents of the two differ; joining them needs the right '{_CONSENT_RIGHT}'."
        raise PermissionDenied(_CONSENT_RIGHT, text, argument=MERGED_CONTACT.name)


def _join_links(merge: Merge) -> None:
    for code, theirs in merge.merged.before.relations_to(Family.ACCOUNTS).items():
        _join_link(merge, code, theirs)
    links = merge.kept.before.relations_to(Family.ACCOUNTS).keys() | merge.merged.before.relations_to(Family.ACCOUNTS)
    if len(links) > MAX_LINKS_PER_CONTACT:
        text = f"Together they are linked to {len(links)} accounts, and a contact to at most {MAX_LINKS_PER_CONTACT}."
        raise Conflict(f"{text} Remove some with unlink_contact_from_account.", argument=MERGED_CONTACT.name)


def _join_link(merge: Merge, code: int, theirs: Mapping[str, Any]) -> None:
    """Links the kept contact to an account in the place of the other one, also as its primary contact."""
    ref = RecordRef(Family.ACCOUNTS, code)
    ours = merge.kept.before.relations.get(str(ref))
    joined = {**join_link(ours, theirs), "Primary": theirs["Primary"] or bool(ours and ours["Primary"])}
    if joined != ours:
        merge.kept.relations[str(ref)] = joined
        merge.moved[Family.ACCOUNTS] += 1
    account = merge.edited.load(ref) if theirs["Primary"] else None
    if account and account.before.document.values.get(PRIMARY_CONTACT_ATTRIBUTE) == merge.merged_place.code:
        account.values[PRIMARY_CONTACT_ATTRIBUTE] = merge.kept_place.code


def _list_link_parts(merge: Merge) -> Sequence[Piece]:
    """The links that pass on before the end, with the accounts that name the contact."""
    codes = sorted(merge.merged.before.relations_to(Family.ACCOUNTS))[LINKS_AT_THE_END:]
    found = list[Piece]()
    for code in codes:
        account = merge.edited.edits.get(RecordRef(Family.ACCOUNTS, code))
        size = merge.edited.count_rows(account)[0] if account else 0
        found.append(Piece(size + _LINK_ROWS, partial(_pass_link_on, code)))
    return found


def _pass_link_on(code: int, merge: Merge) -> None:
    ref = str(RecordRef(Family.ACCOUNTS, code))
    theirs = merge.merged.before.relations.get(ref)
    if theirs is not None:
        _join_link(merge, code, theirs)
        merge.merged.relations[ref] = None


def _replace_person(merge: Merge, deal: RecordEdit) -> None:
    """Puts the kept contact on an opportunity in the place of the merged one."""
    mine, theirs = str(merge.kept_place), str(merge.merged_place)
    link, other = deal.relation(mine), deal.relation(theirs) or {}
    role = (link or {}).get(OPPORTUNITY_ROLE.name) or other.get(OPPORTUNITY_ROLE.name)
    deal.relations |= {theirs: None, mine: {**other, **(link or {}), OPPORTUNITY_ROLE.name: role}}
    if deal.before.document.values.get(PRIMARY_CONTACT.name) == merge.merged_place.code:
        deal.values[PRIMARY_CONTACT.name] = merge.kept_place.code


_RULES: Final = MergeRules(
    kinds=(*NOTES_AND_TASKS, opportunities_by("user", _replace_person)),
    begin=_join_consents,
    end=_join_links,
    check=lambda _: None,
    parts=_list_link_parts,
)
