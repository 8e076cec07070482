"""Records when a session was last used, in a row of its own, at most every five minutes."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.sessions.session_rows import SESSION_RETENTION_SECONDS, Session
from affino_mcp.gate.throttle import Throttle
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, StoreUnavailable, Update

LAST_USE_INTERVAL_SECONDS: Final = 5 * 60


class SessionLastUse:
    """Writes the last use of sessions. One per process, because it throttles its own writes."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lately = Throttle(LAST_USE_INTERVAL_SECONDS)

    def note_use(self, session: Session) -> None:
        """Records that the session is used now. Does nothing when the store is down."""
        now = epoch_seconds(self._clock())
        if not self._lately.allow(session.digest, now):
            return
        used = {"at": now, "ttl": session.expires + SESSION_RETENTION_SECONDS}
        try:
            self._db.update(Update(self._table, row_keys.last_use_key(session.digest), assign=used))
        except StoreUnavailable:
            return
