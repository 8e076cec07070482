"""When tasks are due: on a day, which lasts until its end in the reader's time zone, or at a moment.

Of open tasks with a due date, each is either overdue, due today, or upcoming: the timings do not overlap.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from affino_mcp.catalogue.matching import Values
from affino_mcp.clock import format_iso, with_microseconds
from affino_mcp.instance.port import Call
from affino_mcp.store.ops import SortSpan
from affino_mcp.tool_errors import InvalidArgument
from affino_mcp.value_class import value_class
from affino_mcp.zones import day_end, day_start

OPEN_TIMINGS: Final = ("overdue", "today", "upcoming")
_EARLIEST: Final = "0"
_LATEST: Final = "9999~"


def is_over(due: str, call: Call) -> bool:
    """True when a due date lies behind: the moment has passed, or the day is over for the reader."""
    return with_microseconds(due) < format_iso(call.at) if "T" in due else due < call.today.isoformat()


def _due_day(due: str, call: Call) -> date:
    """The day on which something is due for the reader."""
    if "T" not in due:
        return date.fromisoformat(due)
    try:
        return datetime.fromisoformat(due).astimezone(call.zone).date()
    except OverflowError:  # the calendar's first or last day
        return datetime.fromisoformat(due).date()


def find_timing(due: str, call: Call) -> str:
    """The one of the open timings that something with this due date has."""
    overdue, today, upcoming = OPEN_TIMINGS
    if is_over(due, call):
        return overdue
    return today if _due_day(due, call) <= call.today else upcoming


@value_class
class DueFilter:
    """A filter by Timing, DueFrom and DueTo. `span` is the part of the index that holds all that fit, and a few more."""

    call: Call
    timing: str
    first: date
    last: date
    span: SortSpan

    def fits(self, due: str | None) -> bool:
        """True when a due date passes the filter."""
        if due is None:
            return False
        if self.timing in OPEN_TIMINGS and is_over(due, self.call) != (self.timing == "overdue"):
            return False
        return self.first <= _due_day(due, self.call) <= self.last


def make_due_filter(values: Values, call: Call) -> DueFilter | None:
    """The filter that a list's arguments ask for; None when they ask for none. Raises InvalidArgument (DueTo)."""
    timing = values.get("Timing", "all")
    if timing == "all" and not values.keys() & {"DueFrom", "DueTo"}:
        return None
    first, last = _bound(values, "DueFrom", date.min), _bound(values, "DueTo", date.max)
    if first > last:
        raise InvalidArgument("DueTo", "DueTo must not lie before DueFrom.")
    today = call.today
    first, last = {
        "overdue": (first, min(last, today)),
        "today": (max(first, today), min(last, today)),
        "upcoming": (max(first, today + timedelta(days=1)), last),
    }.get(timing, (first, last))
    return DueFilter(call, timing, first, last, _index_span(first, last, call))


def _bound(values: Values, name: str, otherwise: date) -> date:
    return date.fromisoformat(values[name]) if name in values else otherwise


def _index_span(first: date, last: date, call: Call) -> SortSpan:
    """The span of sort values that covers these days and all their moments."""
    low = min(first.isoformat(), format_iso(day_start(first, call.zone)))
    high = max(f"{last.isoformat()}~", format_iso(day_end(last, call.zone)))
    if first > last:
        return SortSpan(low="1", high="0")
    return SortSpan(low=_EARLIEST if first == date.min else low, high=_LATEST if last == date.max else high)
