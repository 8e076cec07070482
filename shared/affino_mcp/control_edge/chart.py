"""Calls, errors, refusals and latency per hour, drawn as SVG without a line of script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from affino_mcp.audit.row import Row
from affino_mcp.control_edge.journal import CHANNEL

MOST: Final = 48
"""Bars of one chart; a longer time is drawn per day."""
WIDTH, HEIGHT, LEFT, BOTTOM = 960, 150, 44, 22
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Bar:
    """One hour or day."""

    start: str
    label: str
    ok: int = 0
    error: int = 0
    limited: int = 0
    durations: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All calls."""
        return self.ok + self.error + self.limited

    @property
    def latency(self) -> int | None:
        """The median duration in milliseconds."""
        return round(median(self.durations)) if self.durations else None

    def add(self, row: Row) -> None:
        """Count a row."""
        if row.status == 429:
            self.limited += row.count
            return
        self.ok, self.error = (
            (self.ok + row.count, self.error) if row.status < 400 else (self.ok, self.error + row.count)
        )
        self.durations.append(row.duration_ms)


@dataclass(frozen=True)
class Part:
    """A rectangle of the drawing."""

    tone: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """The bars, and the drawing's parts."""

    bars: list[Bar]
    per: str
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = BOTTOM

    @property
    def base(self) -> int:
        """The y of the bars' foot."""
        return self.height - self.bottom

    @property
    def step(self) -> float:
        """The room of one bar."""
        return (self.width - self.left) / max(1, len(self.bars))

    def x(self, place: int) -> float:
        """Where a bar begins."""
        return round(self.left + place * self.step + self.step * 0.14, 1)

    def parts(self, place: int) -> list[Part]:
        """The rectangles of one bar, from the foot up."""
        bar, y, found = self.bars[place], float(self.base), list[Part]()
        for tone, number in (("ok", bar.ok), ("error", bar.error), ("limited", bar.limited)):
            height = round(number / self.top * (self.base - 14), 1)
            y -= height
            if number:
                found.append(Part(tone, self.x(place), round(y, 1), round(self.step * 0.72, 1), height))
        return found

    def labelled(self, place: int) -> bool:
        """Whether there is room for this bar's label."""
        every = -(-len(self.bars) // 12)
        return (len(self.bars) - 1 - place) % every == 0


def chart(rows: Sequence[Row], now: datetime) -> Chart | None:
    """The chart of these rows (newest first), from the oldest to now; None without calls."""
    calls = [row for row in rows if row.channel != CHANNEL]
    if not calls:
        return None
    oldest = datetime.fromisoformat(calls[-1].at)
    step = HOUR if now - oldest <= MOST * HOUR else DAY
    bars = _bars(oldest, max(now, datetime.fromisoformat(calls[0].at)), step)
    length = 13 if step == HOUR else 10
    for row in calls:
        bars[row.at[:length]].add(row)
    found = list(bars.values())[-MOST:]
    return Chart(found, "hour" if step == HOUR else "day", max(bar.total for bar in found) or 1)


def _bars(oldest: datetime, newest: datetime, step: timedelta) -> dict[str, Bar]:
    bars: dict[str, Bar] = {}
    at = oldest.replace(minute=0, second=0, microsecond=0, hour=oldest.hour if step == HOUR else 0)
    while at <= newest:
        text = at.isoformat()
        start = text[:13] if step == HOUR else text[:10]
        bars[start] = Bar(start.replace("T", " "), f"{text[11:13]}:00" if step == HOUR else text[5:10])
        at += step
    return bars
