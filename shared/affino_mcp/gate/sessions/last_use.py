"""The use of sessions: when each was last used, which were used lately in this process, and the warning before one ends."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any, Final

from affino_mcp.catalogue.warning import CallWarning, WarningCode, make_warning
from affino_mcp.clock import Clock, Throttle, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.sessions.session_rows import SESSION_RETENTION_SECONDS, Session
from affino_mcp.settings import MAX_GRANT_DAYS, Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Update

LAST_USE_INTERVAL_SECONDS: Final = 5 * 60
MAX_GRANT_SECONDS: Final = MAX_GRANT_DAYS * 24 * 3600
EXPIRY_WARNING_SECONDS: Final = 10 * 60
"""Seconds before a session's end from which on every result carries the warning."""
RECENT_SECONDS: Final = 60
"""Seconds after which a token counts as new again."""
MAX_RECENT_TOKENS: Final = 10_000


class SessionLastUse:
    """Writes the last use of sessions. One per process, because it throttles its own writes."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lately = Throttle(LAST_USE_INTERVAL_SECONDS)

    def note_use(self, session: Session, agent: str = "", source: str = "") -> None:
        """Records that the session is used now, by which client and from which address. Does nothing when the store is down.

        The sessions of one grant are one: the use is the grant's.
        """
        now, name = epoch_seconds(self._clock()), session.grant or session.digest
        if not self._lately.allow(name, now):
            return
        kept = MAX_GRANT_SECONDS if session.grant else SESSION_RETENTION_SECONDS
        used: dict[str, Any] = {"at": now, "ttl": session.expires + kept}
        used |= {name: text for name, text in (("agent", agent), ("source", source)) if text}
        try:
            self._db.update(Update(self._table, row_keys.last_use_key(name), assign=used))
        except StoreUnavailable:
            return


class RecentTokens:
    """The tokens that this process has resolved within the last minute: their calls are charged beside the session's read.

    Holds digests, each with the moment until which it counts as recent. Knows no token that was refused since.
    """

    def __init__(self) -> None:
        self._until: dict[str, int] = {}

    def note(self, session: Session, now: int) -> None:
        """Takes note that the session's token was resolved at `now` (seconds since the epoch)."""
        if len(self._until) >= MAX_RECENT_TOKENS:
            self._until.clear()
        self._until[session.digest] = min(now + RECENT_SECONDS, session.expires)

    def forget(self, digest: str) -> None:
        """Takes note that the token was refused."""
        self._until.pop(digest, None)

    def holds(self, digest: str, now: int) -> bool:
        """True when the token was resolved within the last minute and has not expired since."""
        return now < self._until.get(digest, 0)


def expiry_warnings(session: Session, at: datetime) -> list[CallWarning]:
    """Gives the warning for results in the session's last minutes; an empty list before them, and for apps, which refresh."""
    left = session.expires - at.timestamp()
    if left > EXPIRY_WARNING_SECONDS or session.grant:
        return []
    minutes = max(1, ceil(left / 60))
    text = f"The session ends in {minutes} min. Tell the person to log in to Affino again; nothing is lost until then."
    return [make_warning(WarningCode.SESSION_EXPIRES_SOON, "", text, Minutes=minutes)]
