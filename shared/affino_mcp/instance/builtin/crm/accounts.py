"""Accounts on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm import contact_account_links, opportunity_summaries
from affino_mcp.instance.builtin.crm.contact_account_links import PRIMARY_FIELD, Linked
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, created
from affino_mcp.instance.builtin.engine.index import Facets, count_key, facet_partition, name_prefix, topic_tags
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Known, Records, check_unchanged
from affino_mcp.instance.builtin.engine.search_words import plain
from affino_mcp.instance.builtin.listing import in_memory_pages, listing
from affino_mcp.instance.builtin.references import references
from affino_mcp.instance.builtin.references.fixed_lists import LISTS, look_up
from affino_mcp.instance.builtin.references.rendering import full, shows
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.store.ops import Check, Condition, Item, Query, Span, absent, all_of, any_of, equals
from affino_mcp.tool_errors import Conflict, InvalidArgument

FAMILY: Final = ACCOUNT.family
CODE: Final = ACCOUNT.code
Tags = tuple[str, ...]
DEEPEST: Final = 10
"""Maximum number of levels of parents of an account."""


def facets(stored: Stored) -> Facets:
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
    wanted = {
        "type": look_up("AccountTypeCode", "account_types", values.get("AccountTypeCode")),
        "industry": look_up("IndustryCode", "industries", values.get("IndustryCode")),
        "manager": values.get("AccountManagerCode"),
        "parent": values.get("ParentCode"),
        "mine": call.actor.user_code if values.get("Mine") else None,
    }
    rows = tuple(f"{facet}={code}" for facet, code in wanted.items() if code)
    tags = topic_tags(values)
    if values.get("IncludeChildren"):
        return _family_tree(records, rows, tags, values, call)
    return listing.run(records, listing.Plan(ACCOUNT, rows, tags), values, call)


def _family_tree(records: Records, rows: Tags, tags: Tags, values: Values, call: Call) -> Done:
    """Lists the accounts at any depth below one account; the other filters apply to each of them."""
    above = values.get("ParentCode")
    if above is None:
        raise InvalidArgument("IncludeChildren", "IncludeChildren needs ParentCode: whose children shall be listed?")
    plan = listing.Plan(ACCOUNT, tuple(row for row in rows if row != f"parent={above}"), tags)
    listing.asked(values)
    below = in_memory_pages.branch(records, plan, "parent", above, call)
    fitting = [document for document in below if listing.admits(plan, facets(Stored(document)))]
    return in_memory_pages.pages(records, plan, fitting, values, call)


def get_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers one account with its contacts and opportunities."""
    stored = records.require(FAMILY, CODE, values[CODE], ACCOUNT.words)
    return Done(
        {"Account": present(records, call, stored.document, _contacts(records, call, stored))}, stored.document.ref
    )


def _contacts(records: Records, call: Call, stored: Stored) -> Linked:
    return contact_account_links.of_account(records, stored.document) if call.reads("contacts") else Linked()


def present(
    records: Records,
    call: Call,
    document: Document,
    linked: Linked,
    have: Known | None = None,
    new: bool = False,
) -> dict[str, Any]:
    """Renders the full account.

    Contacts and opportunities are left out, with a warning, where the call may not read them.
    """
    first = linked.first
    wanted = [*references.pointed_to(call, [document]), *(("contacts", code) for code in first)]
    known = records.documents(wanted, have)
    contacts = [_contact(code, linked.links[code], known) for code in first if ("contacts", code) in known]
    derived: dict[str, Any] = {}
    if shows(call, "contacts", "Contacts"):
        derived |= {"Contacts": contacts, "ContactCount": linked.count}
    if shows(call, "opportunities", "Opportunities"):
        facet = f"account={document.code}"
        derived["Opportunities"] = [] if new else opportunity_summaries.of(records, facet)
    return full(call, document, known, **derived)


def _contact(code: int, link: contact_account_links.Link, known: Known) -> dict[str, Any]:
    contact = known["contacts", code]
    return {"UserCode": code, "Name": contact.label, "JobTitle": link["JobTitle"], "Primary": link["Primary"]}


