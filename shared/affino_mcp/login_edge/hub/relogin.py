"""Relogin links at the Hub: checks a link, and revives the session of the client that waits."""

from __future__ import annotations

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.relogin import ReloginOffer, SessionRevivals
from affino_mcp.gate.sessions.session_rows import Session
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class HubRelogin:
    """Accepts links that were made with the profile's secret."""

    def __init__(self, db: Database, reader: ProfileReader, settings: Settings, clock: Clock) -> None:
        self._reader, self._clock, self._revivals = reader, clock, SessionRevivals(db, settings, clock)

    def offering_profile(self, link: str) -> Profile | None:
        """Gives the profile of a link.

        None when the link is invalid or expired, or the profile disabled, expired or without relogin.
        """
        offer = ReloginOffer.from_link(link)
        state = self._reader.read_current(offer.key) if offer else None
        if offer is None or state is None or not state.is_open(self._clock()):
            return None
        return state.profile if offer.is_valid(state.profile, epoch_seconds(self._clock())) else None

    def revive_session(self, user_code: int, link: str) -> Session | None:
        """Gives the revived session; None when the link is not valid for this person."""
        offer = ReloginOffer.from_link(link)
        try:
            return self._revivals.revive_session(user_code, offer) if offer and self.offering_profile(link) else None
        except PersonInactive:
            return None
