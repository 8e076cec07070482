"""The limit of handshakes and lists: they take nothing from a profile's budget, and have one of their own in the process."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import SECOND_MICROSECONDS, Clock, epoch_microseconds
from affino_mcp.errors import HandshakesLimited
from affino_mcp.gate.profiles.rate_limit import RateLimit

CLIENT_LIMIT: Final = RateLimit(60, 20)
"""Messages of one kind from one client in a minute, and at once. A client sends one or two of a kind when it connects."""

SESSION_LIMIT: Final = RateLimit(300, 100)
"""Messages of one kind from all clients of a session: who makes up names of clients gets no further."""

MESSAGE_KINDS: Final = frozenset(
    ("initialize", "notifications", "ping", "prompts", "resources", "server", "tasks", "tools")
)
"""The parts before the slash of the methods that clients send when they connect; all others are of one kind."""

MAX_BUDGETS: Final = 10_000


class HandshakeBudget:
    """Counts the handshakes of each session, and of each client on it, in this process; costs no store call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tats: dict[tuple[str, ...], int] = {}

    def take(self, session_digest: str, client: str, method: str) -> None:
        """Takes one unit for the kind of this method from the client's budget and from the session's.

        `client` is the name that the client gives itself. Raises HandshakesLimited with the wait; then nothing is taken.
        """
        now, kind = epoch_microseconds(self._clock()), method.partition("/")[0]
        session = session_digest, kind if kind in MESSAGE_KINDS else ""
        budgets = {session: SESSION_LIMIT, (*session, client): CLIENT_LIMIT}
        tats = {budget: max(self._tats.get(budget, 0), now) for budget in budgets}
        wait = max(limit.wait_microseconds(tats[budget], now) for budget, limit in budgets.items())
        if wait:
            raise HandshakesLimited(retry_after=wait / SECOND_MICROSECONDS)
        if len(self._tats) >= MAX_BUDGETS:
            self._tats.clear()
        self._tats |= {budget: tats[budget] + limit.interval for budget, limit in budgets.items()}
