"""The figures of the API Log's chart: calls, errors, refusals and latency per hour or day, drawn as SVG without script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from affino_mcp.admin.chart_canvas import CANVAS_WIDTH, PLOT_LEFT, PLOT_RIGHT, BarPart, ChartScale, LinePoint
from affino_mcp.audit.row import AuditRow
from affino_mcp.audit.totals import ONE_HOUR, CallTotals, HourTotals, hour_name, hour_start
from affino_mcp.value_class import value_class

MAX_BARS: Final = 48
"""Bars of one chart, plus or minus one; a longer time is drawn per day, and of a still longer one the newest days."""
ONE_DAY: Final = timedelta(days=1)
MEDIAN_PERCENTILE, HIGH_PERCENTILE = 50, 95
"""The percentiles that are drawn."""
_MAX_LABELS: Final = 13
_LABEL_STEPS: Final = (1, 2, 3, 4, 6)
"""Labels below a chart at most, and the steps in hours that may lie between two of them."""


class ChartWindow(NamedTuple):
    """The time that a chart shows: whole hours or days from `since` to `until`, one bar for each `step`."""

    since: datetime
    until: datetime
    step: timedelta

    @classmethod
    def from_span(cls, since: datetime | None, until: datetime | None, now: datetime) -> ChartWindow:
        """The window of the time asked for, which ends now at the latest; without `since`, its last 48 hours."""
        end = min(until, now) if until else now
        start = end - (MAX_BARS - 1) * ONE_HOUR if since is None else since
        if end - start <= MAX_BARS * ONE_HOUR:
            return cls(start, end, ONE_HOUR)
        return cls(max(start, _start_of_day(end) - (MAX_BARS - 1) * ONE_DAY), end, ONE_DAY)

    def bar_starts(self) -> Iterator[str]:
        """The names of the hours or days, as totals name them, oldest first."""
        at = hour_start(hour_name(self.since)) if self.step == ONE_HOUR else _start_of_day(self.since)
        while at <= self.until:
            yield hour_name(at)[: self.bar_name_length]
            at += self.step

    @property
    def bar_name_length(self) -> int:
        """How many characters of an hour's name are the name of a bar."""
        return len("2026-11-23T09") if self.step == ONE_HOUR else len("2026-11-23")


class ChartBar(NamedTuple):
    """One bar: the name of an hour or day as totals write it, and its total."""

    start: str
    total: CallTotals

    @property
    def name(self) -> str:
        """The hour or day for people: `2026-11-23 09` or `2026-11-23`."""
        return self.start.replace("T", " ")

    @property
    def label(self) -> str:
        """The hour or day in the short form below a bar; midnight is named by its day."""
        day, _, hour = self.start.partition("T")
        return f"{hour}:00" if hour.strip("0") else day[5:]

    @property
    def figures(self) -> dict[str, int | None]:
        """The figures of the bar, in the order of the table's columns."""
        total = self.total
        counts = {"calls": total.calls, "errors": total.errors, "limited": total.limited}
        return counts | {
            "median_ms": total.latency_percentile(MEDIAN_PERCENTILE),
            "p95_ms": total.latency_percentile(HIGH_PERCENTILE),
        }


