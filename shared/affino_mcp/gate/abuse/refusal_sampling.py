"""Which refused calls are worth a look at who called: the first sixty a minute of each profile, as the API Log keeps them."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import Clock

SINGLY: Final = 60
"""As many refusals a minute get rows of their own in the API Log; only those need a name."""


class FirstOfMinute:
    """Counts refusals per profile and minute in this process; a hammering client soon costs no read at all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minute = ""
        self._counts: dict[str, int] = {}

    def takes(self, profile: str) -> bool:
        """Whether this refusal is among the first of its minute."""
        minute = self._clock().strftime("%Y%m%d%H%M")
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[profile] = self._counts.get(profile, 0) + 1
        return self._counts[profile] <= SINGLY
