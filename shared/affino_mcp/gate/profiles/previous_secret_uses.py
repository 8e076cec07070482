"""Records who still uses a previous secret: one small row per person, so that operators can inform them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from affino_mcp.clock import Clock, iso, seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.previous_secret import Former
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.throttle import Lately
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Query, Span, StoreUnavailable, Update

KEPT: Final = timedelta(days=30)
EVERY: Final = 60
"""Seconds between two writes by one process for one person."""
MOST: Final = 100
_NOBODY: Final = "unknown"


@dataclass(frozen=True)
class FormerUse:
    """One person's latest use of a previous secret; `user_code` is None for an unknown token. `at` is ISO 8601."""

    at: str
    user_code: int | None
    name: str
    accepted: bool


class FormerUses:
    """Records and lists the uses of previous secrets. One per process, because it throttles its own writes."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lately = Lately(EVERY)

    def note(self, profile: Profile, former: Former, person: Person | None, *, accepted: bool) -> None:
        """Records a use of the previous secret now.

        Does nothing when the store is down; the call's answer stays the same.
        """
        who, now = str(person.user_code) if person else _NOBODY, self._clock()
        if not self._lately.lets((former.mark, who, accepted), seconds(now)):
            return
        use = {"at": iso(now), "name": person.name if person else "", "accepted": accepted}
        use |= {"user_code": person.user_code if person else None, "ttl": seconds(now + KEPT)}
        try:
            self._db.update(Update(self._table, row_keys.former_use(profile.key, former.mark, who), assign=use))
        except StoreUnavailable:
            return

    def of(self, profile: Profile) -> list[FormerUse]:
        """Gives the uses of the profile's previous secret since it was replaced, latest first, in one query."""
        if profile.former is None:
            return []
        span = Span(prefix=row_keys.former_uses(profile.former.mark))
        found = self._db.query(Query(self._table, row_keys.profile(profile.key).pk, span=span, limit=MOST)).items
        uses = [FormerUse(row["at"], row["user_code"], row["name"], row["accepted"]) for row in found]
        return sorted(uses, key=lambda use: use.at, reverse=True)
