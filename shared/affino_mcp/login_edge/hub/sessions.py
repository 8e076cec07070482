"""Lists and ends a person's sessions for the Hub."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

from affino_mcp.clock import Clock
from affino_mcp.gate.sessions.session_listing import LiveSession, list_live_sessions
from affino_mcp.gate.sessions.session_rows import Session
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit
from affino_mcp.store.ops import Database


class PersonSessions:
    """Lists sessions and ends them by their fingerprints."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings, self._sessions = db, settings, Sessions(db, settings, clock)

    def list_sessions(self, user_code: int) -> list[LiveSession]:
        """Gives the person's live sessions, latest first."""
        return list_live_sessions(self._db, self._settings, self._sessions, user_code)

    def describe_session(self, user_code: int, mark: str) -> LiveSession | None:
        """Gives the person's live session of this fingerprint with its last use; None when there is none."""
        return next((one for one in self.list_sessions(user_code) if one.session.fingerprint == mark), None)

    def find_session(self, user_code: int, mark: str) -> Session | None:
        """Gives the person's live session of this fingerprint; None when there is none."""
        return next((one for one in self._sessions.list_sessions(user_code) if one.fingerprint == mark), None)

    def end_session(self, user_code: int, session: Session, commit: Commit | None = None) -> None:
        """Ends a session of the person."""
        self._sessions.end_session(user_code, session.digest, commit)

    def end_all_sessions(self, user_code: int, commit: Commit) -> int:
        """Ends all sessions of the person, browsers included; gives the number of live sessions."""
        return self._sessions.end_all_sessions(user_code, commit)


def render_iso(second: int) -> str:
    """Gives a moment (seconds since the epoch) in ISO 8601, for machines."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def render_moment(second: int) -> str:
    """Gives a moment (seconds since the epoch) as text for people, in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %Y, %H:%M UTC")


def render_local_moment(second: int) -> Markup:
    """Gives a moment (seconds since the epoch) as an HTML `time` element, which page.js shows in the reader's zone."""
    return Markup('<time datetime="{}" data-local>{}</time>').format(render_iso(second), render_moment(second))
