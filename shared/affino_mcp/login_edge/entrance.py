"""The password entrance: opens, refreshes and reads sessions; one implementation for each kind of instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from affino_mcp.clock import Clock
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_check import prove_password
from affino_mcp.gate.people.passwords import UNUSED_USER_CODE, Passwords
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.refresh_tokens import RefreshTokens
from affino_mcp.gate.sessions.session_rows import IssuedSession
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.login_edge.answer import LoginSubject
from affino_mcp.login_edge.proof import OfferedCredentials
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class PasswordEntrance(Protocol):
    """Opens sessions of people. Every method may raise StoreUnavailable, which counts as no failed login."""

    def open_session(self, profile: Profile | None, proof: OfferedCredentials, known: LoginSubject) -> IssuedSession:
        """Opens a new session of the person who proves it; notes in `known` who is meant.

        Without a profile (at the Hub) the session has none. Raises WrongPassword, PersonInactive.
        """

    def refresh_session(self, profile: Profile, access: str, refresh: str) -> IssuedSession:
        """Gives a new pair of tokens for this one. Raises SessionUnknown, SessionExpired, PersonInactive."""

    def read_user(self, profile: Profile, access: str) -> Mapping[str, Any]:
        """Gives the basic user record of a live session. Raises SessionUnknown, SessionExpired, PersonInactive."""


class BuiltinPasswordEntrance:
    """The entrance of the builtin instance, with its own people and passwords."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings = db, settings
        self._people, self._passwords = People(db, settings, clock), Passwords(db, settings)
        self._sessions, self._refreshes = Sessions(db, settings, clock), RefreshTokens(db, settings, clock)

    def open_session(self, profile: Profile | None, proof: OfferedCredentials, known: LoginSubject) -> IssuedSession:
        """See PasswordEntrance. An unknown address takes the same work as a wrong password."""
        known.user_code = self._people.find_user_code(proof.email)
        row = prove_password(self._db, self._settings, self._passwords, known.user_code, proof.password)
        epoch = None if row is None else row["epoch"]
        return self._sessions.create_session(known.user_code or UNUSED_USER_CODE, profile.key if profile else "", epoch)

    def refresh_session(self, profile: Profile, access: str, refresh: str) -> IssuedSession:  # noqa: ARG002 (the instance's own)
        """See PasswordEntrance."""
        return self._refreshes.rotate_tokens(access, refresh)

    def read_user(self, profile: Profile, access: str) -> Mapping[str, Any]:  # noqa: ARG002
        """See PasswordEntrance."""
        return user_record(self._sessions.resolve_token(access)[1])


def user_record(person: Person) -> dict[str, Any]:
    """Gives the user record of a person, as `GET /user` answers it."""
    first, _, last = person.name.rpartition(" ")
    return {
        "UserCode": str(person.user_code),
        "FirstName": first,
        "LastName": last,
        "Email": person.email,
        "SecurityGroups": list(person.groups),
    }
