"""Limits the refusals that get their caller looked up to 60 per profile and minute."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import Clock

SINGLY: Final = 60
"""Refusals per minute that get rows of their own in the API Log; only those rows name the person."""


class FirstOfMinute:
    """Counts refusals per profile and minute in this process, so that floods of refused calls cost no more reads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minute = ""
        self._counts: dict[str, int] = {}

    def takes(self, profile: str) -> bool:
        """True if this refusal is among the first 60 of the profile's current minute."""
        minute = self._clock().strftime("%Y%m%d%H%M")
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[profile] = self._counts.get(profile, 0) + 1
        return self._counts[profile] <= SINGLY
