"""The Hub's page that connects a client: a profile, a client, and what is pasted into it, finished.

API Key and API Secret come with the form and go out with its answer. They are kept nowhere and logged nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from affino_mcp.connect.app_clients import list_first_steps, make_app_snippet
from affino_mcp.connect.clients import APP_CLIENTS, SINGLE_FIELD_CLIENTS, McpClient
from affino_mcp.connect.snippets import CLIENT_TITLES
from affino_mcp.errors import PersonNotAllowed
from affino_mcp.gate.connections import Connections, IssuedConnection
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.profiles.profile_names import ListedProfile, list_open_profiles
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.gate.sessions.web_sessions import WebSession
from affino_mcp.http.credential_forms import API_SECRET_FORM
from affino_mcp.http.oauth_places import OAuthPlaces
from affino_mcp.login_edge.answer import LoginRefused, LoginSubject
from affino_mcp.login_edge.hub.connection_texts import GivenCredentials, write_connection
from affino_mcp.login_edge.hub.page import HubPage
from affino_mcp.login_edge.hub.refusals import refusal_lines
from affino_mcp.login_edge.hub.services import HubServices
from affino_mcp.login_edge.hub.visit import HubRequest
from affino_mcp.login_edge.proof import check_offered_credentials
from affino_mcp.pages.hub_places import CONNECT_PATH

ConnectHandler = Callable[["ConnectPages", HubRequest, LoginSubject, WebSession], HubPage]
_CREDENTIAL: Final = re.compile(API_SECRET_FORM)
_FAULT_TEXTS: Final[Mapping[str, str]] = {
    "Profile": "Choose one of the API Profiles.",
    "Client": "Choose one of the clients.",
    "Key": "An API Key has letters and digits only. Copy it again, or leave key and secret both empty.",
    "Secret": "An API Secret has letters and digits only. Copy it again, or leave key and secret both empty.",
    "Both": "Enter the API Key and the API Secret, or leave both empty.",
}


class ConnectPages:
    """Answers the requests of `CONNECT_ROUTES`."""

    def __init__(self, services: HubServices, reader: ProfileReader) -> None:
        self._hub, self._reader = services, reader
        self._sessions = Sessions(services.db, services.settings, services.clock)
        self._connections = Connections(services.db, services.settings, services.clock)

    def answer_request(self, visit: HubRequest, known: LoginSubject) -> HubPage:
        """Gives the page of a request of `CONNECT_ROUTES`. Raises StoreUnavailable, NotDone, MaybeDone."""
        handle = CONNECT_ROUTES[visit.request.method, visit.path]
        return self._hub.answer_signed_in(visit, known, lambda session: handle(self, visit, known, session))

    def show_form(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `GET /hub/connect`: the form, with the profile and the client of the address chosen."""
        chosen = {"Profile": visit.query.get("profile", ""), "Client": visit.query.get("client", "")}
        return self._render_form(visit, known, session, chosen, self._list_profiles(session))

    def connect_client(self, visit: HubRequest, known: LoginSubject, session: WebSession) -> HubPage:
        """Answers `POST /hub/connect`: opens a session, and shows what connects the client with it."""
        profiles = self._list_profiles(session)
        profile = next((one for one in profiles if one.name == visit.form.get("Profile")), None)
        if profile is None or (fault := _find_fault(visit.form, self._offered_clients())):
            named = fault if profile else "Profile"
            return self._render_form(visit, known, session, visit.form, profiles, 400, named, _FAULT_TEXTS[named])
        if visit.form["Client"] in APP_CLIENTS:
            return self._render_app(visit, known, session, profile)
        try:
            is_connection = self._wants_connection(visit, session, profile)
            issued = (self._open_connection if is_connection else self._open_session)(visit, known, session, profile)
        except PersonNotAllowed:
            return self._render_form(
                visit, known, session, visit.form, profiles, 403, "Profile", _FAULT_TEXTS["Profile"]
            )
        except LoginRefused as refused:
            said, status = refusal_lines(refused), refused.fault.status
            given = {**visit.form, "Password": ""}
            return self._render_form(
                visit, known, session, given, profiles, status, "Password", *said, wait=refused.wait
            )
        return self._render_connection(visit, known, profile, issued)

    def _wants_connection(self, visit: HubRequest, session: WebSession, profile: ListedProfile) -> bool:
        """True when one value is wanted that holds no secret, and the operator has opened the profile to the person."""
        single, given = visit.form["Client"] in SINGLE_FIELD_CLIENTS, visit.form.get("Secret", "").strip()
        is_builtin = not self._hub.settings.instance_url
        return single and not given and is_builtin and profile.terms.allows_connection(session.person)

    def _open_connection(
        self, visit: HubRequest, known: LoginSubject, session: WebSession, profile: ListedProfile
    ) -> IssuedConnection:
        """Opens a connection to the profile; the session of a login that proves the password is ended.

        Raises LoginRefused, PersonNotAllowed (also when the profile is gone).
        """
        code, state = session.person.user_code, self._reader.read_current(profile.key)
        if state is None:
            raise PersonNotAllowed
        if self._needs_password(session):
            self._sessions.end_session(code, self._open_session(visit, known, session, profile).session.digest)
        about = {"profile": profile.name, "client": visit.form["Client"], "connection": True}
        with self._hub.audit(visit, session, "open_session", {}, about):
            made = self._connections.create(code, state.profile)
        known.session = made.session.fingerprint
        return made

    def _open_session(
        self, visit: HubRequest, known: LoginSubject, session: WebSession, profile: ListedProfile
    ) -> IssuedSession:
        """Opens a session through the profile, by the password where it was not given lately. Raises LoginRefused."""
        about = {"profile": profile.name, "client": visit.form["Client"]}
        if not self._needs_password(session):
            with self._hub.audit(visit, session, "open_session", {}, about):
                issued = self._sessions.create_session(session.person.user_code, profile.key)
            known.session = issued.session.fingerprint
            return issued
        proof = check_offered_credentials(session.person.email, visit.form.get("Password"))
        state = self._reader.read_current(profile.key)
        issued = self._hub.login.open_session(state.profile if state else None, proof, visit.request.source, known)
        self._hub.browsers.prove(session)
        with self._hub.audit(visit, session, "open_session", {}, about):
            return issued

    def _needs_password(self, session: WebSession) -> bool:
        """True when the password is needed: it was given too long ago, or another instance gives the tokens for it."""
        return bool(self._hub.settings.instance_url) or not self._hub.browsers.is_proved(session)

    def _offered_clients(self) -> dict[McpClient, str]:
        """The clients that can be connected here, with their names: those of OAuth where there is that door."""
        has_door = self._hub.settings.oauth_on
        return {client: title for client, title in CLIENT_TITLES.items() if has_door or client not in APP_CLIENTS}

    def _list_profiles(self, session: WebSession) -> list[ListedProfile]:
        found = list_open_profiles(self._hub.db, self._hub.settings, self._hub.clock())
        return [one for one in found if one.terms.allows_person(session.person)]

    def _render_form(
        self,
        visit: HubRequest,
        known: LoginSubject,
        session: WebSession,
        given: Mapping[str, str],
        profiles: list[ListedProfile],
        status: int = 200,
        fault: str = "",
        *said: str,
        wait: float | None = None,
    ) -> HubPage:
        shown: dict[str, Any] = {
            "here": CONNECT_PATH,
            "profiles": [one.name for one in profiles],
            "clients": self._offered_clients(),
            "chosen": (given.get("Profile", ""), given.get("Client", "")),
            "needs_password": self._needs_password(session),
            "email": session.person.email,
            "fault": fault,
            "said": said,
        }
        result = "connect_form" if status == 200 else "connect_refused"
        return self._hub.frame.render_form(visit, status, "connect.html", result, known, wait=wait, **shown)

    def _render_app(
        self, visit: HubRequest, known: LoginSubject, session: WebSession, profile: ListedProfile
    ) -> HubPage:
        """What to type into a client that connects by OAuth: it needs no session, and the profile is chosen again there."""
        client = McpClient(visit.form["Client"])
        shown: dict[str, Any] = {
            "here": CONNECT_PATH,
            "made": make_app_snippet(client, OAuthPlaces(self._hub.settings.public_url)),
            "steps": list_first_steps(client),
            "profile": profile.name,
            "is_open": profile.terms.find_person_refusal(session.person, connected=True) is None,
        }
        return self._hub.frame.render_page(visit, 200, "connect_app.html", "connect_app", known, **shown)

    def _render_connection(
        self,
        visit: HubRequest,
        known: LoginSubject,
        profile: ListedProfile,
        issued: IssuedSession | IssuedConnection,
    ) -> HubPage:
        client = McpClient(visit.form["Client"])
        given = GivenCredentials(visit.form.get("Key", "").strip(), visit.form.get("Secret", "").strip())
        made = write_connection(client, f"{visit.request.base}/mcp", issued.access_token, given, profile.name)
        again = f"{CONNECT_PATH}?{urlencode({'profile': profile.name, 'client': client})}"
        shown: dict[str, Any] = {
            "here": CONNECT_PATH,
            "made": made,
            "issued": issued,
            "profile": profile.name,
            "again": again,
        }
        return self._hub.frame.render_page(visit, 200, "connected.html", "connected", known, **shown)


def _find_fault(form: Mapping[str, str], clients: Mapping[McpClient, str]) -> str:
    """Gives the name of the first field that cannot be used, a name of _FAULT_TEXTS; empty when all can."""
    key, secret = form.get("Key", "").strip(), form.get("Secret", "").strip()
    if form.get("Client") not in clients:
        return "Client"
    if bool(key) is not bool(secret):
        return "Both"
    wrong = [name for name, text in (("Key", key), ("Secret", secret)) if text and not _CREDENTIAL.fullmatch(text)]
    return wrong[0] if wrong else ""


CONNECT_ROUTES: Final[Mapping[tuple[str, str], ConnectHandler]] = {
    ("GET", "connect"): ConnectPages.show_form,
    ("POST", "connect"): ConnectPages.connect_client,
}
