"""Accounts on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import (
    account_duplicates,
    contact_account_links,
    new_primary_contact,
    opportunity_summaries,
)
from affino_mcp.instance.builtin.crm.account_lists import find_list_filters
from affino_mcp.instance.builtin.crm.contact_account_links import PRIMARY_CONTACT_ATTRIBUTE, AccountContacts
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState, new_document
from affino_mcp.instance.builtin.engine.index import (
    Facets,
    count_key,
    topic_tags,
)
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records, require_if_updated
from affino_mcp.instance.builtin.listing import (
    filter_targets,
    in_memory_pages,
    list_totals,
    listing,
    number_sorts,
    word_search,
)
from affino_mcp.instance.builtin.listing.date_ranges import with_date_ranges
from affino_mcp.instance.builtin.listing.dependents import render_dependents
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.references import may_show_family, render_record
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Check, Condition, Item, absent, all_of, any_of, equals
from affino_mcp.tool_errors import Conflict, InvalidArgument

FAMILY: Final = ACCOUNT.family
CODE: Final = ACCOUNT.code
MAX_PARENT_LEVELS: Final = 10
"""Maximum number of levels of parents of an account."""


def facets(stored: RecordState) -> Facets:
    """Facets of an account."""
    values, creator = stored.document.values, stored.document.creator
    manager = values.get("AccountManagerCode")
    one_of = {
        "type": "AccountTypeCode",
        "industry": "IndustryCode",
        "manager": "AccountManagerCode",
        "parent": "ParentCode",
    }
    rows = [f"{facet}={values[name]}" for facet, name in one_of.items() if values.get(name)]
    mine = [f"mine={code}" for code in dict.fromkeys((manager, creator)) if code]
    topics = topic_tags(values)
    parent = values.get("ParentCode")
    return Facets((*rows, *mine), topics, (str(RecordRef(FAMILY, parent)),) if parent else ())


def list_accounts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists account summaries."""
    listed, known = find_list_filters(records, values, call)
    wanted = {
        **listed,
        "manager": values.get("AccountManagerCode"),
        "parent": values.get("ParentCode"),
        "mine": call.actor.user_code if values.get("Mine") else None,
    }
    rows = tuple(f"{facet}={code}" for facet, code in wanted.items() if code)
    tags = topic_tags(values)
    targets = find_targets(call, values, {"AccountManagerCode": filter_targets.STAFF, "ParentCode": FAMILY})
    plan = with_date_ranges(records, listing.ListPlan(ACCOUNT, rows, tags, have=known, targets=targets), values, call)
    list_accounts_of = _list_descendants if values.get("IncludeChildren") else number_sorts.list_records
    return list_totals.with_number(records, plan, values, call, list_accounts_of(records, plan, values, call))


def _list_descendants(records: Records, asked: listing.ListPlan, values: Values, call: Call) -> Done:
    """Lists the accounts at any depth below one account; the other filters apply to each of them."""
    above = values.get("ParentCode")
    if above is None:
        raise InvalidArgument("IncludeChildren", "IncludeChildren needs ParentCode: whose children shall be listed?")
    plan = replace(asked, facets=tuple(row for row in asked.facets if row != f"parent={above}"))
    word_search.parse_search(values)
    below = in_memory_pages.load_descendants(records, plan, "parent", above, call)
    fitting = [document for document in below if listing.is_in_list(plan, facets(RecordState(document)))]
    return in_memory_pages.page_documents(records, plan, fitting, values, call)


