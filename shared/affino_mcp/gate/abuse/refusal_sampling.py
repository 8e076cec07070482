"""Chooses the refused calls whose caller is looked up: the first of each minute of a profile, as many as get audit rows."""

from __future__ import annotations

from affino_mcp.clock import Clock
from affino_mcp.settings import REFUSAL_ROWS_PER_MINUTE


class RefusalSampler:
    """Counts refusals per profile and minute in this process; a hammering client soon costs no read at all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minute = ""
        self._counts: dict[str, int] = {}

    def should_sample(self, profile: str) -> bool:
        """Counts a refusal; True when it is among the first REFUSAL_ROWS_PER_MINUTE of its profile and minute."""
        minute = self._clock().strftime("%Y%m%d%H%M")
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[profile] = self._counts.get(profile, 0) + 1
        return self._counts[profile] <= REFUSAL_ROWS_PER_MINUTE
