"""Login behind the guard: the same for every way of asking and for every kind of instance."""

from __future__ import annotations

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.abuse.login_guard import LoginGuard
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.gate.abuse.window_counters import unless_down
from affino_mcp.gate.people.password_check import WrongPassword, check_behind_guard
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.session_rows import Issued
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Known, LoginRefused
from affino_mcp.login_edge.entrance import Entrance
from affino_mcp.login_edge.proof import Proof
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


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
        try:
            issued = check_behind_guard(
                self._guard, source, proof.email, lambda: self.entrance.enter(profile, proof, known)
            )
        except WrongPassword as wrong:
            raise LoginRefused(answer.WRONG_LOGIN) from wrong
        except TooManyFailures as blocked:
            raise LoginRefused(answer.BLOCKED, blocked.retry_after) from blocked
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_OFF) from inactive
        known.session = issued.session.fingerprint
        return issued

    def stranger(self, source: str, fault: answer.Fault) -> LoginRefused:
        """Counts an unknown token or signature against its source.

        Gives the refusal: `fault`, or BLOCKED after many.
        """
        wait = unless_down(lambda: self._tokens.failed(source))
        return LoginRefused(fault) if wait is None else LoginRefused(answer.BLOCKED, wait)
