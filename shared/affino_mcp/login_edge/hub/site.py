"""The Hub's pages for people: log in, get an AccessToken, list and end sessions, without an API Secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles import profile_names
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.profile_reader import ProfileReader
from affino_mcp.gate.sessions.session_rows import Issued
from affino_mcp.gate.sessions.sessions import standing
from affino_mcp.gate.sessions.web_sessions import HUB, WebSessions
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Known, LoginRefused
from affino_mcp.login_edge.hub import page
from affino_mcp.login_edge.hub.page import Page
from affino_mcp.login_edge.hub.relogin import Relogin
from affino_mcp.login_edge.hub.sessions import PersonsSessions, moment
from affino_mcp.login_edge.hub.snippets import referring, setups
from affino_mcp.login_edge.hub.visit import BROWSER, FORM_KEY, Visit
from affino_mcp.login_edge.login import Login
from affino_mcp.login_edge.proof import Proof, proof
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.pages.assets import BY_ADDRESS
from affino_mcp.pages.rendering import Pages
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, StoreUnavailable

Handling = Callable[["Hub", Visit, Known], Page]


class Hub:
    """Answers requests to the Hub of one instance, independent of ASGI."""

    def __init__(self, db: Database, reader: ProfileReader, settings: Settings, clock: Clock, login: Login) -> None:
        self._db, self._reader, self._settings, self._login = db, reader, settings, login
        self._browsers, self._sessions = WebSessions(HUB, db, settings, clock), PersonsSessions(db, settings, clock)
        self._relogin = Relogin(db, reader, settings, clock)
        self._pages = Pages(Path(__file__).parent / "templates")
        self._pages.filter("moment", moment)

    def answer(self, request: LoginRequest) -> Page:
        """Gives the page; refuses forms that do not come from the Hub's own pages."""
        visit, known = Visit(request), Known()
        found = BY_ADDRESS.get(visit.path.removeprefix("static/"))
        if request.method == "GET" and visit.path.startswith("static/") and found:
            return page.asset(found)
        handle = ROUTES.get((request.method, visit.path))
        if handle is None:
            return self._page(visit, 404, "message.html", "no_page", known, said="There is no such page.")
        if request.method == "POST" and not visit.is_ours:
            return self._form(visit, known, 403, "The form was too old or not ours. Please try again.")
        try:
            return handle(self, visit, known)
        except StoreUnavailable:
            said = "The service cannot reach its storage just now. Please try again shortly."
            return self._page(visit, 503, "message.html", "unavailable", known, wait=1, said=said)

    def start(self, visit: Visit, _: Known) -> Page:
        """Answers `GET /hub`: redirects to the sessions, or to the login without a session."""
        there = "sessions" if self._person(visit) else "login"
        return page.elsewhere(f"{visit.prefix}/hub/{there}")

    def form(self, visit: Visit, known: Known) -> Page:
        """Answers `GET /hub/login` with the login form."""
        return self._form(visit, known)

    def log_in(self, visit: Visit, known: Known) -> Page:
        """Answers `POST /hub/login`: shows the AccessToken once.

        With a relogin link, revives the client's session instead.
        """
        try:
            given = proof(visit.form.get("Email"), visit.form.get("Password"))
            return self._entered(visit, known, given)
        except LoginRefused as refused:
            known.session = ""
            return self._form(visit, known, refused.fault.status, *_said(refused), wait=refused.wait)

    def sessions(self, visit: Visit, known: Known) -> Page:
        """Answers `GET /hub/sessions` with the person's live sessions."""
        person = self._person(visit)
        return self._listing(visit, known, person) if person else self._to_login(visit)

    def end_one(self, visit: Visit, known: Known) -> Page:
        """Answers `POST /hub/sessions/end`: ends one session."""
        person = self._person(visit)
        if person is None:
            return self._to_login(visit)
        known.user_code = person.user_code
        known.session = self._sessions.end(person.user_code, visit.form.get("Session", ""))
        return page.elsewhere(f"{visit.prefix}/hub/sessions")

    def end_all(self, visit: Visit, known: Known) -> Page:
        """Answers `POST /hub/sessions/end-all`: ends every session, RefreshToken and browser session."""
        person = self._person(visit)
        if person is None:
            return self._to_login(visit)
        known.user_code = person.user_code
        self._sessions.end_all(person.user_code)
        said = "You are logged out everywhere: every AccessToken and every browser."
        return self._page(visit, 200, "message.html", "ended_all", known, visit.without_cookie(BROWSER), said=said)

    def log_out(self, visit: Visit, known: Known) -> Page:
        """Answers `POST /hub/logout`: ends the session of this browser only."""
        token = visit.cookie(BROWSER)
        if token:
            self._browsers.end(token)
        said = "This browser is logged out. AccessTokens in your clients go on until they expire."
        return self._page(visit, 200, "message.html", "logged_out", known, visit.without_cookie(BROWSER), said=said)

    def _entered(self, visit: Visit, known: Known, given: Proof) -> Page:
        names = profile_names.enabled(self._db, self._settings)
        issued = self._login.enter(self._signer(names), given, visit.request.source, known)
        try:
            person_row = standing(self._db, self._settings.gate_table, issued.person.user_code)
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_OFF) from inactive
        cookies = visit.with_cookie(BROWSER, self._browsers.start(person_row)), self._key(visit)
        link = visit.form.get("Link", "")
        if link and self._relogin.offered(link) is not None:
            return self._gone_on(visit, known, issued, link, cookies)
        return self._granted(visit, known, issued, list(names.values()), cookies)

    def _gone_on(self, visit: Visit, known: Known, issued: Issued, link: str, cookies: tuple[str, ...]) -> Page:
        """Revives the client's own session, and ends the session that this login opened."""
        self._sessions.end(issued.person.user_code, issued.session.fingerprint)
        revived = self._relogin.accept(issued.person.user_code, link)
        known.session = revived.fingerprint if revived else ""
        result = "revived" if revived else "not_revived"
        return self._page(visit, 200, "relogin.html", result, known, *cookies, revived=revived, person=issued.person)

    def _granted(self, visit: Visit, known: Known, issued: Issued, names: list[str], cookies: tuple[str, ...]) -> Page:
        url = f"{visit.request.base}/mcp"
        ready = setups(names, url, issued.access_token, visit.form.get("Profile", ""))
        kept = referring(url, issued.access_token)
        return self._page(
            visit, 200, "token.html", "ok", known, *cookies, issued=issued, url=url, setups=ready, kept=kept
        )

    def _signer(self, names: Mapping[str, str]) -> Profile | None:
        """The profile for signed calls to another instance; None for the builtin instance, which needs none."""
        if not self._settings.instance_url:
            return None
        found = (self._reader.current(key) for key in names)
        return next((state.profile for state in found if state is not None and state.enabled), None)

    def _person(self, visit: Visit) -> Person | None:
        token = visit.cookie(BROWSER)
        session = self._browsers.find(token)[0] if token else None
        return session.person if session else None

    def _listing(self, visit: Visit, known: Known, person: Person) -> Page:
        known.user_code = person.user_code
        listed = self._sessions.listed(person.user_code)
        cookie = self._key(visit)
        return self._page(visit, 200, "sessions.html", "sessions", known, cookie, person=person, sessions=listed)

    def _to_login(self, visit: Visit) -> Page:
        return page.elsewhere(f"{visit.prefix}/hub/login", visit.without_cookie(BROWSER))

    def _form(self, visit: Visit, known: Known, status: int = 200, *said: str, wait: float | None = None) -> Page:
        link = visit.form.get("Link") or visit.query.get("link", "")
        values = {
            "email": visit.form.get("Email", "")[:255],
            "chosen": visit.form.get("Profile") or visit.query.get("profile", "")[:100],
            "link": link[:300],
            "waiting": self._relogin.offered(link) if link else None,
            "said": said,
        }
        result = "form" if status == 200 else "refused"
        return self._page(visit, status, "login.html", result, known, self._key(visit), wait=wait, **values)

    @staticmethod
    def _key(visit: Visit) -> str:
        return visit.with_cookie(FORM_KEY, visit.form_key)

    def _page(
        self,
        visit: Visit,
        status: int,
        template: str,
        result: str,
        known: Known,
        *cookies: str,
        wait: float | None = None,
        **values: Any,
    ) -> Page:
        ground = {"base": visit.prefix, "static": "/hub/static", "form_key": visit.form_key}
        text = self._pages.render(template, **ground, **values)
        return page.html(status, text, result, known, *cookies, wait=wait)


ROUTES: Final[Mapping[tuple[str, str], Handling]] = {
    ("GET", ""): Hub.start,
    ("GET", "login"): Hub.form,
    ("POST", "login"): Hub.log_in,
    ("GET", "sessions"): Hub.sessions,
    ("POST", "sessions/end"): Hub.end_one,
    ("POST", "sessions/end-all"): Hub.end_all,
    ("POST", "logout"): Hub.log_out,
}


def _said(refused: LoginRefused) -> list[str]:
    """The texts for a person whose login was refused."""
    if refused.wait is None:
        return [refused.fault.message]
    minutes = max(1, -(-int(refused.wait) // 60))
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return [
        "Too many wrong attempts.",
        f"Check the e-mail address and the password, and wait {wait} before guessing on.",
    ]
