"""Filters by the days on which records were created and last changed, as days of the person's time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from affino_mcp.catalogue.families.shared import CREATED_FROM, CREATED_TO, UPDATED_TO
from affino_mcp.catalogue.matching import Values
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.builtin.listing.row_checks import combine_keeps, keep_by_record
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import SortSpan
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.zones import day_end, day_start


def with_date_ranges(records: Records, plan: ListPlan, values: Values, call: Call) -> ListPlan:
    """The plan, narrowed to the days that the call names; it then lists in the order of these dates, unless asked otherwise.

    Raises InvalidArgument for a range that ends before it begins.
    """
    created, updated = (
        make_span(values, call, CREATED_FROM.name, CREATED_TO.name),
        make_span(values, call, "", UPDATED_TO.name),
    )
    if created is None and updated is None:
        return plan

    def fits(document: Document) -> bool:
        return _is_within(created, document.system["CreatedDate"]) and _is_within(
            updated, document.system["UpdatedDate"]
        )

    keep = combine_keeps(plan.keep, keep_by_record(records, plan.record.family, fits))
    return replace(plan, created=created, updated=updated, keep=keep)


def make_span(values: Values, call: Call, first: str, last: str) -> SortSpan | None:
    """The moments from the beginning of the day `first` to the end of the day `last`; None when the call names neither.

    Raises InvalidArgument, naming the last, when it lies before the first.
    """
    low, high = values.get(first), values.get(last)
    if low and high and low > high:
        raise InvalidArgument(last, f"{last} must not lie before {first}.")
    if not (low or high):
        return None
    return SortSpan(
        low=format_iso(day_start(date.fromisoformat(low), call.zone)) if low else None,
        high=format_iso(day_end(date.fromisoformat(high), call.zone)) if high else None,
    )


def _is_within(span: SortSpan | None, moment: str) -> bool:
    return span is None or ((span.low or "") <= moment and (span.high is None or moment < span.high))
