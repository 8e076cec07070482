"""The admitted caller of one call: profile, person and session. It is not cached between calls."""

from __future__ import annotations

from dataclasses import dataclass

from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_arithmetic import RateState
from affino_mcp.gate.sessions.sessions import Session

__all__ = ["Caller", "Person", "Profile", "RateState", "Session"]


@dataclass(frozen=True)
class Caller:
    """An admitted caller: the profile, the person who acts, their session, and the profile's rate state.

    `former` is the previous secret when the caller used that one instead of the current secret.
    """

    profile: Profile
    person: Person
    session: Session
    rate: RateState
    former: PreviousSecret | None = None

    @property
    def cursor_key(self) -> bytes:
        """The key that signs list cursors for this profile."""
        return self.profile.cursor_key
