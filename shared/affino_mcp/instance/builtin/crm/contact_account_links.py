"""Links between contacts and accounts.

A link is a relation of the contact. The account finds its contacts through the contacts' index, keeps a count of them,
and names its primary contact; the contact's link says the same, and both change in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Any, Final

from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.codes import LINK_CODE_ATTRIBUTE
from affino_mcp.instance.builtin.engine.document import Document, RecordState, actor_stamp, record_key, relation_key
from affino_mcp.instance.builtin.engine.index import count_key, facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.port import RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import value_class

PRIMARY_CONTACT_ATTRIBUTE: Final = "PrimaryContactCode"
MAX_LINKS_PER_CONTACT: Final = 25
"""Maximum number of accounts that a contact is linked to: every link is written with each change of the contact."""

MAX_SHOWN_CONTACTS: Final = 20
ContactLink = Mapping[str, Any]


@value_class
class AccountContacts:
    """The contacts of one account: their number, and the links of the first ones by contact code."""

    count: int = 0
    links: Mapping[int, ContactLink] = field(default_factory=dict)

    @property
    def shown_codes(self) -> list[int]:
        """The codes of the contacts to show, in order: the primary contact and the first others."""
        return sorted(sorted(self.links, key=lambda code: (not self.links[code]["Primary"], code))[:MAX_SHOWN_CONTACTS])

    def with_links(self, change: Change, links: Mapping[int, ContactLink]) -> AccountContacts:
        """A copy with the links that the change is about to write."""
        return AccountContacts(self.count + (LINK_CODE_ATTRIBUTE in change.new_codes), {**self.links, **links})


def load_account_contacts(records: Records, account: Document) -> AccountContacts:
    """Loads an account's first contacts and its primary contact, in two reads."""
    ref, primary = account.ref, account.values.get(PRIMARY_CONTACT_ATTRIBUTE)
    partition = facet_partition("contacts", f"account={account.code}")
    rows = records.db.query(Query(records.table, partition, limit=MAX_SHOWN_CONTACTS)).items
    codes = dict.fromkeys([*([primary] if primary else []), *(row["code"] for row in rows)])
    keys = {code: relation_key(record_key("contacts", code).pk, ref) for code in codes}
    found = records.db.get_many(records.table, [count_key(ref), *keys.values()])
    count: int = found.get(count_key(ref), {}).get("contacts", 0)
    return AccountContacts(count, {contact: found[key]["data"] for contact, key in keys.items() if key in found})


def job_title(contact: Document, link: ContactLink) -> str | None:
    """What the contact does at the account: the link's job title, or else the contact's own."""
    return link["JobTitle"] or contact.values.get("JobTitle")


def load_links(records: Records, account: int, contacts: Iterable[int]) -> dict[int, ContactLink]:
    """The links of some contacts to one account, by contact: one batch read for a hundred, none for no contacts."""
    ref = str(RecordRef("accounts", account))
    keys = {code: relation_key(record_key("contacts", code).pk, ref) for code in contacts}
    found = records.db.get_many(records.table, list(keys.values()))
    return {contact: found[key]["data"] for contact, key in keys.items() if key in found}


def load_left(records: Records, links: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of some links (contact and account) whose contact has left: one batch read for a hundred."""
    keys = {relation_key(record_key("contacts", c).pk, str(RecordRef("accounts", a))): (c, a) for c, a in links}
    found = records.db.get_many(records.table, list(keys))
    return {keys[key] for key, row in found.items() if row["data"]["LeftCompany"]}


def find_leavers(records: Records, account: int, contacts: Iterable[int]) -> set[int]:
    """Those of the contacts who have left the account, in one batch read."""
    return {code for code, link in load_links(records, account, contacts).items() if link["LeftCompany"]}


def require_working_there(records: Records, contact: int, account: int, argument: str) -> None:
    """Raises Conflict, naming the argument, for a contact who has left the account; one without a link has not left it."""
    require_not_left(load_links(records, account, [contact]).get(contact), argument)


def require_not_left(link: ContactLink | None, argument: str) -> None:
    """Raises Conflict, naming the argument that makes somebody primary, for the link of a leaver."""
    if link is not None and link["LeftCompany"]:
        text = (
            "This contact has left the account, so cannot be primary. Name another, or set LeftCompany to false first"
        )
        raise Conflict(f"{text} (update_contact_account_link).", argument=argument)


def make_link(records: Records, change: Change, **asked: Any) -> dict[str, Any]:
    """Makes a new link with a code of its own."""
    call = change.call
    link = {
        LINK_CODE_ATTRIBUTE: records.codes.take_code("links", change),
        "Primary": False,
        "LeftCompany": False,
        "JobTitle": None,
    }
    return link | asked | {"CreatedDate": format_iso(call.at), "CreatedBy": actor_stamp(call)}


def render_link(contact: int | None, account: int, link: ContactLink) -> dict[str, Any]:
    """A link for callers."""
    codes = {LINK_CODE_ATTRIBUTE: link[LINK_CODE_ATTRIBUTE], "UserCode": contact, "AccountCode": account}
    return codes | {name: link[name] for name in ("Primary", "LeftCompany", "JobTitle")}


def save_link(
    records: Records,
    change: Change,
    contact: RecordState,
    account: str,
    link: ContactLink | None,
    changed: RecordState | None = None,
) -> RecordState:
    """Adds the contact with this link to an account (None: without the link) to the change.

    `changed` is the contact with what else changes in it. Returns the contact's new state.

    Raises Conflict when the contact would have more than 25 links.
    """
    document = contact.document.next_version(change.call, {})
    after = replace(changed or contact, document=document).with_relation(account, link)
    if link is not None and len(after.relations_to("accounts")) > MAX_LINKS_PER_CONTACT:
        raise Conflict(f"A contact can be linked to at most {MAX_LINKS_PER_CONTACT} accounts.", argument="AccountCode")
    records.save_record(change, contact, after)
    return after


def unset_primary(records: Records, change: Change, former: int | None, account: Document) -> dict[int, ContactLink]:
    """Adds to the change that the account's previous primary contact is primary no longer; returns the changed link.

    Returns an empty mapping when there was no such link.
    """
    contact = records.load_record("contacts", former) if former else None
    link = contact.relations.get(account.ref) if contact else None
    if former is None or contact is None or link is None or not link["Primary"]:
        return {}
    link = {**link, "Primary": False}
    save_link(records, change, contact, account.ref, link)
    return {former: link}
