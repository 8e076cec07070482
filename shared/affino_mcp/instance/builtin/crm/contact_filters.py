"""Filters of the list of contacts that say what they are without, and which industry their accounts are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.accounts import ACCOUNT
from affino_mcp.catalogue.families.contacts import (
    ACCOUNT_INDUSTRY,
    CONTACT,
    INCLUDE_LEAVERS,
    WITHOUT,
    WITHOUT_LIST,
    WITHOUT_PERMISSION,
)
from affino_mcp.catalogue.families.lists import INDUSTRY
from affino_mcp.catalogue.families.member_lists import CONTACT_LISTS
from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.crm.contact_account_links import load_left
from affino_mcp.instance.builtin.engine.index import facet_partition
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.builtin.listing.partition_merge import narrow_to_groups
from affino_mcp.instance.builtin.listing.row_checks import (
    RowKeep,
    combine_keeps,
    keep_by_facets,
    keep_on_no_list,
    keep_others,
    load_index_rows,
)
from affino_mcp.instance.builtin.member_lists import member_lists
from affino_mcp.instance.builtin.references.list_entries import find_filter_code, load_lists
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import Query

MAX_ACCOUNTS_IN_FILTER: Final = 90
"""Most accounts of an industry whose contacts are filtered in the query itself."""
_FAMILY: Final = CONTACT.family
_ACCOUNT: Final = "account="
_FACET_OF: Final = {"account": _ACCOUNT, "consent": "permission="}
"""The beginnings of the facets of what contacts can be without."""


def narrow_contacts(records: Records, plan: ListPlan, values: Values, call: Call) -> ListPlan:
    """The plan, narrowed by these filters.

    Raises NotFound, InvalidArgument, and ToolDisabled or PermissionDenied where the filter is about a family that the call
    may not read.
    """
    keeps = (_without_any(records, values, call), _off_list(records, values, call), _without_consent(records, values))
    plan = replace(plan, keep=combine_keeps(plan.keep, *keeps))
    return _narrow_to_industry(records, plan, values, call) if ACCOUNT_INDUSTRY.name in values else plan


def _without_any(records: Records, values: Values, call: Call) -> RowKeep | None:
    """Lists the contacts that have no account, are on no list or have granted nothing."""
    kind = values.get(WITHOUT.name)
    if kind == "list":
        require_crossing(call, Crossing(WITHOUT.name, Family.CONTACT_LISTS))
        return keep_on_no_list(records, _FAMILY)
    if kind is None:
        return None
    return keep_by_facets(records, _FAMILY, lambda held: not any(each.startswith(_FACET_OF[kind]) for each in held))


def _off_list(records: Records, values: Values, call: Call) -> RowKeep | None:
    code = values.get(WITHOUT_LIST.name)
    if code is None:
        return None
    source = member_lists.load_member_source(records, call, CONTACT_LISTS.record, code, WITHOUT_LIST.name)
    return keep_others(lambda codes: source.filter_codes(list(codes)))


def _without_consent(records: Records, values: Values) -> RowKeep | None:
    code = values.get(WITHOUT_PERMISSION.name)
    return keep_by_facets(records, _FAMILY, lambda held: f"permission={code}" not in held) if code else None


def _narrow_to_industry(records: Records, plan: ListPlan, values: Values, call: Call) -> ListPlan:
    """Lists the contacts of accounts of one industry: through these accounts when they are few, else row by row."""
    require_crossing(call, Crossing(ACCOUNT_INDUSTRY.name, Family.ACCOUNTS))
    known = load_lists(records, [INDUSTRY.family])
    code = find_filter_code(call, known, ACCOUNT_INDUSTRY.name, INDUSTRY.family, values[ACCOUNT_INDUSTRY.name])
    query = Query(records.table, facet_partition(ACCOUNT.family, f"industry={code}"), limit=MAX_ACCOUNTS_IN_FILTER + 1)
    accounts = [row["code"] for row in records.db.query(query).items]
    few = len(accounts) <= MAX_ACCOUNTS_IN_FILTER
    if not accounts:
        return replace(plan, any_of=(*plan.any_of, ()))

    def find_fitting(asked: set[int]) -> set[int]:
        return asked.intersection(accounts) if few else _find_of_industry(records, asked, f"industry={code}")

    keep = _keep_working_at(records, find_fitting, with_leavers=values.get(INCLUDE_LEAVERS.name, False))
    plan = replace(plan, keep=combine_keeps(plan.keep, keep))
    return narrow_to_groups(plan, [tuple(f"account={each}" for each in accounts)] if few else [], "staff".__eq__)


def _find_of_industry(records: Records, accounts: set[int], facet: str) -> set[int]:
    rows = load_index_rows(records, ACCOUNT.family, sorted(accounts))
    return {code for code, row in rows.items() if facet in row["facets"]}


def _keep_working_at(records: Records, find_fitting: Callable[[set[int]], set[int]], *, with_leavers: bool) -> RowKeep:
    """Lists the contacts of those accounts that `find_fitting` gives: at most three batch reads for a hundred.

    Who has left such an account is no contact of it, but `with_leavers`.
    """

    def keep(codes: Sequence[int]) -> set[int]:
        links = load_account_codes(records, codes)
        fitting = find_fitting({account for held in links.values() for account in held})
        pairs = {(contact, account) for contact, held in links.items() for account in held if account in fitting}
        left = set() if with_leavers else load_left(records, pairs)
        return {contact for contact, _ in pairs - left}

    return keep


def load_account_codes(records: Records, contacts: Sequence[int]) -> dict[int, list[int]]:
    """The accounts that some contacts are linked to, left or not, by contact: one batch read for a hundred."""
    rows = load_index_rows(records, _FAMILY, contacts)
    return {
        code: [int(each.removeprefix(_ACCOUNT)) for each in row["facets"] if each.startswith(_ACCOUNT)]
        for code, row in rows.items()
    }
