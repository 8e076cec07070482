"""The tools that link contacts to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.contacts import CONTACT, MOVED_TO
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import contact_account_links, leavers
from affino_mcp.instance.builtin.crm.contact_account_links import PRIMARY_CONTACT_ATTRIBUTE, ContactLink
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import RecordState
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.tool_errors import Conflict, NotFound


def _require_both(records: Records, values: Values) -> tuple[RecordState, RecordState]:
    contact = records.require_record("contacts", CONTACT.code, values[CONTACT.code], "contact")
    return contact, records.require_record("accounts", ACCOUNT_FIELD.name, values[ACCOUNT_FIELD.name], "account")


def _require_link(contact: RecordState, account: RecordState) -> ContactLink:
    existing = contact.relations.get(account.document.ref)
    if existing is None:
        raise NotFound(ACCOUNT_FIELD.name, "link between this contact and an account")
    return existing


def link_contact_to_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Links an existing contact to an existing account. Warns when they are linked already."""
    contact, account = _require_both(records, values)
    change = records.start_change(method, values, call)
    existing = contact.relations.get(account.document.ref)
    if existing is not None:
        text = "They are linked already; use update_contact_account_link to change the link."
        return change.no_change({"Link": _render_link(contact, account, existing)}, contact.document.ref, text)
    link = contact_account_links.make_link(
        records, change, Primary=values.get("Primary", False), JobTitle=values.get("JobTitle")
    )
    return _write_link(records, change, contact, account, link)


