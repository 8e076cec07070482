"""Throttles repeated writes of this process to one per interval and key."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

_MAX_REMEMBERED_KEYS: Final = 1000


class Throttle:
    """Allows one action per key in `every` seconds.

    When it forgets old keys, it allows an action too early, never too late.
    """

    def __init__(self, every: int) -> None:
        self._every = every
        self._noted: dict[Hashable, int] = {}

    def allow(self, what: Hashable, now: int) -> bool:
        """True if the action is due at `now` (seconds since the epoch); it then counts as done."""
        if now - self._noted.get(what, 0) < self._every:
            return False
        if len(self._noted) >= _MAX_REMEMBERED_KEYS:
            self._noted.clear()
        self._noted[what] = now
        return True
