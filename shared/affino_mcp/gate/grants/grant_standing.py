"""Whether tokens may be issued for a grant now: everything that the gate asks of a call, before the call."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.grants.grant_rows import Grant
from affino_mcp.gate.grants.refused_grant import GrantRefused, RefusalReason
from affino_mcp.gate.identity import grant_keys, row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile, ProfileReader
from affino_mcp.gate.profiles.secret_status import SecretStatus, secret_status
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item


class StandingGrant(NamedTuple):
    """A grant for which tokens may be issued, with its person's row, and when everything issued for it must be over."""

    grant: Grant
    person_row: Item
    ends: int


class GrantStandings:
    """Reads grants with their people and profiles."""

    def __init__(self, db: Database, reader: ProfileReader, settings: Settings, clock: Clock) -> None:
        self._db, self._reader, self._table, self._clock = db, reader, settings.gate_table, clock

    def require_standing(self, name: str) -> StandingGrant:
        """Gives the grant of this name, in three reads.

        Raises GrantRefused: the grant has ended; its person is disabled or was logged out everywhere; its profile is off, over
        or gone, not opened to the person, or has another secret. Raises StoreUnavailable.
        """
        grant, now = self.find(name), epoch_seconds(self._clock())
        if grant is None or not grant.is_live(now):
            raise GrantRefused(RefusalReason.GRANT_ENDED, grant)
        person_row = self._require_person(grant)
        profile = self._require_open_profile(grant, Person.from_json(person_row))
        return StandingGrant(grant, person_row, self._require_end(grant, profile, now))

    def find(self, name: str) -> Grant | None:
        """Gives the grant of this name, live or ended; None when there is none. Raises StoreUnavailable."""
        row = self._db.get(self._table, grant_keys.grant_key(name))
        return Grant.from_row(row) if row else None

    def _require_person(self, grant: Grant) -> Item:
        row = self._db.get(self._table, row_keys.person_key(grant.user_code))
        if row is None or not row["active"]:
            raise GrantRefused(RefusalReason.PERSON_DISABLED, grant)
        if row.get("epoch", 0) != grant.epoch:
            raise GrantRefused(RefusalReason.LOGGED_OUT, grant)
        return row

    def _require_open_profile(self, grant: Grant, person: Person) -> Profile:
        state = self._reader.read_current(grant.profile)
        if state is None or not state.is_open(self._clock()):
            raise GrantRefused(RefusalReason.PROFILE_CLOSED, grant)
        if state.profile.terms.find_person_refusal(person, connected=True):
            raise GrantRefused(RefusalReason.NOT_OPENED, grant)
        return state.profile

    def _require_end(self, grant: Grant, profile: Profile, now: int) -> int:
        """When everything issued for the grant must be over: with the grant, or with the overlap of its profile's secret."""
        status, former, ends = secret_status(profile, grant.secret_digest, self._clock()), profile.former, 0
        if status is SecretStatus.CURRENT:
            ends = grant.expires
        elif status is SecretStatus.OVERLAPPING and former is not None:
            ends = min(grant.expires, epoch_seconds(datetime.fromisoformat(former.until)))
        if ends <= now:
            raise GrantRefused(RefusalReason.SECRET_REPLACED, grant)
        return ends
