"""A person's sessions as the Hub shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from affino_mcp.clock import Clock
from affino_mcp.gate.sessions.session_listing import Live, live
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class PersonsSessions:
    """Lists and ends sessions by their marks."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings, self._sessions = db, settings, Sessions(db, settings, clock)

    def listed(self, user_code: int) -> list[Live]:
        """The live ones, latest first."""
        return live(self._db, self._settings, self._sessions, user_code)

    def end(self, user_code: int, mark: str) -> str:
        """End the person's session of this mark; gives the mark, or nothing when there is no such session."""
        ended = ""
        for session in self._sessions.list_of(user_code):
            if session.fingerprint == mark:
                self._sessions.end(user_code, session.digest)
                ended = mark
        return ended

    def end_all(self, user_code: int) -> None:
        """Log out everywhere."""
        self._sessions.end_all(user_code)


def moment(second: int | None) -> str:
    """A moment as people read it, in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %Y, %H:%M UTC") if second else "not yet"
