"""Lists in the order of a number of their records, which no index holds: all that fit are read and sorted, up to a bound."""

from __future__ import annotations

from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing
from affino_mcp.instance.builtin.listing.filtered_records import TooManyRecords, load_filtered, require_plan_targets
from affino_mcp.instance.builtin.listing.in_memory_pages import page_documents
from affino_mcp.instance.builtin.listing.pages import ListPlan, is_number_sort
from affino_mcp.instance.port import Call, Done
from affino_mcp.tool_errors import InvalidArgument

MAX_SORTED_BY_NUMBER: Final = 1000
"""Most records that are read to be sorted by a number."""


def list_records(records: Records, plan: ListPlan, values: Values, call: Call) -> Done:
    """Answers the page that the arguments ask for, whatever it is sorted by.

    Raises InvalidArgument for a list of too many records to be sorted by a number.
    """
    by = values.get("SortBy", "")
    if not is_number_sort(by):
        return listing.list_records(records, plan, values, call)
    require_plan_targets(records, plan, call)
    try:
        found = load_filtered(records, plan, values, call, MAX_SORTED_BY_NUMBER)
    except TooManyRecords:
        words = f"{plan.record.words} records"
        text = f"More than {MAX_SORTED_BY_NUMBER:,} {words} fit, too many to be sorted by {by}. Narrow the list down."
        raise InvalidArgument("SortBy", text) from None
    return page_documents(records, plan, found, values, call, is_searched=True)
