"""Leavers: contacts who have left the company of an account. They stay linked to it, and are its primary contact no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any, Final

from affino_mcp.catalogue.capability import Access, Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY, PRIMARY_CONTACT
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.instance.builtin.crm import contact_account_links
from affino_mcp.instance.builtin.crm.contact_account_links import ContactLink
from affino_mcp.instance.builtin.crm.opportunity_people import may_take_part
from affino_mcp.instance.builtin.engine.change import Change
from affino_mcp.instance.builtin.engine.document import Document, RecordState
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references.opportunity_stages import stage_flags
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, RecordRef
from affino_mcp.store.ops import Query
from affino_mcp.tool_errors import Conflict
from affino_mcp.value_class import work_class

MAX_READ_OPPORTUNITIES: Final = 100
MAX_OPERATIONS: Final = 70
"""So many operations of one transaction may be taken before a further opportunity is left as it is."""


@work_class
class ListedLinks:
    """The contacts of one account in a list of contacts: which are listed, and what their links say."""

    records: Records
    account: int
    with_leavers: bool
    links: dict[int, ContactLink] = field(default_factory=dict)

    def keep(self, codes: Sequence[int]) -> set[int]:
        """Those of the contacts that are listed; their links are remembered."""
        self.links |= contact_account_links.load_links(self.records, self.account, codes)
        return {code for code in codes if self.with_leavers or not self._has_left(code)}

    def render(self, document: Document, _: KnownRecords) -> dict[str, Any]:
        """What a row says of the contact's link."""
        return {"LeftCompany": self._has_left(document.code)}

    def _has_left(self, code: int) -> bool:
        return code in self.links and self.links[code]["LeftCompany"]


def without_primary(call: Call, account: Document, link: ContactLink) -> ContactLink:
    """The link of a leaver, who is not primary; warns when that changes.

    Raises ToolDisabled or PermissionDenied when it changes an account that the call may not write.
    """
    if not link["Primary"]:
        return link
    require_crossing(call, Crossing(ACCOUNT_FIELD.name, Family.ACCOUNTS, Access.WRITE))
    text = f"Who has left is no primary contact: {account.title(new=False)} has none now. Name one with update_account."
    call.warn(WarningCode.ALSO_CHANGED, "Primary", text)
    return {**link, "Primary": False}


def clear_primary(records: Records, change: Change, contact: int, account: int) -> None:
    """Adds to the change that the leaver is no primary contact of the account's opportunities that are not decided.

    Warns of these, and of those that cannot be changed with it.
    """
    cleared, left = list[int](), list[int]()
    for stored in _find_led(records, contact, account):
        if _may_clear(records, change, stored):
            after = stored.document.next_version(change.call, {PRIMARY_CONTACT.name: None})
            records.save_record(change, stored, replace(stored, document=after))
            cleared.append(stored.document.code)
        else:
            left.append(stored.document.code)
    _warn_of(change.call, cleared, "Who has left is no primary contact; these opportunities have none now: ")
    _warn_of(change.call, left, "Who has left is still the primary contact of these opportunities: ")


def _find_led(records: Records, contact: int, account: int) -> list[RecordState]:
    partition = facet_partition(OPPORTUNITY.family, f"user={contact}")
    rows = records.db.query(Query(records.table, partition, limit=MAX_READ_OPPORTUNITIES)).items
    found = records.load_documents(RecordRef(OPPORTUNITY.family, row["code"]) for row in rows)
    led = [d for d in found.values() if d.values.get(PRIMARY_CONTACT.name) == contact]
    undecided = [d for d in led if d.values["AccountCode"] == account and not stage_flags(d)["Closed"]]
    states = [records.load_record(document.family, document.code) for document in undecided]
    return [stored for stored in states if stored is not None]


def _may_clear(records: Records, change: Change, stored: RecordState) -> bool:
    call, right = change.call, f"{OPPORTUNITY.family}.{Access.WRITE}"
    allowed = call.writable(OPPORTUNITY.family) and call.actor.has_right(right, call.at) and may_take_part(call, stored)
    needed = len(records.facets[OPPORTUNITY.family](stored).rows) + len(stored.relations) + 3
    return allowed and len(change.steps) + needed <= MAX_OPERATIONS


def _warn_of(call: Call, codes: Sequence[int], text: str) -> None:
    if codes:
        shown = ", ".join(map(str, codes)) if call.may_read(OPPORTUNITY.family) else str(len(codes))
        call.warn(WarningCode.ALSO_CHANGED, PRIMARY_CONTACT.name, f"{text}{shown}. Name one with update_opportunity.")


def put_back_primary(records: Records, change: Change, contact: int, opportunities: Sequence[RecordRef]) -> None:
    """Adds to the change that the contact is primary of these opportunities again.

    Raises Conflict when one of them has another primary contact now.
    """
    for place in opportunities:
        stored = records.load_record(*place)
        if stored is None:
            continue
        if stored.document.values.get(PRIMARY_CONTACT.name) is not None:
            text = f"{stored.document.title(new=False).capitalize()} has a primary contact by now."
            raise Conflict(text, argument=PRIMARY_CONTACT.name)
        after = stored.document.next_version(change.call, {PRIMARY_CONTACT.name: contact})
        records.save_record(change, stored, replace(stored, document=after))
