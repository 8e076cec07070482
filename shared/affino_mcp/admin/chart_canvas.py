"""The SVG canvas of charts: its measures, one vertical scale, and the shapes drawn on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from affino_mcp.value_class import value_class

CANVAS_WIDTH, CANVAS_HEIGHT, PLOT_LEFT, PLOT_RIGHT = 960, 132, 52, 940
PLOT_TOP, PLOT_BOTTOM = 16, 112
_ROUND_STEPS: Final = (1, 2, 5)


class BarPart(NamedTuple):
    """A rectangle of a bar; `tone` is its style class."""

    tone: str
    x: float
    y: float
    width: float
    height: float


class LinePoint(NamedTuple):
    """A point of a line, in coordinates of the canvas."""

    x: float
    y: float


@value_class
class ChartScale:
    """A vertical scale from 0 at the bottom line (`foot`) to the round number `top` at the upper edge."""

    top: int
    height: int = CANVAS_HEIGHT
    bottom: int = PLOT_BOTTOM

    @classmethod
    def from_numbers(cls, numbers: Iterable[int]) -> ChartScale:
        """The scale that fits all these numbers: up to the next 1, 2 or 5 times a power of ten."""
        highest, size = max(numbers, default=0), 1
        while highest > _ROUND_STEPS[-1] * size:
            size *= 10
        return cls(next(step * size for step in _ROUND_STEPS if highest <= step * size))

    @property
    def ticks(self) -> tuple[int, ...]:
        """The numbers written beside the scale."""
        return (0, self.top // 2, self.top) if self.top % 2 == 0 else (0, self.top)

    def y(self, number: int) -> float:
        """The y coordinate of a number."""
        return round(self.bottom - number / self.top * (self.bottom - PLOT_TOP), 1)
