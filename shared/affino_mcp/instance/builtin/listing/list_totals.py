"""Figures about a whole list, the same on each of its pages, at a bounded cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.catalogue.method import CURSOR, PAGE_SIZE
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import listing, number_sorts
from affino_mcp.instance.builtin.listing.filtered_records import TooManyRecords, load_filtered
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.port import Call, Done

MAX_COUNTED_ROWS: Final = 5000
MAX_COUNTED_RECORDS: Final = 1000
"""Most records of a list that are read for its figures: one query of their rows, and a batch read for every hundred."""


def list_with_figures(records: Records, plan: ListPlan, values: Values, call: Call) -> Done:
    """Answers the page that the arguments ask for, with the plan's figures and the number of records of the whole list.

    Both are null, with a warning of the plan's figures, when the list has more than 1,000 records.
    """
    done = number_sorts.list_records(records, plan, values, call)
    if plan.figures is None:
        return done
    is_whole = done.body["TotalRecords"] == len(done.body["Items"]) and not values.get("StartCode")
    if is_whole:
        return replace(done, body=done.body | plan.figures(done.body["Items"]))
    try:
        every = load_filtered(records, plan, values, call, MAX_COUNTED_RECORDS)
    except TooManyRecords:
        return replace(done, body=done.body | {"TotalRecords": None} | plan.figures(None))
    figures = plan.figures([document.values for document in every])
    return replace(done, body=done.body | {"TotalRecords": len(every)} | figures)


def with_number(records: Records, plan: ListPlan, values: Values, call: Call, done: Done) -> Done:
    """Gives a page with the number of records of the whole list, where the call wants it (`counts`) and it is not known.

    Counts the index's rows in at most five reads. The number stays null for a list that is longer than they reach, and for one
    whose rows are checked in their records, as those of a search of many are.
    """
    if not call.counts or done.body["TotalRecords"] is not None or plan.keep or values.get("Search"):
        return done
    whole = {name: value for name, value in values.items() if name not in ("StartCode", CURSOR.name)}
    whole[PAGE_SIZE.name] = MAX_COUNTED_ROWS
    rows, more = listing.read_rows(records, plan, listing.build_index_query(records, plan, whole, call), whole)
    return done if more else replace(done, body=done.body | {"TotalRecords": len(rows)})
