"""The consent page: a person sees which app asks for what, and allows or declines it. Nothing but a form's POST consents."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from affino_mcp.clock import epoch_seconds
from affino_mcp.errors import PersonInactive, Refusal
from affino_mcp.gate.grants.consents import AuthorizationRequest, ConsentRequestUnknown, Consents
from affino_mcp.gate.grants.oauth_client import SELF_REGISTERED_PREFIX
from affino_mcp.gate.grants.redirect_uris import describe_redirect
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import sha256_hex
from affino_mcp.gate.profiles.profile_names import ListedProfile, list_open_profiles
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.gate.sessions.web_sessions import HUB, WebSession, WebSessions
from affino_mcp.http.oauth_places import CONSENT_PATH
from affino_mcp.login_edge.answer import LoginRefused, LoginSubject
from affino_mcp.login_edge.browser_login import BrowserLogin
from affino_mcp.login_edge.hub.refusals import refusal_lines
from affino_mcp.login_edge.hub.visit import BROWSER_COOKIE, HubRequest
from affino_mcp.login_edge.oauth.consent_answers import CONSENT_COOKIE, AppAnswers, ConsentFrame
from affino_mcp.login_edge.oauth.consent_choices import ConsentChoices
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.oauth.parameters import ParametersRefused, read_form, read_query
from affino_mcp.login_edge.oauth.self_registered import SelfRegisteredClients
from affino_mcp.login_edge.proof import check_offered_credentials
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.store.faults import StoreUnavailable

CONSENT_LINE: Final = "oauth_consent"
_OVER: Final = "This question was answered already, was asked in another browser, or is older than 10 minutes."
_START_AGAIN: Final = "Go back to the app and start again there."
_FOREIGN_FORM: Final = (
    "This form did not come from the page that this service gave to your browser. Nothing was allowed."
)
_NO_PROFILE: Final = "Choose one of the API Profiles."
_NOTHING_TICKED: Final = "Tick at least one box that this API Profile allows, or do not allow the app at all."
_NOT_OPEN: Final = "This API Profile is not open to you for apps any more. Choose another one, or ask your operator."

Form = Mapping[str, list[str]]


class ConsentPages:
    """Answers `GET` and `POST /oauth/consent`."""

    def __init__(self, services: OAuthServices) -> None:
        self._services, self._frame = services, ConsentFrame(services.clock, CONSENT_LINE)
        self._answers = AppAnswers(services.places.issuer, CONSENT_LINE)
        self._consents = Consents(services.db, services.reader, services.settings, services.clock)
        self._browsers = WebSessions(HUB, services.db, services.settings, services.clock)
        self._self_registered = SelfRegisteredClients(services.db, services.settings, services.clock)
        self._sessions = Sessions(services.db, services.settings, services.clock)
        self._door = BrowserLogin(services.login, self._browsers, services.db, services.settings)

    def show(self, request: LoginRequest) -> OAuthAnswer:
        """Answers `GET /oauth/consent`: the login form, or the question. It decides nothing."""
        return self._guarded(request, self._show)

    def decide(self, request: LoginRequest) -> OAuthAnswer:
        """Answers `POST /oauth/consent`: a login, a no, or a yes."""
        return self._guarded(request, self._decide)

    def _guarded(self, request: LoginRequest, answer: Callable[[HubRequest, OAuthSubject], OAuthAnswer]) -> OAuthAnswer:
        visit, known = HubRequest(request), OAuthSubject()
        try:
            return answer(visit, known)
        except ConsentRequestUnknown:
            return self._frame.render_refusal(visit, 400, "request_unknown", known, _OVER, _START_AGAIN)
        except ParametersRefused:
            return self._frame.render_refusal(visit, 400, "bad_parameters", known, _FOREIGN_FORM, _START_AGAIN)
        except StoreUnavailable as error:
            return self._frame.render_outage(visit, known, error)

    def _show(self, visit: HubRequest, known: OAuthSubject) -> OAuthAnswer:
        asked = read_query(visit.request.query)
        waiting = self._find_waiting(visit, asked.get("txn", ""), known)
        session = self._find_session(visit, known)
        if session is None or "other" in asked:
            return self._render_login(visit, known, asked["txn"], waiting)
        return self._render_question(visit, known, asked["txn"], waiting, session.person)

    def _decide(self, visit: HubRequest, known: OAuthSubject) -> OAuthAnswer:
        form = read_form(visit.request, many={"Scope"})
        txn = _field(form, "Txn")
        if not _is_own_form(visit, form):
            return self._frame.render_refusal(visit, 403, "foreign_form", known, _FOREIGN_FORM, _START_AGAIN)
        waiting = self._find_waiting(visit, txn, known)
        if "Password" in form:
            return self._log_in(visit, known, form, waiting)
        if "Deny" in form:
            return self._decline(visit, known, txn)
        session = self._find_session(visit, known)
        if session is None:
            return self._render_login(visit, known, txn, waiting, 403, "You are not logged in any more.")
        return self._allow(visit, known, form, waiting, session)

    def _log_in(self, visit: HubRequest, known: OAuthSubject, form: Form, waiting: AuthorizationRequest) -> OAuthAnswer:
        """Logs this browser in, and leads to the question: the password alone consents to nothing."""
        subject = LoginSubject()
        try:
            given = check_offered_credentials(_field(form, "Email"), _field(form, "Password"))
            issued, browser = self._door.enter(given, visit.request.source, subject)
        except LoginRefused as refused:
            said, status = refusal_lines(refused), refused.fault.status
            email = _field(form, "Email")
            return self._render_login(
                visit, known, _field(form, "Txn"), waiting, status, *said, email=email, wait=refused.wait
            )
        self._sessions.end_session(issued.person.user_code, issued.session.digest)
        known.user_code = issued.person.user_code
        place = f"{visit.path_prefix}{CONSENT_PATH}?txn={quote(_field(form, 'Txn'))}"
        return self._answers.redirect(place, "logged_in", known, visit.set_cookie(BROWSER_COOKIE, browser))

    def _decline(self, visit: HubRequest, known: OAuthSubject, txn: str) -> OAuthAnswer:
        declined = self._consents.decline(txn, visit.read_cookie(CONSENT_COOKIE) or "")
        return self._answers.refuse(declined.redirect_uri, declined.state, "access_denied", known)

    def _allow(
        self, visit: HubRequest, known: OAuthSubject, form: Form, waiting: AuthorizationRequest, session: WebSession
    ) -> OAuthAnswer:
        person = session.person
        choices, txn = ConsentChoices(self._list_profiles(person), waiting.scopes), _field(form, "Txn")
        profile, ticked = choices.find_profile(_field(form, "Profile")), form.get("Scope", [])
        if profile is None:
            return self._render_choices(visit, known, txn, waiting, person, choices, 400, _NO_PROFILE, ticked)
        known.profile, decision = profile.key, choices.decide(profile, ticked)
        if not decision.is_any:
            return self._render_choices(visit, known, txn, waiting, person, choices, 400, _NOTHING_TICKED, ticked)
        browser, chosen = visit.read_cookie(CONSENT_COOKIE) or "", (profile.key, decision.scopes, decision.declined)
        try:
            code = self._consents.allow(txn, browser, person.user_code, *chosen, epoch=session.epoch)
        except PersonInactive:
            return self._render_login(visit, known, txn, waiting, 403, "You are not logged in any more.")
        except Refusal:
            return self._render_choices(visit, known, txn, waiting, person, choices, 403, _NOT_OPEN, ticked)
        self._self_registered.keep(waiting.client_id, self._services.settings.grant_lifetime)
        return self._answers.grant(waiting.redirect_uri, waiting.state, code, known)

    def _find_waiting(self, visit: HubRequest, txn: str, known: OAuthSubject) -> AuthorizationRequest:
        """The request that waits in this browser. Raises ConsentRequestUnknown."""
        browser = visit.read_cookie(CONSENT_COOKIE)
        if browser is None:
            raise ConsentRequestUnknown
        waiting = self._consents.find(txn, browser)
        known.client_id = waiting.client_id
        return waiting

    def _find_session(self, visit: HubRequest, known: OAuthSubject) -> WebSession | None:
        token = visit.read_cookie(BROWSER_COOKIE)
        session = self._browsers.find(token)[0] if token else None
        known.user_code = session.person.user_code if session else known.user_code
        return session

    def _list_profiles(self, person: Person) -> list[ListedProfile]:
        """The profiles that are on, and that this person may connect apps to."""
        found = list_open_profiles(self._services.db, self._services.settings, self._services.clock())
        return [one for one in found if one.terms.find_person_refusal(person, connected=True) is None]

    def _render_question(
        self, visit: HubRequest, known: OAuthSubject, txn: str, waiting: AuthorizationRequest, person: Person
    ) -> OAuthAnswer:
        choices = ConsentChoices(self._list_profiles(person), waiting.scopes)
        return self._render_choices(visit, known, txn, waiting, person, choices)

    def _render_choices(
        self,
        visit: HubRequest,
        known: OAuthSubject,
        txn: str,
        waiting: AuthorizationRequest,
        person: Person,
        choices: ConsentChoices,
        status: int = 200,
        wrong: str = "",
        ticked: list[str] | None = None,
    ) -> OAuthAnswer:
        ends = epoch_seconds(self._services.clock()) + self._services.settings.grant_lifetime
        shown: dict[str, Any] = {"person": person, "choices": choices, "ends": ends, "wrong": wrong, "ticked": ticked}
        shown |= self._describe(visit, txn, waiting)
        result = "not_allowed" if wrong else "asked"
        return self._frame.render(visit, status, "consent.html", result, known, waiting.redirect_uri, **shown)

    def _render_login(
        self,
        visit: HubRequest,
        known: OAuthSubject,
        txn: str,
        waiting: AuthorizationRequest,
        status: int = 200,
        *said: str,
        email: str = "",
        wait: float | None = None,
    ) -> OAuthAnswer:
        shown = self._describe(visit, txn, waiting) | {"said": said, "email": email[:255]}
        result = "login_refused" if said else "login"
        return self._frame.render(
            visit, status, "consent_login.html", result, known, waiting.redirect_uri, wait, **shown
        )

    @staticmethod
    def _describe(visit: HubRequest, txn: str, waiting: AuthorizationRequest) -> dict[str, Any]:
        """What both pages say of the app, and the hidden fields of their forms."""
        key = form_key(visit.read_cookie(CONSENT_COOKIE) or "")
        place = describe_redirect(waiting.redirect_uri)
        unvouched = waiting.client_id.startswith(SELF_REGISTERED_PREFIX)
        return {"app": waiting, "txn": txn, "key": key, "goes_to": place, "unvouched": unvouched}


def form_key(browser: str) -> str:
    """Gives the key that the forms of this browser repeat: nobody can compute it who does not have its cookie."""
    return sha256_hex(f"consent form {browser}")


def _is_own_form(visit: HubRequest, form: Form) -> bool:
    """True when the form comes from a page that this browser was given."""
    browser = visit.read_cookie(CONSENT_COOKIE)
    same_site = visit.request.single_header("Sec-Fetch-Site") in {None, "same-origin", "none"}
    sent = _field(form, "Key").encode()
    return browser is not None and same_site and hmac.compare_digest(form_key(browser).encode(), sent)


def _field(form: Form, name: str) -> str:
    return form.get(name, [""])[0]
