"""The limit of handshakes and lists: they take nothing from a profile's budget, and have one of their own in the process."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import SECOND_MICROSECONDS, Clock, epoch_microseconds
from affino_mcp.errors import HandshakesLimited
from affino_mcp.gate.profiles.rate_limit import RateLimit

HANDSHAKE_LIMIT: Final = RateLimit(60, 20)
"""Messages of one kind and session in a minute, and at once. A client sends one or two of a kind when it connects."""

MESSAGE_KINDS: Final = frozenset(
    ("initialize", "notifications", "ping", "prompts", "resources", "server", "tasks", "tools")
)
"""The parts before the slash of the methods that clients send when they connect; all others are of one kind."""

MAX_BUDGETS: Final = 10_000


class HandshakeBudget:
    """Counts the handshakes of each session in this process; costs no store call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tats: dict[tuple[str, str], int] = {}

    def take(self, session_digest: str, method: str) -> None:
        """Takes one unit of the session's budget for the kind of this method; raises HandshakesLimited with the wait."""
        kind = method.partition("/")[0]
        budget = session_digest, kind if kind in MESSAGE_KINDS else ""
        now = epoch_microseconds(self._clock())
        tat = max(self._tats.get(budget, 0), now)
        wait = HANDSHAKE_LIMIT.wait_microseconds(tat, now)
        if wait:
            raise HandshakesLimited(retry_after=wait / SECOND_MICROSECONDS)
        if len(self._tats) >= MAX_BUDGETS:
            self._tats.clear()
        self._tats[budget] = tat + HANDSHAKE_LIMIT.interval
