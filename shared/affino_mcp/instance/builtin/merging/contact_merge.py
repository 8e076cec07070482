"""Merges two contacts that are one person into one."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.families.merging import MERGED_CONTACT
from affino_mcp.catalogue.families.opportunities import PRIMARY_CONTACT
from affino_mcp.catalogue.families.opportunity_parts import OPPORTUNITY_ROLE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm.contact_account_links import MAX_LINKS_PER_CONTACT, PRIMARY_CONTACT_ATTRIBUTE
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.merging import moved_records
from affino_mcp.instance.builtin.merging.edited_records import RecordEdit
from affino_mcp.instance.builtin.merging.merge_work import Merge, begin_merge, commit_merge
from affino_mcp.instance.builtin.references.consent_states import REVOKED
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, PermissionDenied

_CONSENT_RIGHT: Final = "contacts.consent"


def merge_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Merges one contact into another one: all that it has moves, and it is deleted.

    Raises Conflict for one that can log in, and for more than one transaction holds.
    """
    merge = begin_merge(records, method, values, call)
    if merge.merged.before.document.system.get("Staff"):
        text = "This contact can log in, so is never merged away: keep it, and merge the other one into it."
        raise Conflict(f"{text} An operator can end its login.", argument=MERGED_CONTACT.name)
    _join_consents(merge)
    _join_links(merge)
    moved_records.move_about(merge)
    moved_records.move_opportunities(merge, f"user={merge.merged_place.code}", _replace_person)
    return commit_merge(merge)


def _join_consents(merge: Merge) -> None:
    """The stricter of two states of a consent stands: one that was withdrawn is never given again by a merge."""
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
    kept, merged = merge.kept_place.code, merge.merged_place.code
    for code, theirs in merge.merged.before.relations_to(Family.ACCOUNTS).items():
        ref = RecordRef(Family.ACCOUNTS, code)
        ours = merge.kept.before.relations.get(str(ref))
        primary = theirs["Primary"] or bool(ours and ours["Primary"])
        joined = {**moved_records.join_link(ours, theirs), "Primary": primary}
        if joined != ours:
            merge.kept.relations[str(ref)] = joined
            merge.moved[Family.ACCOUNTS] += 1
        account = merge.edited.load(ref) if theirs["Primary"] else None
        if account and account.before.document.values.get(PRIMARY_CONTACT_ATTRIBUTE) == merged:
            account.values[PRIMARY_CONTACT_ATTRIBUTE] = kept
    links = merge.kept.before.relations_to(Family.ACCOUNTS).keys() | merge.merged.before.relations_to(Family.ACCOUNTS)
    if len(links) > MAX_LINKS_PER_CONTACT:
        text = f"Together they are linked to {len(links)} accounts, and a contact to at most {MAX_LINKS_PER_CONTACT}."
        raise Conflict(f"{text} Remove some with unlink_contact_from_account.", argument=MERGED_CONTACT.name)


def _replace_person(merge: Merge, deal: RecordEdit) -> None:
    """Puts the kept contact on an opportunity in the place of the merged one."""
    mine, theirs = str(merge.kept_place), str(merge.merged_place)
    link, other = deal.relation(mine), deal.relation(theirs) or {}
    role = (link or {}).get(OPPORTUNITY_ROLE.name) or other.get(OPPORTUNITY_ROLE.name)
    deal.relations |= {theirs: None, mine: {**other, **(link or {}), OPPORTUNITY_ROLE.name: role}}
    if deal.before.document.values.get(PRIMARY_CONTACT.name) == merge.merged_place.code:
        deal.values[PRIMARY_CONTACT.name] = merge.kept_place.code
