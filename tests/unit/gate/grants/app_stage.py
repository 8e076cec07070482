"""An app that asks a person of Sales for a grant on a profile that is opened to Sales, before stores in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.errors import Refusal
from affino_mcp.gate.grants.consents import Consents
from affino_mcp.gate.grants.grant_rows import Grant
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.issuing import GrantRefused, IssuedTokens, Issuing
from affino_mcp.gate.profiles.profile import ProfileReader
from affino_mcp.gate.sessions.session_rows import Door
from tests.oauth_stage import BROWSER, OPENED, REQUEST, VERIFIER
from tests.unit.gate.sessions.refreshing import OvertakenDatabase
from tests.unit.gate.world import ALL, World


@dataclass
class AppStage:
    """The app's side, the person's side, and what both have led to."""

    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.profile = self.world.profiles.create("Agents", ALL, 600, terms=OPENED)
        self.world.person(7)
        self.grants = Grants(self.world.db, self.world.settings, self.world.clock)
        self.use_database(self.world.db)

    def use_database(self, db: Any) -> None:
        """Works on this database from now on."""
        reader = ProfileReader(db, self.world.secrets, self.world.settings)
        self.consents = Consents(db, reader, self.world.settings, self.world.clock)
        self.issuing = Issuing(db, reader, self.world.settings, self.world.clock)

    def overtake(self, number: int, overtake: Callable[[], object]) -> None:
        """Lets somebody else act before the store call of this number, from now on."""
        self.use_database(OvertakenDatabase(self.world.db, number, overtake))

    def ask(self, **changed: Any) -> str:
        """The app asks; gives the name of its request."""
        return self.consents.begin(replace(REQUEST, **changed), BROWSER)

    def allow(
        self, txn: str = "", scopes: str = "read write", declined: str = "", person: int = 7, epoch: int = 0
    ) -> str:
        """The person allows; gives the code."""
        words = parse_scopes(scopes), parse_scopes(declined)
        return self.consents.allow(txn or self.ask(), BROWSER, person, self.profile.key, *words, epoch=epoch)

    def redeem(self, code: str) -> IssuedTokens:
        """The app redeems its code."""
        return self.issuing.redeem_code(code, REQUEST.client_id, REQUEST.redirect_uri, VERIFIER)

    def rotate(self, refresh_token: str) -> IssuedTokens:
        """The app exchanges its refresh token."""
        return self.issuing.rotate(refresh_token, REQUEST.client_id)

    def lets_in(self, tokens: IssuedTokens) -> bool:
        """Whether the access token works, or the refresh token gives another one that does."""
        sessions = self.world.sessions
        try:
            sessions.require_live(sessions.read_session(tokens.access_token, Door.OAUTH))
        except Refusal:
            pass
        else:
            return True
        try:
            return self.lets_in(self.rotate(tokens.refresh_token))
        except GrantRefused:
            return False

    def grant(self) -> Grant:
        """The only live grant."""
        (found,) = self.grants.list_of_person(7)
        return found
