"""The limit of handshakes and lists: they take nothing from a profile's budget, and have one of their own in the process."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import SECOND_MICROSECONDS, Clock, epoch_microseconds
from affino_mcp.errors import RateLimited
from affino_mcp.gate.profiles.rate_limit import RateLimit

HANDSHAKE_LIMIT: Final = RateLimit(60, 20)
"""Handshakes and lists of one session in a minute, and at once. A client sends two to four when it connects."""
MAX_SESSIONS: Final = 10_000


class HandshakeBudget:
    """Counts the handshakes of each session in this process; costs no store call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tats: dict[str, int] = {}

    def take(self, session_digest: str) -> None:
        """Takes one unit of the session's budget; raises RateLimited with the wait."""
        now = epoch_microseconds(self._clock())
        tat = max(self._tats.get(session_digest, 0), now)
        wait = HANDSHAKE_LIMIT.wait_microseconds(tat, now)
        if wait:
            raise RateLimited(retry_after=wait / SECOND_MICROSECONDS, limit=HANDSHAKE_LIMIT.rate)
        if len(self._tats) >= MAX_SESSIONS:
            self._tats.clear()
        self._tats[session_digest] = tat + HANDSHAKE_LIMIT.interval
