"""Counts wrong tokens, keys and signatures against their source."""

from __future__ import annotations

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.abuse.client_network import client_network
from affino_mcp.gate.abuse.window_counters import count_in_window
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database

MAX_TOKEN_FAILURES = 20
TOKEN_WINDOW_SECONDS = 5 * 60


class TokenGuard:
    """Called only after a wrong credential, so that right credentials are never refused."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def record_failure(self, source: str) -> int | None:
        """Counts a wrong credential. Gives None below the limit, else the seconds to wait. Raises StoreUnavailable."""
        now = epoch_seconds(self._clock())
        row = count_in_window(
            self._db, self._table, row_keys.token_guard_key(client_network(source)), TOKEN_WINDOW_SECONDS, now
        )
        return row["since"] + TOKEN_WINDOW_SECONDS - now if row["count"] > MAX_TOKEN_FAILURES else None
