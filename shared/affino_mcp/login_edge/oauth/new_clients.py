"""Counts clients that are seen for the first time: what each costs (a fetch, a row) is not given away without a limit."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.abuse.client_network import client_network
from affino_mcp.gate.abuse.window_counters import count_in_window
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database

NEW_CLIENT_WINDOW_SECONDS: Final = 60
MAX_NEW_CLIENTS_PER_SOURCE: Final = 10
MAX_NEW_CLIENTS: Final = 60
"""New clients of one kind in NEW_CLIENT_WINDOW_SECONDS, for all sources together."""
DOCUMENT, REGISTRATION = "DOCUMENT", "REGISTRATION"


class NewClientsExhausted(Exception):
    """Too many new clients were seen lately; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class NewClientGuard:
    """Called before what a new client costs is spent. May raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def count(self, kind: str, source: str) -> None:
        """Counts a new client, DOCUMENT or REGISTRATION, for its source and for all. Raises NewClientsExhausted."""
        limits = {client_network(source): MAX_NEW_CLIENTS_PER_SOURCE, "": MAX_NEW_CLIENTS}
        for where, most in limits.items():
            key, now = row_keys.new_client_guard_key(kind, where), epoch_seconds(self._clock())
            row = count_in_window(self._db, self._table, key, NEW_CLIENT_WINDOW_SECONDS, now)
            if row["count"] > most:
                raise NewClientsExhausted(row["since"] + NEW_CLIENT_WINDOW_SECONDS - now)
