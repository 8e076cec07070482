"""The set-up of the consent tests: a service with an OAuth door, an app with a document, and a person's browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from httpx2 import Response
from starlette.testclient import TestClient

from affino_mcp.catalogue.capability import Access
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.sessions import active_person_row
from affino_mcp.gate.sessions.web_sessions import HUB, WebSessions
from affino_mcp.login_edge.app import LoginApp
from affino_mcp.settings import Settings
from tests.roles.watched_stores import WatchedStores
from tests.unit.gate.world import GATE, PASSWORD, World
from tests.unit.login_edge.desk import EMAIL
from tests.unit.login_edge.oauth.document_host import HOST, DocumentHost

SERVICE = "https://mcp.orbital.example"
RESOURCE, ISSUER = f"{SERVICE}/oauth/mcp", f"{SERVICE}/oauth"
CLIENT = f"https://{HOST}/oauth/client"
CALLBACK = f"https://{HOST}/callback"
LOOPBACK = "http://127.0.0.1:33418/"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
DOCUMENT: dict[str, Any] = {"client_id": CLIENT, "client_name": "Claude", "redirect_uris": [CALLBACK, LOOPBACK]}
ASKED = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": CALLBACK,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "a state & more",
    "resource": RESOURCE,
    "scope": "contacts:read contacts:write accounts:read offline_access claudeai",
}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SALES = AdmissionTerms(connectable=("Sales",))


@dataclass
class ConsentDesk:
    """One service with an OAuth door; person 7 is in the group Sales, for which apps may be connected to a profile."""

    host: DocumentHost
    world: World = field(default_factory=lambda: World(settings=Settings(public_url=SERVICE)))
    lines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.world
        self.host.serve("/oauth/client", json.dumps(DOCUMENT).encode())
        world.person(7)
        self.profile = self.open_profile("Sales Agent", contacts={"read", "write"}, articles={"read"})
        stores = WatchedStores(world.db, world.secrets).opened_by("LoginProxy", world.settings)
        parts = stores.database, stores.secrets, world.settings, world.clock
        self.app = LoginApp(
            *parts, lambda name, fields: self.lines.append((name, dict(fields))), fetcher=self.host.fetcher
        )
        self.clients = RegisteredClients(world.db, world.settings, world.clock)
        self.grants = Grants(world.db, world.settings, world.clock)

    def open_profile(self, name: str, terms: AdmissionTerms = SALES, **families: set[str]) -> Profile:
        """Makes a profile that is opened for connecting to the group Sales."""
        given = {family: frozenset(map(Access, words)) for family, words in families.items()}
        return self.world.profiles.create(name, given, terms=terms)

    def browser(self) -> AppBrowser:
        """Another person's or the same person's other browser."""
        return AppBrowser(TestClient(self.app, base_url=SERVICE, follow_redirects=False), self.world)


@dataclass
class AppBrowser:
    """A browser without scripts that an app leads to the authorization server."""

    client: TestClient
    world: World

    def authorize(self, **changed: str | None) -> Response:
        """Comes from the app with its request; a parameter that is None is left out."""
        asked = {name: value for name, value in {**ASKED, **changed}.items() if value is not None}
        return self.get(f"/oauth/authorize?{urlencode(asked)}")

    def get(self, address: str) -> Response:
        found: Response = self.client.get(address)
        return found

    def question(self, **changed: str | None) -> Response:
        """Comes from the app and is shown the first page."""
        return self.get(self.authorize(**changed).headers["location"])

    def send(self, page: Response, *fields: tuple[str, str], headers: dict[str, str] | None = None) -> Response:
        """Sends a form with the hidden fields of its page."""
        body = urlencode([*hidden_fields(page).items(), *fields])
        found: Response = self.client.post("/oauth/consent", content=body, headers={**FORM, **(headers or {})})
        return found

    def log_in(self, page: Response, password: str = PASSWORD) -> Response:
        """Logs in on the first page with a password, which person 7 has from now on; gives what follows it."""
        self.world.passwords.set_password(7, PASSWORD)
        answer = self.send(page, ("Email", EMAIL), ("Password", password))
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def asked_question(self, **changed: str | None) -> Response:
        """Comes from the app, as somebody who is logged in at the Hub, and is asked."""
        browsers = WebSessions(HUB, self.world.db, self.world.settings, self.world.clock)
        row = active_person_row(self.world.db, GATE, 7)
        self.client.cookies.set("__Host-affino-hub", browsers.start(row), domain=urlsplit(SERVICE).hostname or "")
        return self.question(**changed)

    def allow(self, page: Response, profile: str = "Sales Agent", scopes: list[str] | None = None) -> Response:
        """Allows what is ticked on the page, or these scopes."""
        ticked = ticked_scopes(page) if scopes is None else scopes
        given = [("Profile", profile), *(("Scope", word) for word in ticked), ("Allow", "yes")]
        return self.send(page, *given)


def hidden_fields(page: Response) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))


def ticked_scopes(page: Response) -> list[str]:
    """The boxes that are ticked."""
    return re.findall(r'name="Scope" value="([^"]+)" checked', page.text)


def shown_text(page: Response) -> str:
    """The visible text."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def answer_of(response: Response, redirect_uri: str = CALLBACK) -> dict[str, str]:
    """The parameters that an answer brings to the app."""
    address = response.headers["location"]
    assert response.status_code == 303, response.text
    assert address.startswith(f"{redirect_uri}?"), address
    return dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
