"""The password entrance: opens, refreshes and reads sessions; one implementation for each kind of instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from affino_mcp.clock import Clock
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_check import prove_password
from affino_mcp.gate.people.passwords import NOBODY, Passwords
from affino_mcp.gate.people.people import People
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions.refresh_tokens import Refreshes
from affino_mcp.gate.sessions.session_rows import Issued
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.login_edge.answer import Known
from affino_mcp.login_edge.proof import Proof
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class Entrance(Protocol):
    """Opens sessions of people. Every method may raise StoreUnavailable, which counts as no failed login."""

    def enter(self, profile: Profile | None, proof: Proof, known: Known) -> Issued:
        """A new session for the person who proves it; notes in `known` who is meant. Raises WrongPassword, PersonInactive.

        Raises WrongProof, PersonInactive. Without a profile (at the Hub) the session has none.
        """

    def refresh(self, profile: Profile, access: str, refresh: str) -> Issued:
        """Gives a new pair of tokens for this one. Raises SessionUnknown, SessionExpired, PersonInactive."""

    def user(self, profile: Profile, access: str) -> Mapping[str, Any]:
        """Gives the basic user record of a live session. Raises SessionUnknown, SessionExpired, PersonInactive."""


class BuiltinEntrance:
    """The entrance of the builtin instance, with its own people and passwords."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings = db, settings
        self._people, self._passwords = People(db, settings, clock), Passwords(db, settings)
        self._sessions, self._refreshes = Sessions(db, settings, clock), Refreshes(db, settings, clock)

    def enter(self, profile: Profile | None, proof: Proof, known: Known) -> Issued:
        """See Entrance. An unknown address takes the same work as a wrong password."""
        known.user_code = self._people.code_of(proof.email)
        row = prove_password(self._db, self._settings, self._passwords, known.user_code, proof.password)
        epoch = None if row is None else row["epoch"]
        return self._sessions.create(known.user_code or NOBODY, profile.key if profile else "", epoch)

    def refresh(self, profile: Profile, access: str, refresh: str) -> Issued:  # noqa: ARG002 (the instance's own)
        """See Entrance."""
        return self._refreshes.rotate(access, refresh)

    def user(self, profile: Profile, access: str) -> Mapping[str, Any]:  # noqa: ARG002
        """See Entrance."""
        return user_record(self._sessions.resolve(access)[1])


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
