"""The rate limit on the profile's row: one conditional write that also asks whether the profile is on and current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from affino_mcp.clock import Clock, microseconds
from affino_mcp.errors import BadCredentials, ProfileDisabled, RateLimited
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles import profile_usage
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.profiles.rate_arithmetic import SECOND, Limit, RateState
from affino_mcp.settings import Settings
from affino_mcp.store.ops import (
    Compare,
    ConditionFailed,
    Database,
    Item,
    TransactionFailed,
    Update,
    all_of,
    equals,
)

TURNS = 6
"""How often a charge is tried while others change the row; then it is refused (fail closed)."""


class Superseded(Exception):
    """The row names another version of the profile than the one at hand."""

    def __init__(self, version: str) -> None:
        super().__init__("superseded")
        self.version = version


@dataclass(frozen=True)
class Charge:
    """What a call has taken from the budget (nothing, for a handshake), when, and what is left."""

    units: int
    at: int
    rate: RateState


class _Denial(NamedTuple):
    version: str
    since: int
    until: int
    tat: int


def limit_of(profile: Profile) -> Limit:
    """The profile's limit."""
    return Limit(profile.rate, profile.burst)


def spend(table: str, profile: Profile, tat: int, now: int, over: Sequence[str] = ()) -> Update:
    """The write that takes one unit if the profile is on, at this version and within its limit; it counts the call too.

    There are two forms, for a bucket in use and for an empty one; `tat` is a guess that chooses between them. `over` are
    counters of past days to drop.
    """
    limit, used, counted = limit_of(profile), {profile_usage.USED: now}, {profile_usage.counter(now): 1}
    current, place = (equals("enabled", value=True), equals("version", profile.version)), row_keys.profile(profile.key)
    if tat < now:
        empty = all_of(*current, Compare("tat", "<", now))
        return Update(table, place, used | {"tat": now + limit.interval}, counted, over, empty)
    fits = all_of(*current, Compare("tat", ">=", now), Compare("tat", "<=", now + limit.room))
    return Update(table, place, used, counted | {"tat": limit.interval}, over, fits)


class Meter:
    """Takes units of budget from profiles' rows.

    One per process: it remembers each bucket, to guess the right form of the write, and a denial for at most a second,
    so that a hammering client costs no writes.
    """

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._tats: dict[str, int] = {}
        self._over: dict[str, tuple[str, ...]] = {}
        self._denials: dict[str, _Denial] = {}

    def refuse_known(self, profile: Profile) -> None:
        """Raises RateLimited when this version was denied here less than a second ago and must still wait."""
        denial = self._denials.get(profile.key)
        now = microseconds(self._clock())
        if denial and denial.version == profile.version and denial.since <= now < denial.until:
            raise _limited(profile, limit_of(profile).wait(denial.tat, now))

    def charge(self, profile: Profile) -> Charge:
        """Take one unit.

        Raises ProfileDisabled, RateLimited, Superseded, BadCredentials (the profile is gone), StoreUnavailable.
        """
        now = microseconds(self._clock())
        tat = self._tats.get(profile.key, 0)
        for _ in range(TURNS):
            try:
                row = self._db.update(spend(self._table, profile, tat, now, self._over.get(profile.key, ())))
            except ConditionFailed as failed:
                tat = self._judged(profile, failed.item, now)
            except TransactionFailed:
                continue
            else:
                self._tats[profile.key], self._over[profile.key] = row["tat"], profile_usage.over(row, now)
                return Charge(1, now, limit_of(profile).state(row["tat"], now))
        raise _limited(profile, limit_of(profile).interval)

    def look(self, profile: Profile) -> Charge:
        """The profile's rate without taking anything; raises like `charge`, but never RateLimited."""
        row = check(profile, self._db.get(self._table, row_keys.profile(profile.key)))
        now = microseconds(self._clock())
        return Charge(0, now, limit_of(profile).state(row["tat"], now))

    def refund(self, profile: Profile, charge: Charge) -> None:
        """Give back what was taken, less what has drained since.

        However many charges and refunds interleave, what remains is never less than what the calls that were granted
        have used: without this call the bucket may have been empty since, and an empty bucket drains no further.
        """
        now = microseconds(self._clock())
        unused = charge.units * limit_of(profile).interval - max(0, now - charge.at)
        if unused <= 0:
            return
        in_use = Compare("tat", ">", now)
        refund = Update(self._table, row_keys.profile(profile.key), add={"tat": -unused}, condition=in_use)
        self._denials.pop(profile.key, None)
        for _ in range(TURNS):
            try:
                self._tats[profile.key] = self._db.update(refund)["tat"]
            except ConditionFailed:
                return
            except TransactionFailed:
                continue
            return

    def _judged(self, profile: Profile, item: Item | None, now: int) -> int:
        """Why the write failed: raises, or answers the bucket so that the other form is tried."""
        row = check(profile, item or self._db.get(self._table, row_keys.profile(profile.key)))
        tat: int = row["tat"]
        self._tats[profile.key] = tat
        wait = limit_of(profile).wait(tat, now)
        if wait:
            self._denials[profile.key] = _Denial(profile.version, now, now + min(wait, SECOND), tat)
            raise _limited(profile, wait)
        return tat


def check(profile: Profile, row: Item | None) -> Item:
    """The row, if the profile is there, at this version and on; raises BadCredentials, Superseded, ProfileDisabled.

    The version comes first: whoever holds a secret that is no longer valid learns nothing about the switch.
    """
    if row is None:
        raise BadCredentials
    if row["version"] != profile.version:
        raise Superseded(row["version"])
    if not row["enabled"]:
        raise ProfileDisabled
    return row


def _limited(profile: Profile, wait: int) -> RateLimited:
    return RateLimited(retry_after=wait / SECOND, limit=profile.rate)
