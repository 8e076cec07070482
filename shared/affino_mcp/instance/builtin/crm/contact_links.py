"""The tools that link contacts to accounts."""

from __future__ import annotations

from dataclasses import replace

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.shared import ACCOUNT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import contact_account_links
from affino_mcp.instance.builtin.crm.contact_account_links import PRIMARY_FIELD, Link
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.record_state import Stored
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import NotFound


def _both(records: Records, values: Values) -> tuple[Stored, Stored]:
    contact = records.require("contacts", CONTACT.code, values[CONTACT.code], "contact")
    return contact, records.require("accounts", ACCOUNT.name, values[ACCOUNT.name], "account")


def _require(contact: Stored, account: Stored) -> Link:
    existing = contact.relations.get(account.document.ref)
    if existing is None:
        raise NotFound(ACCOUNT.name, "link between this contact and an account")
    return existing


def link_contact_to_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Links an existing contact to an existing account. Warns when they are linked already."""
    contact, account = _both(records, values)
    change = records.change(method, values, call)
    existing = contact.relations.get(account.document.ref)
    if existing is not None:
        text = "They are linked already; use update_contact_account_link to change the link."
        return change.nothing({"Link": _shown(contact, account, existing)}, contact.document.ref, text)
    link = contact_account_links.new_link(
        records, change, Primary=values.get("Primary", False), JobTitle=values.get("JobTitle")
    )
    return _write(records, change, contact, account, link)


def update_contact_account_link(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Updates a link; null clears JobTitle, and sets Primary and LeftCompany to false."""
    contact, account = _both(records, values)
    existing = _require(contact, account)
    change = records.change(method, values, call)
    flags: dict[str, object] = {name: bool(values[name]) for name in ("LeftCompany", "Primary") if name in values}
    link: Link = {**existing, **flags, "JobTitle": values.get("JobTitle", existing["JobTitle"])}
    if link == existing:
        return change.nothing({"Link": _shown(contact, account, link)}, contact.document.ref)
    return _write(records, change, contact, account, link)


def unlink_contact_from_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Removes a link; the account has no primary contact any more when this contact was the primary one."""
    contact, account = _both(records, values)
    _require(contact, account)
    change = records.change(method, values, call)
    contact_account_links.save(records, change, contact, account.document.ref, None)
    _name_primary(records, change, contact, account, primary=False)
    return change.commit({CONTACT.code: values[CONTACT.code], ACCOUNT.name: values[ACCOUNT.name], "Linked": False})


def _write(records: Records, change: Change, contact: Stored, account: Stored, link: Link) -> Done:
    contact_account_links.save(records, change, contact, account.document.ref, link)
    _name_primary(records, change, contact, account, primary=link["Primary"])
    return change.commit({"Link": _shown(contact, account, link)})


def _name_primary(records: Records, change: Change, contact: Stored, account: Stored, *, primary: bool) -> None:
    """Adds the account to the change with its new primary contact.

    Without one, only on condition that the account exists.
    """
    code, former = contact.document.code, account.document.values.get(PRIMARY_FIELD)
    if primary == (former == code):
        change.must_exist(account.document.key, lambda _: NotFound(ACCOUNT.name, "account"))
        change.touched.append(account.document.ref)
        return
    if primary:
        contact_account_links.step_back(records, change, former, account.document)
    named = account.document.changed(change.call, {PRIMARY_FIELD: code if primary else None})
    records.save(change, account, replace(account, document=named))


def _shown(contact: Stored, account: Stored, link: Link) -> dict[str, object]:
    return contact_account_links.shown(contact.document.code, account.document.code, link)
