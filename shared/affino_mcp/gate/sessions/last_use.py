"""When a session was last used: written beside the session, at most every five minutes, so that calls stay cheap."""

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
    """One per process: it remembers what it has written lately."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lately = Lately(EVERY)

    def note(self, session: Session) -> None:
        """The session is being used now. A store that is down does not disturb the call."""
        now = seconds(self._clock())
        if not self._lately.lets(session.digest, now):
            return
        used = {"at": now, "ttl": session.expires + KEPT}
        try:
            self._db.update(Update(self._table, row_keys.used(session.digest), assign=used))
        except StoreUnavailable:
            return
