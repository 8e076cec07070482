"""Who calls: the profile, the person and the session that met on one call. Nothing of it outlives the call (R23)."""

from __future__ import annotations

from dataclasses import dataclass

from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.previous_secret import Former
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_arithmetic import RateState
from affino_mcp.gate.sessions.sessions import Session

__all__ = ["Caller", "Person", "Profile", "RateState", "Session"]


@dataclass(frozen=True)
class Caller:
    """An admitted caller: what may be touched, who is acting, and what is left of the profile's budget.

    `former` is the secret that let the caller in, when it was not the current one.
    """

    profile: Profile
    person: Person
    session: Session
    rate: RateState
    former: Former | None = None

    @property
    def cursor_key(self) -> bytes:
        """The key that signs list cursors for this profile."""
        return self.profile.cursor_key
