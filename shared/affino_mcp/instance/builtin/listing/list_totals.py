"""Figures about a whole list, the same on each of its pages, at a bounded cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.instance.builtin.engine.records import Records
from affino_mcp.instance.builtin.listing import number_sorts
from affino_mcp.instance.builtin.listing.filtered_records import TooManyRecords, load_filtered
from affino_mcp.instance.builtin.listing.pages import ListPlan
from affino_mcp.instance.port import Call, Done

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
