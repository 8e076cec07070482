"""A whole service on memory with an OAuth door: an app that a person of Sales lets in, and what the app then sends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from httpx2 import Response
from starlette.testclient import TestClient

from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.errors import Refusal
from affino_mcp.gate.grants.consents import AuthorizationRequest, Consents
from affino_mcp.gate.grants.grant_rows import Grant
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.oauth_client import ClientProof, OAuthClient
from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.sessions.session_rows import Door, Session
from affino_mcp.login_edge.app import LoginApp
from affino_mcp.login_edge.oauth.fetch import DocumentFetcher
from affino_mcp.settings import Settings
from tests.world import EVERYTHING, World

PUBLIC_URL = "https://demo.example"
BROWSER = "11111111-2222-4333-8444-555555555555"
OPENED = AdmissionTerms(connectable=("Sales",))
REQUEST = AuthorizationRequest(
    client_id="https://app.example/oauth/client",
    name="Helpful App",
    host="app.example",
    proof=ClientProof.DOCUMENT,
    redirect_uri="https://app.example/callback",
    state="state of the app",
    challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    scopes=parse_scopes("read write"),
)
"""What the app asks for; its challenge is that of RFC 7636, appendix B."""
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def oauth_world() -> World:
    """A world whose service has a public address."""
    return World(settings=Settings(public_url=PUBLIC_URL))


@dataclass
class OAuthStage:
    """The app, the person who lets it in, and the login function before them.

    `lines` are the function's log lines; `fetcher` fetches documents of apps.
    """

    world: World = field(default_factory=oauth_world)
    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fetcher: DocumentFetcher | None = None

    def __post_init__(self) -> None:
        world = self.world
        self.profile = world.profiles.create("Agents", EVERYTHING, 6000, terms=OPENED)
        self.edith = world.create_person("Edith", "Moreau", "Sales")
        found = world.stores.opened_by("LoginProxy", world.settings)
        parts = world.settings, world.clock
        app = LoginApp(
            *(found.database, found.secrets, *parts),
            line=lambda name, fields: self.lines.append((name, dict(fields))),
            fetcher=self.fetcher,
        )
        self.browser = TestClient(app, base_url=PUBLIC_URL, follow_redirects=False)
        self.consents = Consents(found.database, ProfileReader(found.database, found.secrets, world.settings), *parts)
        self.grants, self.clients = Grants(world.database, *parts), RegisteredClients(world.database, *parts)

    def consent(self, client: OAuthClient | None = None, scopes: str = "read write", declined: str = "") -> str:
        """The app asks, its person allows; gives the code."""
        asked = REQUEST if client is None else replace(REQUEST, client_id=client.client_id, host="", proof=client.proof)
        txn = self.consents.begin(asked, BROWSER)
        words = parse_scopes(scopes), parse_scopes(declined)
        return self.consents.allow(txn, BROWSER, self.edith, self.profile.key, *words)

    def send(self, path: str, headers: dict[str, str] | None = None, /, **parameters: str | None) -> Response:
        """The app sends a form."""
        body = urlencode({name: value for name, value in parameters.items() if value is not None})
        kind = {"content-type": "application/x-www-form-urlencoded"}
        found: Response = self.browser.post(path, content=body, headers=kind | (headers or {}))
        return found

    def redeem(self, code: str, headers: dict[str, str] | None = None, /, **changed: str | None) -> Response:
        """The app redeems its code, with these parameters changed, or left out where they are None."""
        usual = {"redirect_uri": REQUEST.redirect_uri, "client_id": REQUEST.client_id, "code_verifier": VERIFIER}
        given: dict[str, str | None] = {"grant_type": "authorization_code", "code": code, **usual, **changed}
        return self.send("/oauth/token", headers, **given)

    def refresh(self, token: str, headers: dict[str, str] | None = None, /, **changed: str | None) -> Response:
        """The app exchanges its refresh token."""
        given: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": token}
        return self.send("/oauth/token", headers, **{**given, "client_id": REQUEST.client_id, **changed})

    def revoke(self, token: str, headers: dict[str, str] | None = None, /, **changed: str | None) -> Response:
        """The app gives a token back."""
        return self.send("/oauth/revoke", headers, **{"token": token, "client_id": REQUEST.client_id, **changed})

    def connect(self, **changed: Any) -> dict[str, Any]:
        """The app asks, is let in and redeems its code; gives its tokens."""
        answer = self.redeem(self.consent(**changed))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def grant(self) -> Grant:
        """The person's only live grant."""
        (found,) = self.grants.list_of_person(self.edith)
        return found

    def session(self, access_token: str) -> Session | None:
        """The session of an access token, as the gate finds it; None when the gate would refuse it."""
        sessions = self.world.sessions
        try:
            return sessions.require_live(sessions.read_session(access_token, Door.OAUTH))[0]
        except Refusal:
            return None


def error_of(answer: Any) -> tuple[int, str]:
    """The status and OAuth's word of a refusal."""
    return answer.status_code, answer.json()["error"]


class RegisteredApp:
    """A registered client with a secret, and its code."""

    def __init__(self, stage: OAuthStage, *, public: bool = False) -> None:
        self.client: OAuthClient
        self.client, self.secret = stage.clients.add("Reports", [REQUEST.redirect_uri], public=public)
        self.code = stage.consent(self.client)
