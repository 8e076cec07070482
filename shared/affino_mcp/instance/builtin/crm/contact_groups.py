"""The summary of contacts: counts by account, consent, country or list. A contact with several is in the group of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import CONTACT
from affino_mcp.catalogue.families.lists import PERMISSION
from affino_mcp.catalogue.families.summaries import GROUP_BY
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import contacts
from affino_mcp.instance.builtin.crm.contact_account_links import load_left
from affino_mcp.instance.builtin.crm.contact_filters import load_account_codes
from affino_mcp.instance.builtin.crm.group_names import find_entry_names, find_record_names
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import member_filtering, row_checks
from affino_mcp.instance.builtin.listing.filtered_records import iterate_filtered, require_plan_targets
from affino_mcp.instance.builtin.listing.summaries import MAX_SUMMARISED, Grouping, GroupKey, summarise
from affino_mcp.instance.builtin.listing.summary_filters import read_filters
from affino_mcp.instance.builtin.member_lists import member_lists
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef

_CROSSED: Final = {"Account": Family.ACCOUNTS, "List": Family.CONTACT_LISTS}
_PERMISSION: Final = "permission="


def summarise_contacts(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers how many contacts the filters let through, by groups."""
    by = values[GROUP_BY]
    if by in _CROSSED:
        require_crossing(call, Crossing(GROUP_BY, _CROSSED[by]))
    filters = read_filters(records, method, values, call)
    found = _find_contacts(records, filters, call)
    find_keys, names = _GROUPINGS[by]
    return summarise(found, Grouping(lambda some: find_keys(records, some), lambda codes: names(records, codes)), call)


def _find_contacts(records: Records, filters: Values, call: Call) -> Iterator[Sequence[Document]]:
    plan, on_list = contacts.plan_list(records, filters, call), filters.get(contacts.CONTACT_LIST.code)
    require_plan_targets(records, plan, call)
    if not on_list:
        return iterate_filtered(records, plan, filters, call, MAX_SUMMARISED)
    source = member_lists.load_member_source(records, call, contacts.CONTACT_LIST, on_list)
    return member_filtering.iterate_from_source(records, plan, source, filters, MAX_SUMMARISED)


def _find_accounts(records: Records, documents: Sequence[Document]) -> Mapping[int, Sequence[GroupKey]]:
    """The accounts that the contacts have not left."""
    links = load_account_codes(records, [document.code for document in documents])
    left = load_left(records, {(code, account) for code, held in links.items() for account in held})
    every = {RecordRef(ACCOUNT.family, account) for held in links.values() for account in held}
    there = {ref.code for ref in records.load_documents(sorted(every))}
    return {
        code: [account for account in held if account in there and (code, account) not in left]
        for code, held in links.items()
    }


def _find_consents(records: Records, documents: Sequence[Document]) -> Mapping[int, Sequence[GroupKey]]:
    rows = row_checks.load_index_rows(records, CONTACT.family, [document.code for document in documents])
    return {
        code: [int(each.removeprefix(_PERMISSION)) for each in row["facets"] if each.startswith(_PERMISSION)]
        for code, row in rows.items()
    }


def _find_countries(_: Records, documents: Sequence[Document]) -> Mapping[int, Sequence[GroupKey]]:
    return {document.code: (document.values.get("CountryISO"),) for document in documents}


def _find_lists(records: Records, documents: Sequence[Document]) -> Mapping[int, Sequence[GroupKey]]:
    held = row_checks.load_lists_of(records, CONTACT.family, [document.code for document in documents])
    every = {RecordRef(contacts.CONTACT_LIST.family, code) for lists in held.values() for code in lists}
    there = {ref.code for ref in records.load_documents(sorted(every))}
    return {code: [each for each in lists if each in there] for code, lists in held.items()}


_GROUPINGS: Final = {
    "Account": (_find_accounts, find_record_names(ACCOUNT.family)),
    "Consent": (_find_consents, find_entry_names(PERMISSION.family)),
    "Country": (_find_countries, lambda _records, _codes: {}),
    "List": (_find_lists, find_record_names(contacts.CONTACT_LIST.family)),
}
