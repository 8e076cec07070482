"""The Hub's pages of a person's sessions: which there are, and ending one or all of them, after a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp.gate.sessions.session_listing import LiveSession
from affino_mcp.gate.sessions.web_sessions import WebSession
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.hub import page
from affino_mcp.login_edge.hub.frame import redirect_to_login
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.services import HubServices
from affino_mcp.login_edge.hub.sessions import PersonSessions
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, HubRequest
from affino_mcp.pages.hub_places import SESSIONS_PATH

SessionHandler = Callable[["SessionPages", HubRequest, LoginSubject, WebSession], HubPage]
_OVER_TEXT: Final = "This session is over already."
_DONE_TEXTS: Final[Mapping[str, str]] = {
    "ended": "Done: the session is ended. Its AccessToken works no more.",
    "over": _OVER_TEXT,
}
"""What the list says after a form, by the name in its address."""


class SessionPages:
    """Answers the requests of `SESSION_ROUTES`."""

    def __init__(self, services: HubServices) -> None:
        self._hub = services
        self._sessions = PersonSessions(services.db, services.settings, services.clock)

    def answer_request(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Gives the page of a request of `SESSION_ROUTES`. Raises StoreUnavailable, NotDone, MaybeDone."""
        session = self._hub.find_visit(visit)
        if session is None:
            return self._answer_stranger(visit, known)
        known.user_code = session.person.user_code
        return SESSION_ROUTES[visit.request.method, visit.path](self, visit, known, session)

    def show_sessions(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `GET /hub/sessions` with the person's live sessions."""
        return self._render_sessions(visit, known, session, done=visit.find_text(_DONE_TEXTS))

    def ask_before_end(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `GET /hub/sessions/end`: which session would be ended, and the form that ends it."""
        found = self._sessions.describe_session(session.person.user_code, visit.query.get("session", ""))
        if found is None:
            return self._render_sessions(visit, known, session, 404, wrong=_OVER_TEXT)
        return self._render_question(visit, known, found)

    def end_one_session(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `POST /hub/sessions/end`: ends one session; a repeat is told that it is over."""
        code = session.person.user_code
        found = self._sessions.find_session(code, visit.form.get("Session", ""))
        if found is None:
            return page.redirect(f"{visit.path_prefix}{SESSIONS_PATH}?over")
        known.session = found.fingerprint
        with self._hub.audit(visit, session, "end_session", {"session": known.session}, {}) as action:
            self._sessions.end_session(code, found, action.commit)
        return page.redirect(f"{visit.path_prefix}{SESSIONS_PATH}?ended")

    def ask_before_end_all(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `GET /hub/sessions/end-all`: how many sessions would be ended, and the form that ends them."""
        number = len(self._sessions.list_sessions(session.person.user_code))
        return self._render_question(visit, known, None, number)

    def end_all_sessions(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `POST /hub/sessions/end-all`: ends every session, RefreshToken and browser session."""
        with self._hub.audit(visit, session, "end_all_sessions", {}, {}) as action:
            self._sessions.end_all_sessions(session.person.user_code, action.commit)
        return self._render_ended_all(visit, known)

    def _answer_stranger(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Leads to the login; a repeat of the form that ended all sessions is told that it did."""
        token, place = visit.read_cookie(BROWSER_COOKIE), (visit.request.method, visit.path)
        if place == ("POST", "sessions/end-all") and token and self._hub.browsers.was_ended_everywhere(token):
            return self._render_ended_all(visit, known)
        return redirect_to_login(visit)

    def _render_ended_all(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        said = "You are logged out everywhere: every AccessToken and every browser."
        forget = visit.delete_cookie(BROWSER_COOKIE)
        return self._hub.frame.render_page(visit, 200, "message.html", "ended_all", known, forget, said=said)

    def _render_sessions(
        self,
        visit: HubRequest,
        known: LoginSubject,
        session: WebSession,
        status: int = 200,
        *,
        done: str = "",
        wrong: str = "",
    ) -> HubPage:
        person = session.person
        listed = self._sessions.list_sessions(person.user_code)
        shown = {"here": SESSIONS_PATH, "person": person, "sessions": listed, "done": done, "wrong": wrong}
        return self._hub.frame.render_form(visit, status, "sessions.html", "sessions", known, **shown)

    def _render_question(
        self, visit: HubRequest, known: LoginSubject, found: LiveSession | None, number: int = 1
    ) -> HubPage:
        shown = {"here": SESSIONS_PATH, "found": found, "number": number}
        return self._hub.frame.render_form(visit, 200, "session_end.html", "end_question", known, **shown)


SESSION_ROUTES: Final[Mapping[tuple[str, str], SessionHandler]] = {
    ("GET", "sessions"): SessionPages.show_sessions,
    ("GET", "sessions/end"): SessionPages.ask_before_end,
    ("POST", "sessions/end"): SessionPages.end_one_session,
    ("GET", "sessions/end-all"): SessionPages.ask_before_end_all,
    ("POST", "sessions/end-all"): SessionPages.end_all_sessions,
}