@value_class
class Chart:
    """The bars and the shapes of the drawing: calls as bars, and below them latency as two lines.

    `counted_at` is the time of the last count, `uncounted_hours` the number of hours that could not be counted.
    """

    bars: list[ChartBar]
    step: timedelta
    counted_at: str = ""
    uncounted_hours: int = 0
    width: int = CANVAS_WIDTH
    left: int = PLOT_LEFT

    @property
    def bar_unit(self) -> str:
        """The unit of a bar: `hour` or `day`."""
        return "hour" if self.step == ONE_HOUR else "day"

    @property
    def calls_scale(self) -> ChartScale:
        """The scale of the calls."""
        return ChartScale.from_numbers(bar.total.calls for bar in self.bars)

    @property
    def latency_scale(self) -> ChartScale:
        """The scale of the latency lines."""
        return ChartScale.from_numbers(bar.total.latency_percentile(HIGH_PERCENTILE) or 0 for bar in self.bars)

    @property
    def bar_room(self) -> float:
        """The width of one bar with its margins."""
        return (PLOT_RIGHT - self.left) / max(1, len(self.bars))

    def bar_middle(self, place: int) -> float:
        """The x coordinate of a bar's middle."""
        return round(self.left + (place + 0.5) * self.bar_room, 1)

    def bar_parts(self, place: int) -> list[BarPart]:
        """The rectangles of one bar, from the bottom up; outcomes without calls have none."""
        total, panel, below, found = self.bars[place].total, self.calls_scale, 0, list[BarPart]()
        for tone, number in (("ok", total.successful_calls), ("error", total.errors), ("limited", total.limited)):
            below += number
            if number:
                height = round(panel.bottom - panel.y(number), 1)
                x = self.bar_middle(place) - self.bar_room * 0.36
                found.append(BarPart(tone, round(x, 1), panel.y(below), round(self.bar_room * 0.72, 1), height))
        return found

    def line_points(self, percent: int) -> list[LinePoint | None]:
        """The points of one percentile's line; None where no call was measured, so that the line has a gap there."""
        found = [bar.total.latency_percentile(percent) for bar in self.bars]
        return [
            None if ms is None else LinePoint(self.bar_middle(n), self.latency_scale.y(ms))
            for n, ms in enumerate(found)
        ]

    def line_path(self, percent: int) -> str:
        """The line of one percentile as the path of an SVG."""
        words, pen = list[str](), "M"
        for point in self.line_points(percent):
            words += [] if point is None else [f"{pen}{point.x} {point.y}"]
            pen = "M" if point is None else "L"
        return " ".join(words)

    def has_label(self, place: int) -> bool:
        """Whether this bar has a label; only every so many bars have one."""
        every = next(hours for hours in _LABEL_STEPS if hours * _MAX_LABELS >= len(self.bars))
        return int(self.bars[place].start[-2:]) % every == 0 if self.step == ONE_HOUR else place % every == 0


def chart_from_hours(hours: Sequence[HourTotals], window: ChartWindow) -> Chart | None:
    """The chart of hourly totals (oldest first) in this window; None when there were no calls."""
    found = {hour.start: hour.total for hour in hours}
    between = hour_start(hours[-1].start) - hour_start(hours[0].start) if hours else -ONE_HOUR
    return _chart_from_totals(found, window, hours[-1].counted if hours else "", between // ONE_HOUR + 1 - len(hours))


def chart_from_rows(rows: Sequence[AuditRow], now: datetime) -> Chart | None:
    """The chart of rows of the API Log (newest first), from the oldest to now; None when there are no calls."""
    calls = [row for row in rows if row.calls]
    if not calls:
        return None
    hours: dict[str, list[AuditRow]] = defaultdict(list)
    for row in calls:
        hours[row.at[:13]].append(row)
    newest = max(now, datetime.fromisoformat(calls[0].at))
    window = ChartWindow.from_span(datetime.fromisoformat(calls[-1].at), newest, newest)
    return _chart_from_totals({start: CallTotals.from_rows(some) for start, some in hours.items()}, window)


def _chart_from_totals(
    hours: Mapping[str, CallTotals], window: ChartWindow, counted: str = "", gaps: int = 0
) -> Chart | None:
    sums = {start: CallTotals() for start in window.bar_starts()}
    for start, total in hours.items():
        if start[: window.bar_name_length] in sums:
            sums[start[: window.bar_name_length]] += total
    bars = [ChartBar(start, total) for start, total in sums.items()]
    return Chart(bars, window.step, counted, gaps) if any(bar.total.calls for bar in bars) else None


def _start_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