def update_contact_account_link(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates a link; null clears JobTitle, and sets Primary and LeftCompany to false.

    Who has left the company is primary no longer, neither of the account nor of its opportunities that are not decided.
    """
    contact, account = _require_both(records, values)
    existing = _require_link(contact, account)
    change = records.start_change(method, values, call)
    if values.get(MOVED_TO.name) is not None:
        return _move_link(records, change, contact, account, values)
    flags: dict[str, object] = {name: bool(values[name]) for name in ("LeftCompany", "Primary") if name in values}
    link: ContactLink = {**existing, **flags, "JobTitle": values.get("JobTitle", existing["JobTitle"])}
    if values.get("Primary"):
        contact_account_links.require_not_left(link, "Primary")
    if link["LeftCompany"]:
        link = leavers.without_primary(call, account.document, link)
    if link == existing:
        return change.no_change({"Link": _render_link(contact, account, link)}, contact.document.ref)
    if link["LeftCompany"] and not existing["LeftCompany"]:
        leavers.clear_primary(records, change, contact.document.code, account.document.code)
    return _write_link(records, change, contact, account, link)


def _move_link(records: Records, change: Change, contact: RecordState, former: RecordState, values: Values) -> Done:
    """The contact has left one account, and works at another: both links change in one write. Gives the new link."""
    account = records.require_record("accounts", MOVED_TO.name, values[MOVED_TO.name], "account")
    if account.document.ref in contact.relations:
        text = "The contact is linked to this account already: set LeftCompany of the former link alone."
        raise Conflict(text, argument=MOVED_TO.name)
    left: ContactLink = {**contact.relations[former.document.ref], "LeftCompany": True}
    left = leavers.without_primary(change.call, former.document, left)
    leavers.clear_primary(records, change, contact.document.code, former.document.code)
    asked = {"Primary": bool(values.get("Primary")), "JobTitle": values.get("JobTitle")}
    link = contact_account_links.make_link(records, change, **asked)
    changed = contact.with_relation(former.document.ref, left)
    contact_account_links.save_link(records, change, contact, account.document.ref, link, changed)
    _update_primary(records, change, contact, former, primary=False)
    _update_primary(records, change, contact, account, primary=asked["Primary"] is True)
    return change.commit({"Link": _render_link(contact, account, link)})


def put_back_link(
    records: Records, method: Method, values: Values, call: Call, link: ContactLink, opportunities: Sequence[RecordRef]
) -> Done:
    """Gives a link its former values, and makes the contact primary of these opportunities again.

    Raises Conflict when the account or an opportunity has another primary contact now.
    """
    contact, account = _require_both(records, values)
    if link["Primary"] != _require_link(contact, account)["Primary"]:
        require_crossing(call, Crossing(ACCOUNT_FIELD.name, Family.ACCOUNTS, Access.WRITE))
    if link["Primary"]:
        _require_no_other_primary(account, contact)
    change = records.start_change(method, values, call)
    leavers.put_back_primary(records, change, contact.document.code, opportunities)
    return _write_link(records, change, contact, account, link)


def move_link_back(
    records: Records, values: Values, change: Change, link: ContactLink, others: Sequence[RecordRef]
) -> Done:
    """Undoes a change of company: the link that the contact left gets its former values, and the new one goes.

    `others` are the records that changed with it: who was primary contact of the new account, and the opportunities that the
    contact led, are so again. Raises Conflict when an account or an opportunity has another primary contact now.
    """
    contact, former = _require_both(records, values)
    account = records.require_record("accounts", MOVED_TO.name, values[MOVED_TO.name], "account")
    if link["Primary"]:
        _require_no_other_primary(former, contact)
    led = [place for place in others if place.family == OPPORTUNITY.family]
    leavers.put_back_primary(records, change, contact.document.code, led)
    unlinked = contact.with_relation(account.document.ref, None)
    contact_account_links.save_link(records, change, contact, former.document.ref, link, unlinked)
    _update_primary(records, change, contact, former, primary=link["Primary"])
    displaced = next((place for place in others if place.family == contact.document.family), None)
    if displaced is None or not _put_back_primary(records, change, account, contact, displaced):
        _update_primary(records, change, contact, account, primary=False)
    return change.commit({"Link": _render_link(contact, former, link)})


def _put_back_primary(
    records: Records, change: Change, account: RecordState, contact: RecordState, displaced: RecordRef
) -> bool:
    """Makes somebody primary of the account again in the place of the contact; False when there is no link any more."""
    other = records.load_record(*displaced)
    link = other.relations.get(account.document.ref) if other else None
    if other is None or link is None or link["LeftCompany"]:
        return False
    _require_no_other_primary(account, contact)
    contact_account_links.save_link(records, change, other, account.document.ref, {**link, "Primary": True})
    named = account.document.next_version(change.call, {PRIMARY_CONTACT_ATTRIBUTE: displaced.code})
    records.save_record(change, account, replace(account, document=named))
    return True


def _require_no_other_primary(account: RecordState, contact: RecordState) -> None:
    if account.document.values.get(PRIMARY_CONTACT_ATTRIBUTE) not in (None, contact.document.code):
        raise Conflict("The account has another primary contact by now.", argument=PRIMARY_CONTACT_ATTRIBUTE)


def unlink_contact_from_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes a link; the account has no primary contact any more when this contact was the primary one."""
    contact, account = _require_both(records, values)
    if _require_link(contact, account)["Primary"]:
        require_crossing(call, Crossing(ACCOUNT_FIELD.name, Family.ACCOUNTS, Access.WRITE))
    change = records.start_change(method, values, call)
    contact_account_links.save_link(records, change, contact, account.document.ref, None)
    _update_primary(records, change, contact, account, primary=False)
    return change.commit(
        {CONTACT.code: values[CONTACT.code], ACCOUNT_FIELD.name: values[ACCOUNT_FIELD.name], "Linked": False}
    )


def _write_link(
    records: Records, change: Change, contact: RecordState, account: RecordState, link: ContactLink
) -> Done:
    contact_account_links.save_link(records, change, contact, account.document.ref, link)
    _update_primary(records, change, contact, account, primary=link["Primary"])
    return change.commit({"Link": _render_link(contact, account, link)})


def _update_primary(
    records: Records, change: Change, contact: RecordState, account: RecordState, *, primary: bool
) -> None:
    """Adds the account to the change with its new primary contact.

    Without one, only on condition that the account exists.
    """
    code, former = contact.document.code, account.document.values.get(PRIMARY_CONTACT_ATTRIBUTE)
    if primary == (former == code):
        change.require_existing(account.document.key, lambda _: NotFound(ACCOUNT_FIELD.name, "account"))
        change.changed_refs.append(account.document.ref)
        return
    if primary:
        contact_account_links.unset_primary(records, change, former, account.document)
    named = account.document.next_version(change.call, {PRIMARY_CONTACT_ATTRIBUTE: code if primary else None})
    records.save_record(change, account, replace(account, document=named))


def _render_link(contact: RecordState, account: RecordState, link: ContactLink) -> dict[str, object]:
    return contact_account_links.render_link(contact.document.code, account.document.code, link)
