"""Lists and ends a person's sessions for the Hub."""

from __future__ import annotations

from datetime import UTC, datetime

from affino_mcp.clock import Clock
from affino_mcp.gate.sessions.session_listing import LiveSession, list_live_sessions
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class PersonSessions:
    """Lists sessions and ends them by their fingerprints."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings, self._sessions = db, settings, Sessions(db, settings, clock)

    def list_sessions(self, user_code: int) -> list[LiveSession]:
        """Gives the person's live sessions, latest first."""
        return list_live_sessions(self._db, self._settings, self._sessions, user_code)

    def end_session(self, user_code: int, mark: str) -> str:
        """Ends the person's session of this fingerprint; gives the fingerprint, or "" when there is no such session."""
        ended = ""
        for session in self._sessions.list_sessions(user_code):
            if session.fingerprint == mark:
                self._sessions.end_session(user_code, session.digest)
                ended = mark
        return ended

    def end_all_sessions(self, user_code: int) -> None:
        """Ends all sessions of the person, browsers included."""
        self._sessions.end_all_sessions(user_code)


def render_iso(second: int) -> str:
    """Gives a moment (seconds since the epoch) in ISO 8601, for machines."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def render_moment(second: int | None) -> str:
    """Gives a moment (seconds since the epoch) as text for people, in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %Y, %H:%M UTC") if second else "not yet"
