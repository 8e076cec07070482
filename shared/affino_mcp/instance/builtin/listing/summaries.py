"""Summaries: the records that a list's filters let through, counted by groups, up to a bound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from affino_mcp.catalogue.families.summaries import GROUPS
from affino_mcp.catalogue.warning import WarningCode
from affino_mcp.clock import format_iso
from affino_mcp.instance.builtin.engine.document import Document
from affino_mcp.instance.builtin.listing.filtered_records import TooManyRecords
from affino_mcp.instance.port import Call, Done
from affino_mcp.value_class import value_class

MAX_SUMMARISED: Final = 5000
"""Most records that are counted: rows of them in at most five queries, and a batch read for every hundred."""
MAX_GROUPS: Final = 100
"""Most groups of an answer: the largest."""

GroupKey = int | str | None
"""What a group is known by: a code, a word, or None for the records that are in no other group."""
Rows = Sequence[Mapping[str, Any]]


@value_class
class Grouping:
    """How records are grouped.

    `find_keys` gives the groups of some records by code (a record without any is in the group None), `load_names` the names
    of groups that are known by codes. `figures` gives more about the records of a group, and `totals` about all, from those of
    their attributes that `kept` names; `totals` gets None when they are too many.
    """

    find_keys: Callable[[Sequence[Document]], Mapping[int, Sequence[GroupKey]]]
    load_names: Callable[[Sequence[int]], Mapping[int, str]]
    kept: tuple[str, ...] = ()
    figures: Callable[[Rows], dict[str, Any]] = field(default=lambda _: {})
    totals: Callable[[Rows | None], dict[str, Any]] = field(default=lambda _: {})


def summarise(found: Iterable[Sequence[Document]], grouping: Grouping, call: Call) -> Done:
    """Answers the groups of the records that are found, some at a time, with their totals.

    Everything is null, with a warning, when the records are too many to be counted.
    """
    groups: dict[GroupKey, list[Mapping[str, Any]]] = defaultdict(list)
    every: list[Mapping[str, Any]] = []
    try:
        for documents in found:
            keys = grouping.find_keys(documents)
            for document in documents:
                row = {name: document.values.get(name) for name in grouping.kept}
                every.append(row)
                for key in keys.get(document.code) or (None,):
                    groups[key].append(row)
    except TooManyRecords:
        return _answer(call, None, None, grouping.totals(None))
    return _answer(call, _render_groups(groups, grouping, call), len(every), grouping.totals(every))


def _answer(call: Call, groups: list[dict[str, Any]] | None, number: int | None, totals: dict[str, Any]) -> Done:
    if groups is None:
        text = (
            f"More than {MAX_SUMMARISED:,} records fit, or are to be looked at: too many to be counted. Narrow it down."
        )
        call.warn(WarningCode.INCOMPLETE, GROUPS, text)
    return Done({GROUPS: groups, "TotalRecords": number, **totals, "CurrentDate": format_iso(call.at)})


def _render_groups(
    groups: Mapping[GroupKey, list[Mapping[str, Any]]], grouping: Grouping, call: Call
) -> list[dict[str, Any]]:
    """The groups as rows of the answer, the largest first."""
    order = sorted(groups, key=lambda key: (-len(groups[key]), key is None, str(key)))
    shown = order[:MAX_GROUPS]
    if len(shown) < len(order):
        text = f"The {MAX_GROUPS} largest of {len(order):,} groups are shown; the totals are of all."
        call.warn(WarningCode.TRUNCATED, GROUPS, text)
    names = grouping.load_names([key for key in shown if isinstance(key, int)])
    return [
        {"Code": key if isinstance(key, int) else None, "Name": names.get(key) if isinstance(key, int) else key}
        | {"Count": len(groups[key]), **grouping.figures(groups[key])}
        for key in shown
    ]
