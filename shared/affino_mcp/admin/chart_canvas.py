"""The SVG canvas of charts: its measures, one vertical scale, and the shapes drawn on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

WIDTH, HEIGHT, LEFT, RIGHT = 960, 132, 52, 940
CEILING, FOOT = 16, 112
_STEPS: Final = (1, 2, 5)


class Part(NamedTuple):
    """A rectangle of a bar; `tone` is its style class."""

    tone: str
    x: float
    y: float
    width: float
    height: float


class Point(NamedTuple):
    """A point of a line, in coordinates of the canvas."""

    x: float
    y: float


@dataclass(frozen=True)
class Panel:
    """A vertical scale from 0 at the bottom line (`foot`) to the round number `top` at the upper edge."""

    top: int
    height: int = HEIGHT
    foot: int = FOOT

    @classmethod
    def up_to(cls, numbers: Iterable[int]) -> Panel:
        """The scale that fits all these numbers: up to the next 1, 2 or 5 times a power of ten."""
        highest, size = max(numbers, default=0), 1
        while highest > _STEPS[-1] * size:
            size *= 10
        return cls(next(step * size for step in _STEPS if highest <= step * size))

    @property
    def ticks(self) -> tuple[int, ...]:
        """The numbers written beside the scale."""
        return (0, self.top // 2, self.top) if self.top % 2 == 0 else (0, self.top)

    def y(self, number: int) -> float:
        """The y coordinate of a number."""
        return round(self.foot - number / self.top * (self.foot - CEILING), 1)
