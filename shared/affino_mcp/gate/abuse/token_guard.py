"""Counts wrong tokens, keys and signatures against their source."""

from __future__ import annotations

from affino_mcp.clock import Clock, seconds
from affino_mcp.gate.abuse.client_network import network
from affino_mcp.gate.abuse.window_counters import counted
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database

MOST = 20
WINDOW = 5 * 60


class TokenGuard:
    """Called only after a wrong credential, so that right credentials are never refused."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def failed(self, source: str) -> int | None:
        """Counts a wrong credential. Gives None below the limit, else the seconds to wait. Raises StoreUnavailable."""
        now = seconds(self._clock())
        row = counted(self._db, self._table, row_keys.guard_tokens(network(source)), WINDOW, now)
        return row["since"] + WINDOW - now if row["count"] > MOST else None
