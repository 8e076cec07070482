"""An app that asks a person of Sales for a grant on a profile that is opened to Sales, before stores in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.gate.grants.consents import AuthorizationRequest, Consents
from affino_mcp.gate.grants.grant_rows import Grant
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.oauth_client import ClientProof
from affino_mcp.gate.profiles.admission_terms import AdmissionTerms
from affino_mcp.gate.profiles.profile import ProfileReader
from tests.unit.gate.sessions.refreshing import OvertakenDatabase
from tests.unit.gate.world import ALL, World

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


@dataclass
class AppStage:
    """The app's side, the person's side, and what both have led to."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.profile = self.world.profiles.create("Agents", ALL, 600, terms=OPENED)
        self.world.person(7)
        self.grants = Grants(self.world.db, self.world.settings, self.world.clock)
        self._build(self.world.db)

    def _build(self, db: Any) -> None:
        reader = ProfileReader(db, self.world.secrets, self.world.settings)
        self.consents = Consents(db, reader, self.world.settings, self.world.clock)

    def overtake(self, number: int, overtake: Callable[[], object]) -> None:
        """Lets somebody else act before the store call of this number, from now on."""
        self._build(OvertakenDatabase(self.world.db, number, overtake))

    def ask(self, **changed: Any) -> str:
        """The app asks; gives the name of its request."""
        return self.consents.begin(replace(REQUEST, **changed), BROWSER)

    def allow(self, txn: str = "", scopes: str = "read write", declined: str = "", person: int = 7) -> str:
        """The person allows; gives the code."""
        words = parse_scopes(scopes), parse_scopes(declined)
        return self.consents.allow(txn or self.ask(), BROWSER, person, self.profile.key, *words)

    def grant(self) -> Grant:
        """The only live grant."""
        (found,) = self.grants.list_of_person(7)
        return found
