"""The summary of opportunities: counts and sums by stage, owner, account, industry of the account, or month of closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from affino_mcp.catalogue.capability import Family
from affino_mcp.catalogue.crossings import Crossing
from affino_mcp.catalogue.families.accounts import ACCOUNT, INDUSTRY
from affino_mcp.catalogue.families.lists import INDUSTRY as INDUSTRIES
from affino_mcp.catalogue.families.lists import STAGE as STAGES
from affino_mcp.catalogue.families.opportunities import OPPORTUNITY, STAGE
from affino_mcp.catalogue.families.shared import ACCOUNT_FIELD
from affino_mcp.catalogue.families.summaries import GROUP_BY
from affino_mcp.catalogue.families.tasks import OWNER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import opportunity_lists
from affino_mcp.instance.builtin.crm.group_names import find_entry_names, find_record_names
from affino_mcp.instance.builtin.crm.opportunity_worth import sum_values
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.filtered_records import iterate_filtered, require_plan_targets
from affino_mcp.instance.builtin.listing.summaries import MAX_SUMMARISED, Grouping, GroupKey, Rows, summarise
from affino_mcp.instance.builtin.listing.summary_filters import read_filters
from affino_mcp.instance.family_access import require_crossing
from affino_mcp.instance.port import Call, Done, RecordRef

_VALUE: Final = opportunity_lists.VALUE_ATTRIBUTE
_MONTH: Final = len("2026-12")


def summarise_opportunities(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Answers how many opportunities the filters let through and what they are worth, by groups."""
    if values[GROUP_BY] in ("Account", "Industry"):
        require_crossing(call, Crossing(GROUP_BY, Family.ACCOUNTS))
    filters = read_filters(records, method, values, call)
    plan = opportunity_lists.plan_list(records, filters, call)
    require_plan_targets(records, plan, call)
    found = iterate_filtered(records, plan, filters, call, MAX_SUMMARISED)
    return summarise(found, _GROUPINGS[values[GROUP_BY]](records), call)


def _group_by(
    find_keys: Callable[[Records, Sequence[Document]], Mapping[int, Sequence[GroupKey]]],
    load_names: Callable[[Records, Sequence[int]], Mapping[int, str]],
) -> Callable[[Records], Grouping]:
    return lambda records: Grouping(
        lambda documents: find_keys(records, documents),
        lambda codes: load_names(records, codes),
        kept=(_VALUE, "Currency"),
        figures=_render_worth,
        totals=lambda rows: {"TotalValues": None if rows is None else sum_values(rows)},
    )


def _render_worth(rows: Rows) -> dict[str, Any]:
    return {"Values": sum_values(rows), "WithoutValue": sum(row.get(_VALUE) is None for row in rows)}


def _by_value(name: str) -> Callable[[Records, Sequence[Document]], Mapping[int, Sequence[GroupKey]]]:
    return lambda _, documents: {document.code: (document.values.get(name),) for document in documents}


def _find_months(_: Records, documents: Sequence[Document]) -> Mapping[int, Sequence[GroupKey]]:
    closing = {document.code: document.values.get(OPPORTUNITY.due) for document in documents}
    return {code: (day[:_MONTH],) for code, day in closing.items() if day}


def _find_industries(records: Records, documents: Sequence[Document]) -> Mapping[int, Sequence[GroupKey]]:
    """The industries of the accounts: one batch read for a hundred."""
    at = {document.code: RecordRef(ACCOUNT.family, document.values[ACCOUNT_FIELD.name]) for document in documents}
    known = records.load_documents(at.values())
    return {code: (known[ref].values.get(INDUSTRY.name),) for code, ref in at.items() if ref in known}


_GROUPINGS: Final = {
    "Stage": _group_by(_by_value(STAGE.name), find_entry_names(STAGES.family)),
    "Owner": _group_by(_by_value(OWNER.name), find_record_names("contacts")),
    "Account": _group_by(_by_value(ACCOUNT_FIELD.name), find_record_names(ACCOUNT.family)),
    "Industry": _group_by(_find_industries, find_entry_names(INDUSTRIES.family)),
    "CloseMonth": _group_by(_find_months, lambda _records, _codes: {}),
}
