"""The lists that accounts and contacts use: industries, account types and member types."""

from __future__ import annotations

from collections.abc import Mapping

from affino_mcp.catalogue.families.lists import ACCOUNT_TYPE, INDUSTRY, MEMBER_TYPE
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.references.list_entries import find_filter_code, load_lists, offered_entries
from affino_mcp.instance.port import Call, Done


def find_list_filters(records: Records, values: Values, call: Call) -> tuple[dict[str, int | None], KnownRecords]:
    """The codes of the industry and the account type that a list of accounts is narrowed to, by their facets.

    Gives the lists that were read for it too: only those that the arguments name. Raises InvalidArgument.
    """
    facets = {"type": ACCOUNT_TYPE, "industry": INDUSTRY}
    asked = {facet: kind for facet, kind in facets.items() if values.get(kind.code) is not None}
    known = load_lists(records, [kind.family for kind in asked.values()]) if asked else {}
    found = {
        facet: find_filter_code(call, known, kind.code, kind.family, values[kind.code]) for facet, kind in asked.items()
    }
    return found, known


def list_account_lookups(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the entries that can be chosen of the lists that accounts use."""
    return _answer_lists(records, {"Industries": INDUSTRY.family, "AccountTypes": ACCOUNT_TYPE.family})


def list_contact_lookups(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists the entries that can be chosen of the lists that contacts use."""
    return _answer_lists(records, {"MemberTypes": MEMBER_TYPE.family})


def _answer_lists(records: Records, lists: Mapping[str, str]) -> Done:
    known = load_lists(records, lists.values())
    offered = {key: offered_entries(known, family) for key, family in lists.items()}
    return Done({key: [{"Code": e.code, "Name": e.label} for e in entries] for key, entries in offered.items()})
