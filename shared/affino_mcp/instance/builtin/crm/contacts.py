"""Contacts on the builtin instance. Members of staff are contacts too: in Affino every person is a user."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.contacts import CONTACT, INCLUDE_LEAVERS, PERMISSION_FIELD, WITHOUT_PERMISSION
from affino_mcp.catalogue.families.member_lists import CONTACT_LISTS
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import contact_account_links, opportunity_summaries
from affino_mcp.instance.builtin.crm.contact_filters import narrow_contacts
from affino_mcp.instance.builtin.crm.leavers import ListedLinks
from affino_mcp.instance.builtin.engine.document import RecordState, new_document
from affino_mcp.instance.builtin.engine.index import Facets, topic_tags
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records, require_if_updated
from affino_mcp.instance.builtin.listing import in_memory_pages, list_totals, listing, member_filtering
from affino_mcp.instance.builtin.listing.date_ranges import with_date_ranges
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.builtin.listing.word_search import parse_search
from affino_mcp.instance.builtin.member_lists import member_lists
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.consent_states import GRANTED
from affino_mcp.instance.builtin.references.references import may_show_family, render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, InvalidArgument, NotFound

FAMILY: Final = CONTACT.family
CODE: Final = CONTACT.code
ACCOUNT_ARGUMENT: Final = ACCOUNT_FIELD.name
CONTACT_LIST: Final = CONTACT_LISTS.record
_FILTER_KINDS: Final = {
    ACCOUNT_ARGUMENT: "accounts",
    PERMISSION_FIELD.name: "permissions",
    WITHOUT_PERMISSION.name: "permissions",
}
"""What each filter of the list names."""


def granted_codes(stored: RecordState) -> list[int]:
    """The codes of the permissions that the contact has granted and not revoked."""
    return [code for code, grant in sorted(stored.relations_to("permissions").items()) if grant["Status"] == GRANTED]


def render_permissions(stored: RecordState, revoked: bool) -> list[dict[str, Any]]:
    """A contact's permissions for callers; the revoked ones only when `revoked` is True."""
    grants = sorted(stored.relations_to("permissions").items())
    return [dict(grant) for _, grant in grants if revoked or grant["Status"] == GRANTED]


def facets(stored: RecordState) -> Facets:
    """Facets of a contact."""
    creator = stored.document.creator
    rows = [f"account={code}" for code in sorted(stored.relations_to("accounts"))]
    rows += [f"permission={code}" for code in granted_codes(stored)]
    rows += [f"mine={creator}"] if creator else []
    rows += ["staff"] if stored.document.system.get("Staff") else []
    topics = topic_tags(stored.document.values)
    return Facets(
        tuple(rows), topics, tuple(str(RecordRef("accounts", code)) for code in stored.relations_to("accounts"))
    )


def list_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists contact summaries."""
    plan, on_list = plan_list(records, values, call), values.get(CONTACT_LIST.code)
    if values.get("Email"):
        return _list_by_email(records, plan, values, call)
    if on_list:
        source = member_lists.load_member_source(records, call, CONTACT_LIST, on_list)
        return member_filtering.list_from_source(records, plan, source, values, call)
    return list_totals.with_number(records, plan, values, call, listing.list_records(records, plan, values, call))


def plan_list(records: Records, values: Values, call: Call) -> ListPlan:
    """The list that the filters among the values ask for, but for Email and the list whose members are asked for."""
    wanted = {"account": values.get(ACCOUNT_ARGUMENT), "permission": values.get("PermissionCode")}
    rows = [f"{facet}={code}" for facet, code in wanted.items() if code]
    rows += [f"mine={call.actor.user_code}"] if values.get("Mine") else []
    rows += ["staff"] if values.get("StaffOnly") else []
    tags = topic_tags(values)
    plan = ListPlan(CONTACT, tuple(rows), tags, targets=find_targets(call, values, _FILTER_KINDS))
    if values.get(ACCOUNT_ARGUMENT):
        links = ListedLinks(records, values[ACCOUNT_ARGUMENT], values.get(INCLUDE_LEAVERS.name, False))
        plan = replace(plan, keep=links.keep, derive=links.render)
    return with_date_ranges(records, narrow_contacts(records, plan, values, call), values, call)


def _list_by_email(records: Records, plan: listing.ListPlan, values: Values, call: Call) -> Done:
    """Lists at most one contact, found by e-mail address; the other filters apply to it too."""
    parse_search(values)
    code = records.find_by_unique(FAMILY, "Email", values["Email"])
    stored = records.load_record(FAMILY, code) if code else None
    fits = (
        stored and listing.is_in_list(plan, facets(stored)) and _is_on_list(records, stored.document.code, values, call)
    )
    return in_memory_pages.page_documents(records, plan, [stored.document] if stored and fits else [], values, call)


def _is_on_list(records: Records, code: int, values: Values, call: Call) -> bool:
    on_list = values.get(CONTACT_LIST.code)
    return not on_list or code in member_lists.load_member_source(records, call, CONTACT_LIST, on_list).filter_codes(
        [code]
    )


def get_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one contact, found by exactly one of its keys."""
    keys = [field.name for field in method.arguments if values.get(field.name) is not None]
    if len(keys) != 1:
        names = ", ".join(field.name for field in method.arguments)
        raise InvalidArgument(keys[1] if keys else CODE, f"Give exactly one of {names}.")
    code = values[CODE] if keys == [CODE] else records.find_by_unique(FAMILY, keys[0], values[keys[0]])
    if code is None:
        raise NotFound(keys[0], CONTACT.words)
    stored = records.require_record(FAMILY, keys[0], code, CONTACT.words)
    return Done({"Contact": render_contact(records, call, stored)}, stored.document.ref)