def create_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Creates an account; links its primary contact in the same transaction."""
    change = records.change(method, values, call)
    checked, known = references.check(records, change, ACCOUNT, values)
    _warn_of_duplicates(records, call, checked)
    code = records.codes.take(FAMILY, change)
    account = Stored(created(FAMILY, code, call, {**ACCOUNT.defaults, **checked}))
    records.save(change, None, account)
    linked = Linked().changed(change, _primary(records, change, None, account.document))
    return change.commit({"Account": present(records, call, account.document, linked, known, new=True)})


def _primary(
    records: Records, change: Change, former: int | None, account: Document
) -> dict[int, contact_account_links.Link]:
    """Links the contact that is now the account's primary one; the previous one is primary no longer.

    Returns the links that changed, by contact.
    """
    code = account.values.get(PRIMARY_FIELD)
    if code == former:
        return {}
    changed = contact_account_links.step_back(records, change, former, account)
    if code is not None:
        contact = records.require("contacts", PRIMARY_FIELD, code, "contact")
        link = {
            **(contact.relations.get(account.ref) or contact_account_links.new_link(records, change)),
            "Primary": True,
        }
        contact_account_links.save(records, change, contact, account.ref, link)
        changed |= {code: link}
    return changed


def update_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates the given attributes of an account; null clears one."""
    before = records.require(FAMILY, CODE, values[CODE], ACCOUNT.words)
    check_unchanged(before.document, values)
    change = records.change(method, values, call)
    checked, known = references.check(records, change, ACCOUNT, values)
    _no_cycle(records, change, before.document, checked.get("ParentCode"))
    account = before.document.changed(call, checked)
    linked = _contacts(records, call, before)
    if account.values == before.document.values:
        return change.nothing({"Account": present(records, call, before.document, linked, known)}, account.ref)
    records.save(change, before, replace(before, document=account))
    linked = linked.changed(change, _primary(records, change, before.document.values.get(PRIMARY_FIELD), account))
    return change.commit({"Account": present(records, call, account, linked, known)})


def _no_cycle(records: Records, change: Change, document: Document, parent: int | None) -> None:
    """Raises Conflict when the account would be its own ancestor.

    The write fails with Clash when one of the parents changes meanwhile.
    """
    for _ in range(DEEPEST):
        if parent is None:
            return
        if parent == document.code:
            break
        above = records.documents([(FAMILY, parent)]).get((FAMILY, parent))
        if above is None:
            return
        change.unchanged(above)
        parent = above.values.get("ParentCode")
    raise Conflict(
        "The parent account lies below this account, or the chain of parents is too long.", argument="ParentCode"
    )


def _warn_of_duplicates(records: Records, call: Call, checked: Values) -> None:
    name = plain(checked["Name"])
    partition = facet_partition(FAMILY, "all")
    near = Query(records.table, partition, index="ByName", sort="name", span=Span(prefix=name_prefix(name)), limit=5)
    found = records.documents((FAMILY, row["code"]) for row in records.db.query(near).items)
    same = [d for d in found.values() if plain(d.label) == name and _same_site(d, checked)]
    if same:
        codes = [d.code for d in same]
        text = "An account of this name exists already. Link contacts to it with link_contact_to_account instead."
        call.warn(WarningCode.POSSIBLE_DUPLICATE, "Name", text, PossibleDuplicates=[{CODE: code} for code in codes])


def _same_site(document: Document, checked: Values) -> bool:
    sites = {_site(site) for site in (document.values.get("Website"), checked.get("Website")) if site}
    return len(sites) < 2


def _site(website: str) -> str:
    return plain(website).removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def list_account_lookups(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the entries of the fixed lists that accounts use."""
    lists = {"Industries": "industries", "AccountTypes": "account_types"}
    entries = {shown: [{"Code": c, "Name": n} for c, n in LISTS[name].items()] for shown, name in lists.items()}
    return Done(dict(entries))


def delete_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Deletes an account. Raises Conflict while it has child accounts or opportunities that are not closed."""
    before = records.require(FAMILY, CODE, values[CODE], ACCOUNT.words)
    change = records.change(method, values, call)
    change.add(Check(records.table, count_key(before.document.ref), _free()), _in_use)
    records.save(change, before, before.deleted_by(call))
    return change.commit({CODE: values[CODE], "Deleted": True})


def _free() -> Condition:
    return all_of(*(any_of(absent(family), equals(family, 0)) for family in (FAMILY, OPPORTUNITY.family)))


def _in_use(row: Item | None) -> Conflict:
    if row and row.get(FAMILY):
        return Conflict("The account has child accounts. Move or delete them first.", argument=CODE)
    return Conflict("The account has opportunities that are not closed. Close or delete them first.", argument=CODE)
