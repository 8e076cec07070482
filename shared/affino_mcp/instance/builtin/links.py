"""Links between contacts and accounts: one relation, written on both sides, with one primary contact per account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from affino_mcp.clock import iso
from affino_mcp.instance.builtin.change import Change
from affino_mcp.instance.builtin.document import actor
from affino_mcp.instance.builtin.records import Records
from affino_mcp.instance.builtin.stored import Stored
from affino_mcp.instance.port import Call

PRIMARY_FIELD: Final = "PrimaryContactCode"
Link = Mapping[str, Any]


def new_link(records: Records, change: Change, **asked: Any) -> dict[str, Any]:
    """A fresh link with its own code."""
    call = change.call
    link = {
        "UserAccountCode": records.codes.take("links", change),
        "Primary": False,
        "LeftCompany": False,
        "JobTitle": None,
    }
    return link | asked | {"CreatedDate": iso(call.at), "CreatedBy": actor(call)}


def joined(call: Call, contact: Stored, account: Stored, link: Link | None) -> tuple[Stored, Stored]:
    """Contact and account as they are with this link (None: without one), both in their next version."""
    contact, account = _next(call, contact), _next(call, account)
    return contact.related(account.document.ref, link), account.related(contact.document.ref, link)


def _next(call: Call, stored: Stored) -> Stored:
    return replace(stored, document=stored.document.changed(call, {}))


def made_primary(account: Stored, code: int | None) -> Stored:
    """The account with this contact as its primary one, in the version that `account` already has."""
    values = {name: value for name, value in account.document.values.items() if name != PRIMARY_FIELD}
    document = replace(account.document, values=values | ({PRIMARY_FIELD: code} if code else {}))
    return replace(account, document=document)


def demoted(account: Stored, except_for: int | None) -> dict[int, Link]:
    """The links of an account's other contacts that are primary now, as they are when they no longer are."""
    links = account.to("contacts")
    return {code: {**link, "Primary": False} for code, link in links.items() if link["Primary"] and code != except_for}


def shown(contact: int, account: int, link: Link) -> dict[str, Any]:
    """A link as callers see it."""
    codes = {"UserAccountCode": link["UserAccountCode"], "UserCode": contact, "AccountCode": account}
    return codes | {name: link[name] for name in ("Primary", "LeftCompany", "JobTitle")}


def save_both(records: Records, change: Change, before: tuple[Stored, Stored], after: tuple[Stored, Stored]) -> None:
    """Take contact and account, both changed by a link, into the change; other primary links step back."""
    contact, account = after
    primary = contact.relations.get(account.document.ref, {}).get("Primary")
    for code, link in (demoted(account, contact.document.code) if primary else {}).items():
        account = account.related(f"contacts#{code}", link)
        step_back(records, change, code, account.document.ref, link)
    records.save(change, before[0], contact)
    records.save(change, before[1], account)


def step_back(records: Records, change: Change, contact: int, account: str, link: Link) -> None:
    """Write the other contact's side of a link that is no longer primary."""
    other = records.load("contacts", contact)
    if other is not None:
        after = replace(other, document=other.document.changed(change.call, {})).related(account, link)
        records.save(change, other, after)
