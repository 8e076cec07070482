"""The login of a browser: a password behind the guard opens a session and logs the browser in at the Hub."""

from __future__ import annotations

from affino_mcp.errors import PersonInactive
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.sessions import active_person_row
from affino_mcp.gate.sessions.web_sessions import WebSessions
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginRefused, LoginSubject
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.proof import OfferedCredentials
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class BrowserLogin:
    """Logs browsers in. May raise StoreUnavailable."""

    def __init__(self, login: GuardedLogin, browsers: WebSessions, db: Database, settings: Settings) -> None:
        self._login, self._browsers, self._db, self._table = login, browsers, db, settings.gate_table

    def enter(
        self, given: OfferedCredentials, source: str, known: LoginSubject, profile: Profile | None = None
    ) -> tuple[IssuedSession, str]:
        """Gives the session of the person with this address and password, and the value of the browser's cookie.

        `profile` signs the login at another instance. Raises LoginRefused as GuardedLogin.
        """
        issued = self._login.open_session(profile, given, source, known)
        try:
            person_row = active_person_row(self._db, self._table, issued.person.user_code)
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_DISABLED) from inactive
        return issued, self._browsers.start(person_row)
