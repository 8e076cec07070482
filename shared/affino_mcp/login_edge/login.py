"""Login: a signed request with an e-mail address and a password becomes a session (R18, R39-R41)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from affino_mcp import observability
from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.login_guard import LoginGuard
from affino_mcp.gate.passwords import Passwords
from affino_mcp.gate.people import People
from affino_mcp.gate.profile_reader import ProfileReader
from affino_mcp.gate.sessions import Sessions
from affino_mcp.gate.signatures_seen import SignaturesSeen
from affino_mcp.login_edge import answer
from affino_mcp.login_edge.answer import Known, LoginAnswer, LoginRefused
from affino_mcp.login_edge.proof import Proof, read
from affino_mcp.login_edge.request import MAX_BODY, LoginRequest
from affino_mcp.login_edge.signed_calls import SignedCalls
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, StoreUnavailable
from affino_mcp.store.secrets import Secrets

T = TypeVar("T")


class Login:
    """The login endpoint of one instance, apart from HTTP."""

    def __init__(self, db: Database, secrets: Secrets, settings: Settings, clock: Clock) -> None:
        seen = SignaturesSeen(db, settings, clock)
        self._signed = SignedCalls(ProfileReader(db, secrets, settings), seen, clock)
        self._people, self._passwords = People(db, settings, clock), Passwords(db, settings)
        self._sessions, self._guard = Sessions(db, settings, clock), LoginGuard(db, settings, clock)
        self._dbname = settings.instance

    def answer(self, request: LoginRequest) -> LoginAnswer:
        """The answer to one request: 200 with the tokens, or an error in Affino's shape.

        An unknown e-mail address and a wrong password are answered alike, after the same work. A right password is never
        refused for the wrong ones before it (R131). When a store does not answer: 503, and nobody is blamed.
        """
        known = Known()
        try:
            return self._attempt(request, known)
        except LoginRefused as refused:
            return answer.refused(refused.fault, known, refused.wait)
        except PersonInactive:
            return answer.refused(answer.PERSON_OFF, known)
        except StoreUnavailable:
            return answer.refused(answer.UNAVAILABLE, known, wait=1)

    def _attempt(self, request: LoginRequest, known: Known) -> LoginAnswer:
        profile = self._signed.verified(request, self._addressed(request), known)
        proof = read(request.body)
        known.user_code = self._people.code_of(proof.email)
        right = self._passwords.matches(known.user_code, proof.password)
        if known.user_code is None or not right:
            raise self._wrong(request.source, proof)
        issued = self._sessions.create(known.user_code, profile.key)
        known.session = issued.session.fingerprint
        _unless_down(lambda: self._guard.succeeded(request.source, proof.email))
        return answer.granted(issued, known)

    def _addressed(self, request: LoginRequest) -> str:
        """The URI that must have been signed."""
        if request.dbname is None or request.dbname.casefold() != self._dbname.casefold():
            raise LoginRefused(answer.NO_PATH)
        if request.method != "POST":
            raise LoginRefused(answer.NO_POST)
        if len(request.body) > MAX_BODY:
            raise LoginRefused(answer.BAD_BODY)
        if request.header("User-Agent") is None:
            raise LoginRefused(answer.NO_AGENT)
        return request.path.rstrip("/")

    def _wrong(self, source: str, proof: Proof) -> LoginRefused:
        wait = _unless_down(lambda: self._guard.failed(source, proof.email))
        return LoginRefused(answer.WRONG_LOGIN) if wait is None else LoginRefused(answer.BLOCKED, wait)


def _unless_down(work: Callable[[], T]) -> T | None:
    """The guard must never lock anybody out: when its counters do not answer, the login goes on and an alarm is told."""
    try:
        return work()
    except StoreUnavailable:
        observability.count("LoginGuardDown")
        return None
