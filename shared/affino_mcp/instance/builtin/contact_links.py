"""The tools that link contacts to accounts (R81)."""

from __future__ import annotations

from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.shared import ACCOUNT
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.errors import NotFound
from affino_mcp.instance.builtin import links
from affino_mcp.instance.builtin.change import Change
from affino_mcp.instance.builtin.links import PRIMARY_FIELD, Link
from affino_mcp.instance.builtin.records import Records
from affino_mcp.instance.builtin.stored import Stored
from affino_mcp.instance.port import Call, Done

Both = tuple[Stored, Stored]


def _both(records: Records, values: Values) -> Both:
    contact = records.require("contacts", CONTACT.code, values[CONTACT.code], "contact")
    return contact, records.require("accounts", ACCOUNT.name, values[ACCOUNT.name], "account")


def _existing(both: Both) -> Link | None:
    return both[0].to("accounts").get(both[1].document.code)


def _codes(both: Both) -> tuple[int, int]:
    return both[0].document.code, both[1].document.code


def link_contact_to_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Link two existing records; a link that is there already is answered with a warning."""
    both = _both(records, values)
    existing = _existing(both)
    if existing is not None:
        text = "They are linked already; use update_contact_account_link to change the link."
        call.warn(WarningCode.NO_CHANGE, ACCOUNT.name, text)
        return Done({"Link": links.shown(*_codes(both), existing)}, both[0].document.ref)
    change = records.change(method, values, call)
    link = links.new_link(records, change, Primary=values.get("Primary", False), JobTitle=values.get("JobTitle"))
    return _write(records, method, values, call, both, link, change)


def update_contact_account_link(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Change an existing link."""
    both = _both(records, values)
    existing = _require(both)
    given: dict[str, object] = {name: values[name] for name in ("LeftCompany", "Primary", "JobTitle") if name in values}
    kept = {name: value for name, value in given.items() if value is not None or name == "JobTitle"}
    link: Link = {**existing, **kept}
    return _write(records, method, values, call, both, link, records.change(method, values, call))


def _require(both: Both) -> Link:
    existing = _existing(both)
    if existing is None:
        raise NotFound(ACCOUNT.name, "link between this contact and an account")
    return existing


def _write(
    records: Records, method: Method, values: Values, call: Call, both: Both, link: Link, change: Change
) -> Done:
    contact, account = links.joined(call, *both, link)
    code = contact.document.code
    was_primary = account.document.values.get(PRIMARY_FIELD) == code
    if link["Primary"] != was_primary:
        account = links.made_primary(account, code if link["Primary"] else None)
    links.save_both(records, change, both, (contact, account))
    return change.commit({"Link": links.shown(*_codes(both), link)})


def unlink_contact_from_account(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Remove a link; the account loses its primary contact if that was the one."""
    both = _both(records, values)
    _require(both)
    change = records.change(method, values, call)
    contact, account = links.joined(call, *both, None)
    if account.document.values.get(PRIMARY_FIELD) == contact.document.code:
        account = links.made_primary(account, None)
    links.save_both(records, change, both, (contact, account))
    return change.commit({CONTACT.code: values[CONTACT.code], ACCOUNT.name: values[ACCOUNT.name], "Linked": False})