def render_contact(
    records: Records, call: Call, stored: RecordState, have: KnownRecords | None = None, new: bool = False
) -> dict[str, Any]:
    """Renders the full contact with links and consents; accounts have names only where the call may read accounts."""
    accounts = stored.relations_to("accounts")
    wanted = [
        *references.reference_targets(call, [stored.document]),
        *(RecordRef("accounts", code) for code in accounts),
    ]
    known = records.load_documents(wanted, have)
    derived: dict[str, Any] = {"Permissions": render_permissions(stored, revoked=False)}
    if may_show_family(call, "accounts", "Accounts"):
        derived["Accounts"] = [
            {
                **contact_account_links.render_link(stored.document.code, code, link),
                "JobTitle": contact_account_links.job_title(stored.document, link),
                "Name": known[RecordRef("accounts", code)].label,
            }
            for code, link in sorted(accounts.items())
            if ("accounts", code) in known
        ]
    if may_show_family(call, "opportunities", "Opportunities"):
        derived["Opportunities"] = (
            [] if new else opportunity_summaries.list_summaries(records, f"user={stored.document.code}")
        )
    return render_record(call, stored.document, known, **derived)


def create_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates a contact; links it to an account when one is given."""
    change = records.start_change(method, values, call)
    account = (
        records.require_record("accounts", ACCOUNT_ARGUMENT, values[ACCOUNT_ARGUMENT], "account")
        if values.get(ACCOUNT_ARGUMENT)
        else None
    )
    checked, known = references.check_references(records, change, CONTACT, values)
    code = records.codes.take_code(FAMILY, change)
    contact = RecordState(
        new_document(FAMILY, code, call, checked, UIDString=str(uuid.uuid4()), Disabled=False, Staff=False)
    )
    if account is not None:
        link = contact_account_links.make_link(records, change)
        contact = contact.with_relation(account.document.ref, link)
        change.require_existing(account.document.key, lambda _: NotFound(ACCOUNT_ARGUMENT, "account"))
        known[RecordRef("accounts", account.document.code)] = account.document
    records.save_record(change, None, contact)
    return change.commit({"Contact": render_contact(records, call, contact, known, new=True)})


def update_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of a contact; null clears one. Links and consents have methods of their own."""
    before = records.require_record(FAMILY, CODE, values[CODE], CONTACT.words)
    require_if_updated(before.document, values)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, CONTACT, values, before.document.values)
    after = replace(before, document=before.document.next_version(call, checked))
    if after.document.values == before.document.values:
        return change.no_change({"Contact": render_contact(records, call, before, known)}, before.document.ref)
    records.save_record(change, before, after)
    return change.commit({"Contact": render_contact(records, call, after, known)})


def delete_contact(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes a contact. Raises Conflict for a member of staff and for the primary contact of an account."""
    before = records.require_record(FAMILY, CODE, values[CODE], CONTACT.words)
    if before.document.system.get("Staff"):
        raise Conflict("Members of staff cannot be deleted here; an operator can disable them.", argument=CODE)
    if records.load_documents(
        RecordRef("accounts", code) for code, link in before.relations_to("accounts").items() if link["Primary"]
    ):
        raise Conflict("The contact is an account's primary contact. Choose another one first.", argument=CODE)
    change = records.start_change(method, values, call)
    hanging = render_dependents(records, call, before)
    records.save_record(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True} | hanging)
