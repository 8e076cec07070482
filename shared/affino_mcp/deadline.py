"""The deadline of the work in hand: how long a function may still run, and what of it is kept for the row and the answer.

The deadline belongs to the context (contextvars) of one invocation; a thread that works for it must run in a copy of that
context. Without a deadline (a command in a shell), work may take as long as it needs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Final

SecondsLeft = Callable[[], float]
"""Gives the seconds that are left until the deadline; less than zero after it."""

ANSWER_RESERVE: Final = 2.0
"""Seconds of each invocation that are kept for its audit row and its answer; no other store call uses them."""

LOCAL_SECONDS: Final = 25.0
"""Seconds of one request of the local run, as many as the template gives the MCP endpoint."""

_deadline: ContextVar[SecondsLeft | None] = ContextVar("deadline", default=None)
_reserve: ContextVar[float] = ContextVar("reserve", default=ANSWER_RESERVE)


def count_down(seconds: float, now: Callable[[], float] = time.monotonic) -> SecondsLeft:
    """Gives a deadline that is `seconds` from now; `now` gives seconds that only ever grow."""
    end = now() + seconds
    return lambda: end - now()


@contextmanager
def deadline(left: SecondsLeft) -> Iterator[None]:
    """Sets the deadline for the work in the body, in this context."""
    before = _deadline.set(left)
    try:
        yield
    finally:
        _deadline.reset(before)


@contextmanager
def spend_reserve() -> Iterator[None]:
    """Lets the body, which writes the row, use the seconds that are kept for row and answer; half a second stays."""
    before = _reserve.set(0.5)
    try:
        yield
    finally:
        _reserve.reset(before)


def has_deadline() -> bool:
    """True when the current context has a deadline."""
    return _deadline.get() is not None


def seconds_left() -> float:
    """Gives the seconds until the deadline; infinite without one."""
    left = _deadline.get()
    return inf if left is None else left()


def working_seconds() -> float:
    """Gives the seconds that the next store call may take: what is left without the reserve; infinite without a deadline."""
    return seconds_left() - _reserve.get()


class Pace:
    """Paces work that is done in pieces: the next piece begins only when it can end in time.

    A piece may take as long as the slowest so far, and `margin` seconds are left after it for the row and the answer.
    """

    def __init__(self, margin: float = 3.0) -> None:
        self._margin, self._slowest = margin, 0.0

    def has_time(self) -> bool:
        """True when one more piece can end before the deadline."""
        return seconds_left() >= self._margin + self._slowest

    @contextmanager
    def piece(self) -> Iterator[None]:
        """Measures the piece of work in the body."""
        before = seconds_left()
        try:
            yield
        finally:
            if before < inf:
                self._slowest = max(self._slowest, before - seconds_left())
