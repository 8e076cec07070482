"""Records when a session was last used, in a row of its own, at most every five minutes."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import Clock, seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.sessions.session_rows import KEPT, Session
from affino_mcp.gate.throttle import Lately
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, StoreUnavailable, Update

EVERY: Final = 5 * 60


class LastUse:
    """Writes the last use of sessions. One per process, because it throttles its own writes."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lately = Lately(EVERY)

    def note(self, session: Session) -> None:
        """Records that the session is used now. Does nothing when the store is down."""
        now = seconds(self._clock())
        if not self._lately.lets(session.digest, now):
            return
        used = {"at": now, "ttl": session.expires + KEPT}
        try:
            self._db.update(Update(self._table, row_keys.used(session.digest), assign=used))
        except StoreUnavailable:
            return
