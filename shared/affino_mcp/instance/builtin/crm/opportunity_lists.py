"""Lists of opportunities: the filters that narrow them, and what they are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from affino_mcp.catalogue.families.lists import STAGE as STAGES
from affino_mcp.catalogue.families.opportunities import (
    OPPORTUNITY,
    STAGE,
    STAGE_FILTER,
    UNDECIDED_ONLY,
    VALUE_FROM,
    VALUE_TO,
)
from affino_mcp.catalogue.families.tasks import OWNER, OWNER_FILTER
from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import Method
from affino_mcp.instance.builtin.crm import opportunity_worth
from affino_mcp.instance.builtin.engine.index import MAX_ROWS_PER_READ, facet_partition, topic_tags
from affino_mcp.instance.builtin.engine.records import KnownRecords, Records
from affino_mcp.instance.builtin.listing import filter_targets, list_totals
from affino_mcp.instance.builtin.listing.date_ranges import with_date_ranges
from affino_mcp.instance.builtin.listing.filter_targets import find_targets
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.builtin.listing.partition_merge import narrow_to_groups
from affino_mcp.instance.builtin.listing.row_checks import RowKeep, keep_by_record, make_range_check
from affino_mcp.instance.builtin.references.list_entries import all_entries, find_filter_code, load_lists
from affino_mcp.instance.builtin.references.opportunity_stages import load_stage
from affino_mcp.instance.port import Call, Done, RecordRef
from affino_mcp.search_words import is_beginning, split_findable
from affino_mcp.store.ops import Item, Query, SortSpan
from affino_mcp.tool_errors import InvalidArgument

FAMILY: Final = OPPORTUNITY.family
VALUE_ATTRIBUTE: Final = "Value"
_FILTER_KINDS: Final = {
    "AccountCode": "accounts",
    "UserCode": "contacts",
    OWNER.name: filter_targets.STAFF,
    OWNER_FILTER.name: filter_targets.STAFF,
}
"""What each filter of the list names."""
_EARLIEST: Final = "0"
_LATEST: Final = "9999~"
MAX_NAMED_ACCOUNTS: Final = 10
"""Most accounts of a search whose opportunities are found by their names: each is a read."""


def list_opportunities(records: Records, method: Method, values: Values, call: Call) -> Done:
    """Lists opportunity summaries, with the number and the value of all opportunities that the filters let through."""
    return list_totals.list_with_figures(records, plan_list(records, values, call), values, call)


def plan_list(records: Records, values: Values, call: Call) -> ListPlan:
    """The list that the filters among the values ask for."""
    by_stage = any(values.get(name) for name in (STAGE.name, STAGE_FILTER.name, UNDECIDED_ONLY.name))
    known = load_lists(records, [STAGES.family]) if by_stage else {}
    wanted = {
        "user": values.get("UserCode"),
        "account": values.get("AccountCode"),
        "owner": values.get(OWNER.name),
        "mine": call.actor.user_code if values.get("Mine") else None,
        "stage": find_filter_code(call, known, STAGE.name, STAGES.family, values.get(STAGE.name)),
    }
    rows = [f"{facet}={code}" for facet, code in wanted.items() if code]
    rows += ["open"] if values.get("OpenOnly") else []
    plan = ListPlan(
        OPPORTUNITY,
        tuple(rows),
        topic_tags(values),
        due=_close_date_span(values),
        derive=lambda document, found: {STAGE.name: load_stage(found, document.values[STAGE.name]).to_attribute()},
        have=known,
        any_of=_undecided_facets(known, values),
        targets=find_targets(call, values, _FILTER_KINDS),
        figures=lambda rows: opportunity_worth.render_worth(call, rows),
        keep=_keep_in_range(records, values),
        found_by=_found_by_accounts(records, call),
    )
    stages = [find_filter_code(call, known, STAGE_FILTER.name, STAGES.family, each) for each in asked_stages(values)]
    groups = [
        tuple(f"owner={code}" for code in values.get(OWNER_FILTER.name, ())),
        tuple(f"stage={code}" for code in dict.fromkeys(stages)),
    ]
    return with_date_ranges(records, narrow_to_groups(plan, groups, {"open"}.__contains__), values, call)


def _found_by_accounts(records: Records, call: Call) -> Mapping[str, Callable[[str, Sequence[Item]], set[int]]]:
    """Finds opportunities by the names of their accounts, for those who may read accounts."""
    return {"accounts": partial(_opportunities_of, records)} if call.may_read("accounts") else {}


def _opportunities_of(records: Records, beginning: str, rows: Sequence[Item]) -> set[int]:
    """The codes of the opportunities of the first accounts of these rows of words whose names have one of them."""
    accounts = records.load_documents(RecordRef("accounts", row["code"]) for row in rows[:MAX_ROWS_PER_READ]).values()
    named = [d for d in accounts if any(is_beginning(beginning, part) for part in split_findable(d.label))]
    places = [facet_partition(FAMILY, f"account={account.code}") for account in named[:MAX_NAMED_ACCOUNTS]]
    pages = [records.db.query(Query(records.table, place, limit=MAX_ROWS_PER_READ)) for place in places]
    return {row["code"] for page in pages for row in page.items}


def asked_stages(values: Values) -> Sequence[int | str]:
    """The stages that a list is narrowed to, by code or name."""
    found: Sequence[int | str] = values.get(STAGE_FILTER.name, ())
    return found


def _keep_in_range(records: Records, values: Values) -> RowKeep | None:
    """Lists the opportunities of a value within the call's bounds; None when it names none."""
    low, high = VALUE_FROM.name, VALUE_TO.name
    if low in values and high in values and values[low] > values[high]:
        raise InvalidArgument(high, f"{high} must not be below {low}.")
    fits = make_range_check(values, VALUE_ATTRIBUTE, low, high)
    return keep_by_record(records, FAMILY, lambda document: fits(document.values)) if fits else None


def _undecided_facets(known: KnownRecords, values: Values) -> tuple[tuple[str, ...], ...]:
    """The facets of which an opportunity that is neither won nor lost has one, as a group: those of such stages."""
    if not values.get(UNDECIDED_ONLY.name):
        return ()
    every = [entry for entry in all_entries(known, STAGES.family) if not entry.values["Closed"]]
    return (tuple(f"stage={entry.code}" for entry in every),)


def _close_date_span(values: Values) -> SortSpan | None:
    low, high = values.get("CloseDateFrom"), values.get("CloseDateTo")
    if low and high and low > high:
        raise InvalidArgument("CloseDateTo", "CloseDateTo must not lie before CloseDateFrom.")
    if not (low or high):
        return None
    return SortSpan(low=low or _EARLIEST, high=f"{high}~" if high else _LATEST)
