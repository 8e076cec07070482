"""Accounts on the builtin instance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.errors import Conflict, InvalidArgument, NotFound
from affino_mcp.instance.builtin import links, listing, references
from affino_mcp.instance.builtin.change import Change
from affino_mcp.instance.builtin.document import Document, created
from affino_mcp.instance.builtin.index import Facets, facet_partition
from affino_mcp.instance.builtin.links import PRIMARY_FIELD
from affino_mcp.instance.builtin.present import full
from affino_mcp.instance.builtin.records import Known, Records, check_unchanged
from affino_mcp.instance.builtin.reference import LISTS, look_up
from affino_mcp.instance.builtin.stored import Stored
from affino_mcp.instance.builtin.words import plain
from affino_mcp.instance.port import Call, Done
from affino_mcp.store.ops import Query, Span

FAMILY: Final = ACCOUNT.family
CODE: Final = ACCOUNT.code
MOST_SHOWN: Final = 20
DEEPEST: Final = 10
"""How many levels of parents an account may have."""


def facets(stored: Stored) -> Facets:
    """What an account is listed by."""
    values, creator = stored.document.values, stored.document.system["CreatedBy"]["UserCode"]
    manager = values.get("AccountManagerCode")
    one_of = {
        "type": "AccountTypeCode",
        "industry": "IndustryCode",
        "manager": "AccountManagerCode",
        "parent": "ParentCode",
    }
    rows = [f"{facet}={values[name]}" for facet, name in one_of.items() if values.get(name)]
    mine = [f"mine={code}" for code in dict.fromkeys((manager, creator)) if code]
    return Facets((*rows, *mine), tuple(f"topic={code}" for code in values.get("TopicCodes", ())))


def list_accounts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """A page of account summaries."""
    wanted = {
        "type": look_up("AccountTypeCode", "account_types", values.get("AccountTypeCode")),
        "industry": look_up("IndustryCode", "industries", values.get("IndustryCode")),
        "manager": values.get("AccountManagerCode"),
        "parent": values.get("ParentCode"),
        "mine": call.actor.user_code if values.get("Mine") else None,
    }
    if values.get("IncludeChildren"):
        return _family_tree(records, values, call)
    rows = tuple(f"{facet}={code}" for facet, code in wanted.items() if code)
    tags = tuple(f"topic={code}" for code in values.get("TopicCodes", ()))
    return listing.run(records, listing.Plan(ACCOUNT, rows, tags), values, call)


def _family_tree(records: Records, values: Values, call: Call) -> Done:
    if not values.get("ParentCode"):
        raise InvalidArgument("IncludeChildren", "IncludeChildren needs ParentCode: whose children shall be listed?")
    return listing.branch(records, ACCOUNT, "parent", values["ParentCode"], values, call)


def get_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """One account with its contacts and opportunities."""
    stored = records.require(FAMILY, CODE, values[CODE], ACCOUNT.words)
    return Done({"Account": present(records, call, stored)}, stored.document.ref)


def present(records: Records, call: Call, stored: Stored, have: Known | None = None) -> dict[str, Any]:
    """The full account. Contacts are left out, with a warning, where the profile may not read them."""
    linked = sorted(stored.to("contacts"))
    wanted = [*references.pointed_to(call, [stored.document]), *(("contacts", c) for c in linked[:MOST_SHOWN])]
    known = records.documents(wanted, have)
    derived: dict[str, Any] = {}
    for family, name, value in (
        ("contacts", "Contacts", [_contact(c, stored, known) for c in linked[:MOST_SHOWN] if ("contacts", c) in known]),
        ("contacts", "ContactCount", len(linked)),
        ("opportunities", "Opportunities", []),
    ):
        if call.readable(family):
            derived[name] = value
        elif isinstance(value, list):
            text = f"{name} are not shown: this profile may not read {family}."
            call.warn(WarningCode.NOT_SHOWN, name, text)
    return full(call, stored.document, known, **derived)


def _contact(code: int, stored: Stored, known: Known) -> dict[str, Any]:
    contact, link = known["contacts", code], stored.to("contacts")[code]
    return {"UserCode": code, "Name": contact.label, "JobTitle": link["JobTitle"], "Primary": link["Primary"]}


def create_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """A new account; a primary contact is linked in the same step."""
    change = records.change(method, values, call)
    checked, known = references.check(records, change, ACCOUNT, values)
    _warn_of_duplicates(records, call, checked)
    code = records.codes.take(FAMILY, change)
    account = Stored(created(FAMILY, code, call, {"Active": True, **checked}))
    account = _with_primary(records, change, None, account)
    records.save(change, None, account)
    return change.commit({"Account": present(records, call, account, known)})


def _with_primary(records: Records, change: Change, before: Stored | None, account: Stored) -> Stored:
    """Link the contact that the account names as its primary one, and let the former one step back."""
    code = account.document.values.get(PRIMARY_FIELD)
    former = before.document.values.get(PRIMARY_FIELD) if before else None
    if code == former:
        return account
    for other, link in links.demoted(account, code).items():
        account = account.related(f"contacts#{other}", link)
        links.step_back(records, change, other, account.document.ref, link)
    if code is None:
        return account
    contact = records.require("contacts", PRIMARY_FIELD, code, "contact")
    link = {**(account.to("contacts").get(code) or links.new_link(records, change)), "Primary": True}
    joined, _ = links.joined(change.call, contact, account, link)
    records.save(change, contact, joined)
    return account.related(joined.document.ref, link)


def update_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Change what is given; null clears."""
    before = records.require(FAMILY, CODE, values[CODE], ACCOUNT.words)
    check_unchanged(before.document, values)
    change = records.change(method, values, call)
    checked, known = references.check(records, change, ACCOUNT, values)
    _no_cycle(records, before.document, checked.get("ParentCode"))
    account = replace(before, document=before.document.changed(call, checked))
    account = _with_primary(records, change, before, account)
    records.save(change, before, account)
    return change.commit({"Account": present(records, call, account, known)})


