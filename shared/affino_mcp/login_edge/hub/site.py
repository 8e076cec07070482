"""The Hub's pages for people: log in, get an AccessToken, list and end sessions, without an API Secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.profiles.profile_names import ListedProfile, list_open_profiles
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.sessions import active_person_row
from affino_mcp.gate.sessions.web_sessions import HUB, WebSessions
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginRefused, LoginSubject
from affino_mcp.login_edge.hub import page
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.relogin import HubRelogin
from affino_mcp.login_edge.hub.sessions import PersonSessions, render_moment
from affino_mcp.login_edge.hub.snippets import profile_setups, secret_free_setup
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, FORM_KEY_COOKIE, HubRequest
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.proof import OfferedCredentials, check_offered_credentials
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.pages.assets import ASSETS_BY_ADDRESS
from affino_mcp.pages.rendering import PageRenderer
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database

HubHandler = Callable[["Hub", HubRequest, LoginSubject], HubPage]


class Hub:
    """Answers requests to the Hub of one instance, independent of ASGI."""

    def __init__(
        self, db: Database, reader: ProfileReader, settings: Settings, clock: Clock, login: GuardedLogin
    ) -> None:
        self._db, self._reader, self._settings, self._clock, self._login = db, reader, settings, clock, login
        self._browsers, self._sessions = WebSessions(HUB, db, settings, clock), PersonSessions(db, settings, clock)
        self._relogin = HubRelogin(db, reader, settings, clock)
        self._pages = PageRenderer(Path(__file__).parent / "templates")
        self._pages.add_filter("moment", render_moment)

    def answer_request(self, request: LoginRequest) -> HubPage:
        """Gives the page; refuses forms that do not come from the Hub's own pages."""
        visit, known = HubRequest(request), LoginSubject()
        found = ASSETS_BY_ADDRESS.get(visit.path.removeprefix("static/"))
        if request.method == "GET" and visit.path.startswith("static/") and found:
            return page.asset_page(found)
        handle = HUB_ROUTES.get((request.method, visit.path))
        if handle is None:
            return self._render_page(visit, 404, "message.html", "no_page", known, said="There is no such page.")
        if request.method == "POST" and not visit.is_own_form:
            return self._render_login_form(visit, known, 403, "The form was too old or not ours. Please try again.")
        try:
            return handle(self, visit, known)
        except StoreUnavailable as error:
            result, said = _outage_words(error)
            return self._render_page(visit, 503, "message.html", result, known, wait=error.retry_after, said=said)

    def redirect_to_start(self, visit: HubRequest, _: LoginSubject) -> HubPage:
        """Answers `GET /hub`: redirects to the sessions, or to the login without a session."""
        there = "sessions" if self._signed_in_person(visit) else "login"
        return page.redirect(f"{visit.path_prefix}/hub/{there}")

    def show_login_form(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `GET /hub/login` with the login form."""
        return self._render_login_form(visit, known)

    def log_in(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/login`: shows the AccessToken once.

        With a relogin link, revives the client's session instead.
        """
        try:
            given = check_offered_credentials(visit.form.get("Email"), visit.form.get("Password"))
            return self._enter_person(visit, known, given)
        except LoginRefused as refused:
            known.session = ""
            return self._render_login_form(
                visit, known, refused.fault.status, *_refusal_lines(refused), wait=refused.wait
            )

    def show_sessions(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `GET /hub/sessions` with the person's live sessions."""
        person = self._signed_in_person(visit)
        return self._render_sessions(visit, known, person) if person else self._redirect_to_login(visit)

    def end_one_session(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/sessions/end`: ends one session."""
        person = self._signed_in_person(visit)
        if person is None:
            return self._redirect_to_login(visit)
        known.user_code = person.user_code
        known.session = self._sessions.end_session(person.user_code, visit.form.get("Session", ""))
        return page.redirect(f"{visit.path_prefix}/hub/sessions")

    def end_all_sessions(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/sessions/end-all`: ends every session, RefreshToken and browser session."""
        person, token = self._signed_in_person(visit), visit.read_cookie(BROWSER_COOKIE)
        if person is not None:
            known.user_code = person.user_code
            self._sessions.end_all_sessions(person.user_code)
        elif token is None or not self._browsers.was_ended_everywhere(token):
            return self._redirect_to_login(visit)
        said = "You are logged out everywhere: every AccessToken and every browser."
        return self._render_page(
            visit, 200, "message.html", "ended_all", known, visit.delete_cookie(BROWSER_COOKIE), said=said
        )

    def log_out(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/logout`: ends the session of this browser only."""
        token = visit.read_cookie(BROWSER_COOKIE)
        if token:
            self._browsers.end(token)
        said = "This browser is logged out. AccessTokens in your clients go on until they expire."
        return self._render_page(
            visit, 200, "message.html", "logged_out", known, visit.delete_cookie(BROWSER_COOKIE), said=said
        )

    def _enter_person(self, visit: HubRequest, known: LoginSubject, given: OfferedCredentials) -> HubPage:
        listed = list_open_profiles(self._db, self._settings, self._clock())
        issued = self._login.open_session(self._signing_profile(listed), given, visit.request.source, known)
        try:
            person_row = active_person_row(self._db, self._settings.gate_table, issued.person.user_code)
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_DISABLED) from inactive
        cookies = visit.set_cookie(BROWSER_COOKIE, self._browsers.start(person_row)), self._form_key_cookie(visit)
        link = visit.form.get("Link", "")
        if link and self._relogin.offering_profile(link) is not None:
            return self._render_relogin(visit, known, issued, link, cookies)
        names = [one.name for one in listed if one.terms.allows_person(issued.person)]
        return self._render_token(visit, known, issued, names, cookies)

    def _render_relogin(
        self, visit: HubRequest, known: LoginSubject, issued: IssuedSession, link: str, cookies: tuple[str, ...]
    ) -> HubPage:
        """Revives the client's own session, and ends the session that this login opened."""
        self._sessions.end_session(issued.person.user_code, issued.session.fingerprint)
        revived = self._relogin.revive_session(issued.person.user_code, link)
        known.session = revived.fingerprint if revived else ""
        result = "revived" if revived else "not_revived"
        return self._render_page(
            visit, 200, "relogin.html", result, known, *cookies, revived=revived, person=issued.person
        )

    def _render_token(
        self, visit: HubRequest, known: LoginSubject, issued: IssuedSession, names: list[str], cookies: tuple[str, ...]
    ) -> HubPage:
        url = f"{visit.request.base}/mcp"
        ready = profile_setups(names, url, issued.access_token, visit.form.get("Profile", ""))
        kept = secret_free_setup(url, issued.access_token)
        return self._render_page(
            visit, 200, "token.html", "ok", known, *cookies, issued=issued, url=url, setups=ready, kept=kept
        )

    def _signing_profile(self, listed: Sequence[ListedProfile]) -> Profile | None:
        """The profile for signed calls to another instance; None for the builtin instance, which needs none."""
        if not self._settings.instance_url:
            return None
        found, now = (self._reader.read_current(one.key) for one in listed), self._clock()
        return next((state.profile for state in found if state is not None and state.is_open(now)), None)

    def _signed_in_person(self, visit: HubRequest) -> Person | None:
        token = visit.read_cookie(BROWSER_COOKIE)
        session = self._browsers.find(token)[0] if token else None
        return session.person if session else None

    def _render_sessions(self, visit: HubRequest, known: LoginSubject, person: Person) -> HubPage:
        known.user_code = person.user_code
        listed = self._sessions.list_sessions(person.user_code)
        cookie = self._form_key_cookie(visit)
        return self._render_page(visit, 200, "sessions.html", "sessions", known, cookie, person=person, sessions=listed)

    def _redirect_to_login(self, visit: HubRequest) -> HubPage:
        return page.redirect(f"{visit.path_prefix}/hub/login", visit.delete_cookie(BROWSER_COOKIE))

    def _render_login_form(
        self, visit: HubRequest, known: LoginSubject, status: int = 200, *said: str, wait: float | None = None
    ) -> HubPage:
        link = visit.form.get("Link") or visit.query.get("link", "")
        values = {
            "email": visit.form.get("Email", "")[:255],
            "chosen": visit.form.get("Profile") or visit.query.get("profile", "")[:100],
            "link": link[:300],
            "waiting": self._relogin.offering_profile(link) if link else None,
            "said": said,
        }
        result = "form" if status == 200 else "refused"
        return self._render_page(
            visit, status, "login.html", result, known, self._form_key_cookie(visit), wait=wait, **values
        )

    @staticmethod
    def _form_key_cookie(visit: HubRequest) -> str:
        return visit.set_cookie(FORM_KEY_COOKIE, visit.form_key)

    def _render_page(
        self,
        visit: HubRequest,
        status: int,
        template: str,
        result: str,
        known: LoginSubject,
        *cookies: str,
        wait: float | None = None,
        **values: Any,
    ) -> HubPage:
        ground = {"base": visit.path_prefix, "static": "/hub/static", "form_key": visit.form_key}
        text = self._pages.render(template, **ground, **values)
        return page.html_page(status, text, result, known, *cookies, wait=wait)


HUB_ROUTES: Final[Mapping[tuple[str, str], HubHandler]] = {
    ("GET", ""): Hub.redirect_to_start,
    ("GET", "login"): Hub.show_login_form,
    ("POST", "login"): Hub.log_in,
    ("GET", "sessions"): Hub.show_sessions,
    ("POST", "sessions/end"): Hub.end_one_session,
    ("POST", "sessions/end-all"): Hub.end_all_sessions,
    ("POST", "logout"): Hub.log_out,
}


def _outage_words(error: StoreUnavailable) -> tuple[str, str]:
    """A word for the log and the text for the person: whether anything may have been done."""
    fault = answer.outage_fault(error)
    if fault is answer.UNAVAILABLE:
        return fault.result, "The service cannot reach its storage just now. Please try again shortly."
    said = "It may have been carried out: the storage did not say. Do it again: that does no harm."
    return fault.result, said


def _refusal_lines(refused: LoginRefused) -> list[str]:
    """The texts for a person whose login was refused."""
    if refused.wait is None:
        return [refused.fault.message]
    minutes = max(1, -(-int(refused.wait) // 60))
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return [
        "Too many wrong attempts.",
        f"Check the e-mail address and the password, and wait {wait} before guessing on.",
    ]
