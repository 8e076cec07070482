"""What this process has noted lately, so that the same is not noted at every call."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

_REMEMBERED: Final = 1000


class Lately:
    """Lets one note of a kind through in `every` seconds. It may forget, and let one through too early, never too late."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._noted: dict[Hashable, int] = {}

    def lets(self, what: Hashable, now: int) -> bool:
        """Whether this is to be noted now (seconds since the epoch); if so it counts as noted."""
        if now - self._noted.get(what, 0) < self._every:
            return False
        if len(self._noted) >= _REMEMBERED:
            self._noted.clear()
        self._noted[what] = now
        return True