def get_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one account with its contacts and opportunities."""
    stored = records.require_record(FAMILY, CODE, values[CODE], ACCOUNT.words)
    return Done(
        {"Account": render_account(records, call, stored.document, _linked_contacts(records, call, stored))},
        stored.document.ref,
    )


def _linked_contacts(records: Records, call: Call, stored: RecordState) -> AccountContacts:
    return (
        contact_account_links.load_account_contacts(records, stored.document)
        if call.may_read("contacts")
        else AccountContacts()
    )


def render_account(
    records: Records,
    call: Call,
    document: Document,
    linked: AccountContacts,
    have: KnownRecords | None = None,
    new: bool = False,
) -> dict[str, Any]:
    """Renders the full account.

    Contacts and opportunities are left out, with a warning, where the call may not read them.
    """
    first = linked.shown_codes
    wanted = [*references.reference_targets(call, [document]), *(RecordRef("contacts", code) for code in first)]
    known = records.load_documents(wanted, have)
    contacts = [_render_contact(code, linked.links[code], known) for code in first if ("contacts", code) in known]
    derived: dict[str, Any] = {}
    if may_show_family(call, "contacts", "Contacts"):
        derived |= {"Contacts": contacts, "ContactCount": linked.count}
    if may_show_family(call, "opportunities", "Opportunities"):
        facet = f"account={document.code}"
        derived["Opportunities"] = [] if new else opportunity_summaries.list_summaries(records, facet)
    return render_record(call, document, known, **derived)


def _render_contact(code: int, link: contact_account_links.ContactLink, known: KnownRecords) -> dict[str, Any]:
    contact = known[RecordRef("contacts", code)]
    own = {name: link[name] for name in ("Primary", "LeftCompany")}
    return {"UserCode": code, "Name": contact.label, "JobTitle": contact_account_links.job_title(contact, link), **own}


def create_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an account; links its primary contact in the same transaction."""
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, ACCOUNT, values)
    account_duplicates.warn_of_duplicates(records, call, checked)
    code = records.codes.take_code(FAMILY, change)
    primary = new_primary_contact.find_or_make(records, change, values)
    named = {PRIMARY_CONTACT_ATTRIBUTE: primary.code} if primary else {}
    account = RecordState(new_document(FAMILY, code, call, {**ACCOUNT.defaults, **checked, **named}))
    records.save_record(change, None, account)
    if primary and primary.made:
        links = new_primary_contact.save_linked(records, change, primary.made, account.document)
        known[RecordRef("contacts", primary.code)] = primary.made
    else:
        links = _link_primary_contact(records, change, None, account.document)
    linked = AccountContacts().with_links(change, links)
    return change.commit({"Account": render_account(records, call, account.document, linked, known, new=True)})


def _link_primary_contact(
    records: Records, change: Change, former: int | None, account: Document
) -> dict[int, contact_account_links.ContactLink]:
    """Links the contact that is now the account's primary one; the previous one is primary no longer.

    Returns the links that changed, by contact.
    """
    code = account.values.get(PRIMARY_CONTACT_ATTRIBUTE)
    if code == former:
        return {}
    changed = contact_account_links.unset_primary(records, change, former, account)
    if code is not None:
        contact = records.require_record("contacts", PRIMARY_CONTACT_ATTRIBUTE, code, "contact")
        existing = contact.relations.get(account.ref)
        contact_account_links.require_not_left(existing, PRIMARY_CONTACT_ATTRIBUTE)
        link = {**(existing or contact_account_links.make_link(records, change)), "Primary": True}
        contact_account_links.save_link(records, change, contact, account.ref, link)
        changed |= {code: link}
    return changed


def update_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an account; null clears one."""
    before = records.require_record(FAMILY, CODE, values[CODE], ACCOUNT.words)
    require_if_updated(before.document, values)
    change = records.start_change(method, values, call)
    checked, known = references.check_references(records, change, ACCOUNT, values, before.document.values)
    _require_no_cycle(records, change, before.document, checked.get("ParentCode"))
    account = before.document.next_version(call, checked)
    linked = _linked_contacts(records, call, before)
    if account.values == before.document.values:
        return change.no_change({"Account": render_account(records, call, before.document, linked, known)}, account.ref)
    records.save_record(change, before, replace(before, document=account))
    linked = linked.with_links(
        change, _link_primary_contact(records, change, before.document.values.get(PRIMARY_CONTACT_ATTRIBUTE), account)
    )
    return change.commit({"Account": render_account(records, call, account, linked, known)})


def _require_no_cycle(records: Records, change: Change, document: Document, parent: int | None) -> None:
    """Raises Conflict when the account would be its own ancestor.

    The write fails with ConcurrentWrite when one of the parents changes meanwhile.
    """
    for _ in range(MAX_PARENT_LEVELS):
        if parent is None:
            return
        if parent == document.code:
            break
        above = records.load_documents([RecordRef(FAMILY, parent)]).get(RecordRef(FAMILY, parent))
        if above is None:
            return
        change.require_version(above)
        parent = above.values.get("ParentCode")
    raise Conflict(
        "The parent account lies below this account, or the chain of parents is too long.", argument="ParentCode"
    )


def delete_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an account. Raises Conflict while it has child accounts or undecided opportunities."""
    before = records.require_record(FAMILY, CODE, values[CODE], ACCOUNT.words)
    change = records.start_change(method, values, call)
    hanging = render_dependents(records, call, before)
    change.add_operation(Check(records.table, count_key(before.document.ref), _unused_condition()), _in_use_error)
    records.save_record(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True} | hanging)


def _unused_condition() -> Condition:
    return all_of(*(any_of(absent(family), equals(family, 0)) for family in (FAMILY, OPPORTUNITY.family)))


def _in_use_error(row: Item | None) -> Conflict:
    if row and row.get(FAMILY):
        return Conflict("The account has child accounts. Move or delete them first.", argument=CODE)
    text = (
        "The account has undecided opportunities, neither won nor lost: list_opportunities with UndecidedOnly has them."
    )
    return Conflict(f"{text} Close or delete them first.", argument=CODE)
