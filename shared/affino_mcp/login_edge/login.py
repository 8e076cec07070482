"""Login behind the login guard, the same for REST and Hub and for every kind of instance."""

from __future__ import annotations

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.abuse.login_guard import Attempt, LoginGuard, after
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.gate.abuse.window_counters import unless_down
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.session_rows import Issued
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Known, LoginRefused
from affino_mcp.login_edge.entrance import Entrance, WrongProof
from affino_mcp.login_edge.proof import Proof
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, StoreUnavailable


class Login:
    """Opens sessions through an entrance, and counts failed logins and unknown credentials."""

    def __init__(self, entrance: Entrance, db: Database, settings: Settings, clock: Clock) -> None:
        self.entrance = entrance
        self._guard, self._tokens = LoginGuard(db, settings, clock), TokenGuard(db, settings, clock)

    def enter(self, profile: Profile | None, proof: Proof, source: str, known: Known) -> Issued:
        """Opens a session for the person with this e-mail address and password.

        Raises LoginRefused: WRONG_LOGIN, BLOCKED (too many failed logins from this source, or for this account by
        unknown sources), PERSON_OFF. Raises StoreUnavailable.
        """
        attempt = self._begun(source, proof.email)
        try:
            issued = self.entrance.enter(profile, proof, known)
        except WrongProof as wrong:
            raise self._wrong(attempt, wrong.wait) from wrong
        except PersonInactive as inactive:
            after(attempt, self._guard.succeeded)
            raise LoginRefused(answer.PERSON_OFF) from inactive
        except StoreUnavailable:
            after(attempt, self._guard.released)
            raise
        known.session = issued.session.fingerprint
        after(attempt, self._guard.succeeded)
        return issued

    def stranger(self, source: str, fault: answer.Fault) -> LoginRefused:
        """Counts an unknown token or signature against its source.

        Gives the refusal: `fault`, or BLOCKED after many.
        """
        wait = unless_down(lambda: self._tokens.failed(source))
        return LoginRefused(fault) if wait is None else LoginRefused(answer.BLOCKED, wait)

    def _begun(self, source: str, email: str) -> Attempt | None:
        try:
            return unless_down(lambda: self._guard.begin(source, email))
        except TooManyFailures as blocked:
            raise LoginRefused(answer.BLOCKED, blocked.retry_after) from None

    def _wrong(self, attempt: Attempt | None, theirs: int) -> LoginRefused:
        ours = after(attempt, self._guard.failed)
        wait = max(ours or 0, theirs)
        return LoginRefused(answer.BLOCKED, wait) if wait else LoginRefused(answer.WRONG_LOGIN)
