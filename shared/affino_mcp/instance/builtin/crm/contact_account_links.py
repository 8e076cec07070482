"""Links between contacts and accounts.

A link is a relation of the contact. The account finds its contacts through the contacts' index, keeps a count of them,
and names its primary contact; the contact's link says the same, and both change in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from affino_mcp.clock import iso
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.codes import LINK_CODE
from affino_mcp.instance.builtin.engine.document import Document, actor, record_key
from affino_mcp.instance.builtin.engine.index import count_key, facet_partition
from affino_mcp.instance.builtin.engine.record_state import Stored, relation_key
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict

PRIMARY_FIELD: Final = "PrimaryContactCode"
MOST_LINKS: Final = 25
"""Maximum number of accounts that a contact is linked to: every link is written with each change of the contact."""

MOST_SHOWN: Final = 20
Link = Mapping[str, Any]


@dataclass(frozen=True)
class Linked:
    """The contacts of one account: their number, and the links of the first ones by contact code."""

    count: int = 0
    links: Mapping[int, Link] = field(default_factory=dict)

    @property
    def first(self) -> list[int]:
        """The codes of the contacts to show, in order: the primary contact and the first others."""
        return sorted(sorted(self.links, key=lambda code: (not self.links[code]["Primary"], code))[:MOST_SHOWN])

    def changed(self, change: Change, links: Mapping[int, Link]) -> Linked:
        """A copy with the links that the change is about to write."""
        return Linked(self.count + (LINK_CODE in change.taken), {**self.links, **links})


def of_account(records: Records, account: Document) -> Linked:
    """Loads an account's first contacts and its primary contact, in two reads."""
    ref, primary = account.ref, account.values.get(PRIMARY_FIELD)
    partition = facet_partition("contacts", f"account={account.code}")
    rows = records.db.query(Query(records.table, partition, limit=MOST_SHOWN)).items
    codes = dict.fromkeys([*([primary] if primary else []), *(row["code"] for row in rows)])
    keys = {code: relation_key(record_key("contacts", code).pk, ref) for code in codes}
    found = records.db.get_many(records.table, [count_key(ref), *keys.values()])
    count: int = found.get(count_key(ref), {}).get("contacts", 0)
    return Linked(count, {contact: found[key]["data"] for contact, key in keys.items() if key in found})


def new_link(records: Records, change: Change, **asked: Any) -> dict[str, Any]:
    """Makes a new link with a code of its own."""
    call = change.call
    link = {
        LINK_CODE: records.codes.take("links", change),
        "Primary": False,
        "LeftCompany": False,
        "JobTitle": None,
    }
    return link | asked | {"CreatedDate": iso(call.at), "CreatedBy": actor(call)}


def shown(contact: int | None, account: int, link: Link) -> dict[str, Any]:
    """A link for callers."""
    codes = {LINK_CODE: link[LINK_CODE], "UserCode": contact, "AccountCode": account}
    return codes | {name: link[name] for name in ("Primary", "LeftCompany", "JobTitle")}


def save(records: Records, change: Change, contact: Stored, account: str, link: Link | None) -> Stored:
    """Adds the contact with this link to an account (None: without the link) to the change.

    Returns the contact's new state.

    Raises Conflict when the contact would have more than 25 links.
    """
    after = replace(contact, document=contact.document.changed(change.call, {})).related(account, link)
    if link is not None and len(after.to("accounts")) > MOST_LINKS:
        raise Conflict(f"A contact can be linked to at most {MOST_LINKS} accounts.", argument="AccountCode")
    records.save(change, contact, after)
    return after


def step_back(records: Records, change: Change, former: int | None, account: Document) -> dict[int, Link]:
    """Adds to the change that the account's previous primary contact is primary no longer; returns the changed link.

    Returns an empty mapping when there was no such link.
    """
    contact = records.load("contacts", former) if former else None
    link = contact.relations.get(account.ref) if contact else None
    if former is None or contact is None or link is None or not link["Primary"]:
        return {}
    link = {**link, "Primary": False}
    save(records, change, contact, account.ref, link)
    return {former: link}
