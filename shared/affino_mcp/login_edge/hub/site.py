"""The Hub's pages for people: log in, get an AccessToken, list and end sessions, without an API Secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from affino_mcp.admin.operator_errors import MaybeDone, NotDone
from affino_mcp.clock import Clock
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.profiles.profile_names import ListedProfile, list_open_profiles
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.web_sessions import HUB, WebSessions
from affino_mcp.login_edge.answer import LoginRefused, LoginSubject
from affino_mcp.login_edge.browser_login import BrowserLogin
from affino_mcp.login_edge.hub import page
from affino_mcp.login_edge.hub.app_pages import APP_ROUTES, AppPages
from affino_mcp.login_edge.hub.connect_pages import CONNECT_ROUTES, ConnectPages
from affino_mcp.login_edge.hub.connection_texts import write_token_lines
from affino_mcp.login_edge.hub.frame import (
    HubFrame,
    find_signed_in_person,
    form_key_cookie,
)
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.password_pages import FOREIGN_FORM_TEXT, PASSWORD_ROUTES, PasswordPages
from affino_mcp.login_edge.hub.refusals import outage_words, refusal_lines
from affino_mcp.login_edge.hub.relogin import HubRelogin
from affino_mcp.login_edge.hub.services import HubServices
from affino_mcp.login_edge.hub.session_pages import SESSION_ROUTES, SessionPages
from affino_mcp.login_edge.hub.sessions import PersonSessions
from affino_mcp.login_edge.hub.start import START_PATH, ShownPerson
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, HubRequest
from affino_mcp.login_edge.login import GuardedLogin
from affino_mcp.login_edge.proof import OfferedCredentials, check_offered_credentials
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.pages.assets import ASSETS_BY_ADDRESS
from affino_mcp.pages.hub_places import CONNECT_PATH, LOGIN_PATH, safe_hub_path
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database

HubHandler = Callable[["Hub", HubRequest, LoginSubject], HubPage]


class Hub:
    """Answers requests to the Hub of one instance, independent of ASGI."""

    def __init__(
        self,
        db: Database,
        reader: ProfileReader,
        settings: Settings,
        clock: Clock,
        login: GuardedLogin,
        demo_people: Sequence[ShownPerson] = (),
    ) -> None:
        self._db, self._reader, self._settings, self._clock = db, reader, settings, clock
        self._demo_people = demo_people
        self._browsers, self._sessions = WebSessions(HUB, db, settings, clock), PersonSessions(db, settings, clock)
        self._door = BrowserLogin(login, self._browsers, db, settings)
        self._relogin = HubRelogin(db, reader, settings, clock)
        self._frame = HubFrame(clock)
        services = HubServices(db, settings, clock, login, self._browsers, self._frame)
        self._passwords, self._own_sessions = PasswordPages(services), SessionPages(services)
        self._connections, self._apps = ConnectPages(services, reader), AppPages(services)

    def answer_request(self, request: LoginRequest) -> HubPage:
        """Gives the page; refuses forms that do not come from the Hub's own pages."""
        visit, known = HubRequest(request), LoginSubject()
        found = ASSETS_BY_ADDRESS.get(visit.path.removeprefix("static/"))
        if request.method == "GET" and visit.path.startswith("static/") and found:
            return page.asset_page(found)
        place = (request.method, visit.path)
        if request.path == START_PATH and request.method == "GET":
            return self._show_start(visit, known)
        if request.path == START_PATH or place not in _ALL_ROUTES:
            return self._frame.render_page(visit, 404, "message.html", "no_page", known, said="There is no such page.")
        try:
            return self._answer_route(place, visit, known)
        except (StoreUnavailable, MaybeDone, NotDone) as error:
            result, said = outage_words(error)
            wait = error.retry_after if isinstance(error, StoreUnavailable) else 1
            return self._frame.render_page(visit, 503, "message.html", result, known, wait=wait, said=said)

    def _answer_route(self, place: tuple[str, str], visit: HubRequest, known: LoginSubject) -> HubPage:
        if place in PASSWORD_ROUTES:
            return self._passwords.answer_request(visit, known)
        if visit.request.method == "POST" and not visit.is_own_form:
            return self._render_login_form(visit, known, 403, FOREIGN_FORM_TEXT)
        if place in SESSION_ROUTES:
            return self._own_sessions.answer_request(visit, known)
        if place in APP_ROUTES:
            return self._apps.answer_request(visit, known)
        if place in CONNECT_ROUTES:
            return self._connections.answer_request(visit, known)
        return HUB_ROUTES[place](self, visit, known)

    def _show_start(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `GET /` with the ways in; it reads no store, so that it answers in an outage too."""
        values: dict[str, Any] = {"url": visit.request.base, "instance": self._settings.instance}
        values["people"] = self._demo_people
        return self._frame.render_page(visit, 200, "start.html", "start", known, **values)

    def redirect_to_start(self, visit: HubRequest, _: LoginSubject) -> HubPage:
        """Answers `GET /hub`: redirects to the first of the person's pages, or to the login without a session."""
        there = CONNECT_PATH if find_signed_in_person(self._browsers, visit) else LOGIN_PATH
        return page.redirect(f"{visit.path_prefix}{there}")

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
                visit, known, refused.fault.status, *refusal_lines(refused), wait=refused.wait
            )

    def log_out(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Answers `POST /hub/logout`: ends the session of this browser only."""
        token = visit.read_cookie(BROWSER_COOKIE)
        if token:
            self._browsers.end(token)
        said = "This browser is logged out. AccessTokens in your clients go on until they expire."
        return self._frame.render_page(
            visit, 200, "message.html", "logged_out", known, visit.delete_cookie(BROWSER_COOKIE), said=said
        )

    def _enter_person(self, visit: HubRequest, known: LoginSubject, given: OfferedCredentials) -> HubPage:
        listed = list_open_profiles(self._db, self._settings, self._clock())
        issued, browser = self._door.enter(given, visit.request.source, known, self._signing_profile(listed))
        cookies = visit.set_cookie(BROWSER_COOKIE, browser), form_key_cookie(visit)
        link = visit.form.get("Link", "")
        if link and self._relogin.offering_profile(link) is not None:
            return self._render_relogin(visit, known, issued, link, cookies)
        if back := safe_hub_path(visit.form.get("Next", "")):
            self._sessions.end_session(issued.person.user_code, issued.session)
            return page.redirect(f"{visit.path_prefix}{back}", *cookies)
        offers = any(one.terms.allows_person(issued.person) for one in listed)
        return self._render_token(visit, known, issued, cookies, offers=offers)

    def _render_relogin(
        self, visit: HubRequest, known: LoginSubject, issued: IssuedSession, link: str, cookies: tuple[str, ...]
    ) -> HubPage:
        """Revives the client's own session, and ends the session that this login opened."""
        self._sessions.end_session(issued.person.user_code, issued.session)
        revived = self._relogin.revive_session(issued.person.user_code, link)
        known.session = revived.fingerprint if revived else ""
        result = "revived" if revived else "not_revived"
        return self._frame.render_page(
            visit, 200, "relogin.html", result, known, *cookies, revived=revived, person=issued.person
        )

    def _render_token(
        self, visit: HubRequest, known: LoginSubject, issued: IssuedSession, cookies: tuple[str, ...], *, offers: bool
    ) -> HubPage:
        profile = visit.form.get("Profile", "")
        shown: dict[str, Any] = {
            "here": CONNECT_PATH,
            "issued": issued,
            "url": f"{visit.request.base}/mcp",
            "offers": offers,
            "chosen": f"?{urlencode({'profile': profile})}" if profile else "",
            "again": write_token_lines(issued.access_token),
        }
        return self._frame.render_page(visit, 200, "token.html", "ok", known, *cookies, **shown)

    def _signing_profile(self, listed: Sequence[ListedProfile]) -> Profile | None:
        """The profile for signed calls to another instance; None for the builtin instance, which needs none."""
        if not self._settings.instance_url:
            return None
        found, now = (self._reader.read_current(one.key) for one in listed), self._clock()
        return next((state.profile for state in found if state is not None and state.is_open(now)), None)

    def _render_login_form(
        self, visit: HubRequest, known: LoginSubject, status: int = 200, *said: str, wait: float | None = None
    ) -> HubPage:
        link = visit.form.get("Link") or visit.query.get("link", "")
        values = {
            "email": visit.form.get("Email", "")[:255],
            "chosen": visit.form.get("Profile") or visit.query.get("profile", "")[:100],
            "link": link[:300],
            "next": safe_hub_path(visit.form.get("Next") or visit.query.get("next", "")),
            "waiting": self._relogin.offering_profile(link) if link else None,
            "said": said,
        }
        result = "form" if status == 200 else "refused"
        return self._frame.render_page(
            visit, status, "login.html", result, known, form_key_cookie(visit), wait=wait, **values
        )


HUB_ROUTES: Final[Mapping[tuple[str, str], HubHandler]] = {
    ("GET", ""): Hub.redirect_to_start,
    ("GET", "login"): Hub.show_login_form,
    ("POST", "login"): Hub.log_in,
    ("POST", "logout"): Hub.log_out,
}
_ALL_ROUTES: Final = frozenset({*HUB_ROUTES, *PASSWORD_ROUTES, *SESSION_ROUTES, *CONNECT_ROUTES, *APP_ROUTES})