def _no_cycle(records: Records, document: Document, parent: int | None) -> None:
    for _ in range(DEEPEST):
        if parent is None:
            return
        if parent == document.code:
            break
        above = records.documents([(FAMILY, parent)]).get((FAMILY, parent))
        parent = above.values.get("ParentCode") if above else None
    raise Conflict(
        "The parent account lies below this account, or the chain of parents is too long.", argument="ParentCode"
    )


def _warn_of_duplicates(records: Records, call: Call, checked: Values) -> None:
    name = plain(checked["Name"])
    partition = facet_partition(FAMILY, "all")
    near = Query(records.table, partition, index="ByName", sort="name", span=Span(prefix=f"{name[:40]}#"), limit=5)
    found = records.documents((FAMILY, row["code"]) for row in records.db.query(near).items)
    same = [d for d in found.values() if plain(d.label) == name and _same_site(d, checked)]
    if same:
        codes = [d.code for d in same]
        text = "An account of this name exists already. Link contacts to it with link_contact_to_account instead."
        call.warn(WarningCode.POSSIBLE_DUPLICATE, "Name", text, PossibleDuplicates=[{CODE: code} for code in codes])


def _same_site(document: Document, checked: Values) -> bool:
    sites = {plain(site) for site in (document.values.get("Website"), checked.get("Website")) if site}
    return len(sites) < 2


def list_account_lookups(records: Records, method: Method, values: Values, call: Call) -> Done:
    """The fixed lists that accounts use."""
    lists = {"Industries": "industries", "AccountTypes": "account_types"}
    entries = {shown: [{"Code": c, "Name": n} for c, n in LISTS[name].items()] for shown, name in lists.items()}
    return Done(dict(entries))


def delete_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Take an account out of every list; refused while others depend on it."""
    before = records.load(FAMILY, values[CODE])
    if before is None:
        raise NotFound(CODE, ACCOUNT.words)
    children = Query(records.table, facet_partition(FAMILY, f"parent={values[CODE]}"), limit=1)
    if records.db.query(children).items:
        raise Conflict("The account has child accounts. Move or delete them first.", argument=CODE)
    change = records.change(method, values, call)
    after = replace(before, document=replace(before.document.changed(call, {}), deleted=True))
    records.save(change, before, after)
    return change.commit({CODE: values[CODE], "Deleted": True})
