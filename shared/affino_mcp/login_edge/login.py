"""Login behind the guard: the same for every way of asking and for every kind of instance."""

from __future__ import annotations

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.abuse.login_guard import LoginGuard
from affino_mcp.gate.abuse.token_guard import TokenGuard
from affino_mcp.gate.abuse.window_counters import ignore_unavailable
from affino_mcp.gate.people.password_check import WrongPassword, check_behind_guard
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.instance_errors import RefusedThere
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import LoginRefused, LoginSubject
from affino_mcp.login_edge.entrance import PasswordEntrance
from affino_mcp.login_edge.proof import OfferedCredentials
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class GuardedLogin:
    """Opens sessions through an entrance, and counts failed logins and unknown credentials."""

    def __init__(self, entrance: PasswordEntrance, db: Database, settings: Settings, clock: Clock) -> None:
        self.entrance = entrance
        self._guard, self._tokens = LoginGuard(db, settings, clock), TokenGuard(db, settings, clock)

    def open_session(
        self, profile: Profile | None, proof: OfferedCredentials, source: str, known: LoginSubject
    ) -> IssuedSession:
        """Opens a session for the person with this e-mail address and password.

        Raises LoginRefused: WRONG_LOGIN, TOO_MANY_FAILURES (too many failed logins from this source, or for this account by
        unknown sources), PERSON_DISABLED, or what an instance elsewhere says against the profile. Raises StoreUnavailable.
        """
        try:
            issued = check_behind_guard(
                self._guard, source, proof.email, lambda: self.entrance.open_session(profile, proof, known)
            )
        except WrongPassword as wrong:
            raise LoginRefused(answer.WRONG_LOGIN) from wrong
        except TooManyFailures as blocked:
            raise LoginRefused(answer.TOO_MANY_FAILURES, blocked.retry_after) from blocked
        except PersonInactive as inactive:
            raise LoginRefused(answer.PERSON_DISABLED) from inactive
        except RefusedThere as refused:
            raise LoginRefused(answer.refusal_fault(refused)) from refused
        known.session = issued.session.fingerprint
        return issued

    def count_stranger(self, source: str, fault: answer.LoginFault) -> LoginRefused:
        """Counts an unknown token or signature against its source.

        Gives the refusal: `fault`, or TOO_MANY_FAILURES after many.
        """
        wait = self.count_wrong_token(source)
        return LoginRefused(fault) if wait is None else LoginRefused(answer.TOO_MANY_FAILURES, wait)

    def count_wrong_token(self, source: str) -> float | None:
        """Counts an unknown token, code or secret against its source.

        Gives None below the limit, and when the count cannot be written; else the seconds to wait.
        """
        return ignore_unavailable(lambda: self._tokens.record_failure(source))
