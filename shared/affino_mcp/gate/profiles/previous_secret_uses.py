"""Records who still uses a previous secret: one small row per person, so that operators can inform them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from affino_mcp.clock import Clock, Throttle, epoch_seconds, format_iso
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.previous_secret import PreviousSecret
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Query, SortSpan, Update
from affino_mcp.value_class import value_class

USE_RETENTION: Final = timedelta(days=30)
USE_NOTE_INTERVAL_SECONDS: Final = 60
"""Seconds between two writes by one process for one person."""
MAX_LISTED_USES: Final = 100
_UNKNOWN_PERSON: Final = "unknown"


@value_class
class PreviousSecretUse:
    """One person's latest use of a previous secret; `user_code` is None for an unknown token. `at` is ISO 8601."""

    at: str
    user_code: int | None
    name: str
    accepted: bool


class PreviousSecretUses:
    """Records and lists the uses of previous secrets. One per process, because it throttles its own writes."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lately = Throttle(USE_NOTE_INTERVAL_SECONDS)

    def note_use(self, profile: Profile, former: PreviousSecret, person: Person | None, *, accepted: bool) -> None:
        """Records a use of the previous secret now.

        Does nothing when the store is down; the call's answer stays the same.
        """
        who, now = str(person.user_code) if person else _UNKNOWN_PERSON, self._clock()
        if not self._lately.allow((former.fingerprint, who, accepted), epoch_seconds(now)):
            return
        use = {"at": format_iso(now), "name": person.name if person else "", "accepted": accepted}
        use |= {"user_code": person.user_code if person else None, "ttl": epoch_seconds(now + USE_RETENTION)}
        try:
            self._db.update(
                Update(self._table, row_keys.previous_secret_use_key(profile.key, former.fingerprint, who), assign=use)
            )
        except StoreUnavailable:
            return

    def list_uses(self, profile: Profile) -> list[PreviousSecretUse]:
        """Gives the uses of the profile's previous secret since it was replaced, latest first, in one query."""
        if profile.former is None:
            return []
        span = SortSpan(prefix=row_keys.previous_secret_use_prefix(profile.former.fingerprint))
        found = self._db.query(
            Query(self._table, row_keys.profile_key(profile.key).pk, span=span, limit=MAX_LISTED_USES)
        ).items
        uses = [PreviousSecretUse(row["at"], row["user_code"], row["name"], row["accepted"]) for row in found]
        return sorted(uses, key=lambda use: use.at, reverse=True)
