"""The rate limit: its arithmetic (GCRA), and the one conditional write on the profile's row that applies it.

The same write checks that the profile is on and current.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from affino_mcp.clock import SECOND_MICROSECONDS, Clock, epoch_microseconds
from affino_mcp.errors import BadCredentials, ProfileDisabled, RateLimited
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.profiles.profile import LAST_USED_ATTRIBUTE, Profile, day_counter, past_day_counters
from affino_mcp.settings import Settings
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable, TransactionFailed
from affino_mcp.store.ops import Compare, Database, Item, Update, all_of, equals
from affino_mcp.value_class import value_class

MINUTE_MICROSECONDS = 60_000_000
MAX_CHARGE_ATTEMPTS = 6
"""How often a charge is tried while other processes change the row; after that it is refused (fail closed)."""


@value_class
class RateState:
    """The limit as callers see it: calls per minute, calls left at this moment, seconds until one more is allowed."""

    limit: int
    remaining: int
    reset_seconds: int


@value_class
class RateLimit:
    """`rate` calls per minute, `burst` at once."""

    rate: int
    burst: int

    @property
    def interval(self) -> int:
        """Microseconds that one call adds to the bucket."""
        return -(-MINUTE_MICROSECONDS // self.rate)

    @property
    def max_lead(self) -> int:
        """The most microseconds that `tat` may be ahead of now for one more call to fit."""
        return (self.burst - 1) * self.interval

    def wait_microseconds(self, tat: int, now: int) -> int:
        """Gives the microseconds until one call fits; 0 when it fits now."""
        return max(0, tat - now - self.max_lead)

    def remaining_calls(self, tat: int, now: int) -> int:
        """Gives the number of calls that fit now."""
        ahead = max(0, tat - now)
        return max(0, (self.max_lead + self.interval - ahead) // self.interval)

    def rate_state(self, tat: int, now: int) -> RateState:
        """Gives the limit's state for callers."""
        left = self.remaining_calls(tat, now)
        ahead = max(0, tat - now)
        more = 0 if left >= self.burst else ahead - self.max_lead + left * self.interval
        return RateState(self.rate, left, -(-more // SECOND_MICROSECONDS))

    def convert_bucket(self, tat: int, now: int, to: RateLimit) -> int:
        """Gives the `tat` under another limit: with the same number of calls used, at most the whole burst."""
        used = -(-max(0, tat - now) // self.interval)
        return now + min(used, to.burst) * to.interval if used else tat


def default_burst(rate: int) -> int:
    """Gives the default burst: a tenth of the rate, at least ten."""
    return max(10, rate // 10)


def follow_rate(burst: int, rate: int, new_rate: int) -> int:
    """Gives the burst after a change of the rate: a default burst becomes the new rate's default, any other stays."""
    return default_burst(new_rate) if burst == default_burst(rate) else burst


class ProfileSuperseded(Exception):
    """The row names another version of the profile than the caller of the meter has."""

    def __init__(self, version: str) -> None:
        super().__init__("superseded")
        self.version = version


@value_class
class RateCharge:
    """The units that a call has taken from the budget (0 for a handshake), when it took them, and the rate after it."""

    units: int
    at: int
    rate: RateState


class _RateDenial(NamedTuple):
    version: str
    since: int
    until: int
    tat: int


def profile_rate_limit(profile: Profile) -> RateLimit:
    """Gives the profile's rate limit."""
    return RateLimit(profile.rate, profile.burst)


def charge_update(table: str, profile: Profile, tat: int, now: int, over: Sequence[str] = ()) -> Update:
    """Makes the write that takes one unit and counts the call if the profile is enabled, current and within its limit.

    The write has two forms, for a bucket in use and for an empty one; `tat` is a guess that chooses between them.
    `over` are counters of past days to remove.
    """
    limit, used, counted = (
        profile_rate_limit(profile),
        {LAST_USED_ATTRIBUTE: now},
        {day_counter(now): 1},
    )
    current, place = (
        (equals("enabled", value=True), equals("version", profile.version)),
        row_keys.profile_key(profile.key),
    )
    if tat < now:
        empty = all_of(*current, Compare("tat", "<", now))
        return Update(table, place, used | {"tat": now + limit.interval}, counted, over, empty)
    fits = all_of(*current, Compare("tat", ">=", now), Compare("tat", "<=", now + limit.max_lead))
    return Update(table, place, used, counted | {"tat": limit.interval}, over, fits)


class RateMeter:
    """Takes units of budget from profiles' rows.

    One per process: it caches each bucket, to guess the right form of the write, and each denial for at most a second,
    so that a client that calls too often costs no writes.
    """

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._tats: dict[str, int] = {}
        self._over: dict[str, tuple[str, ...]] = {}
        self._denials: dict[str, _RateDenial] = {}

    def refuse_while_denied(self, profile: Profile) -> None:
        """Raises RateLimited when this version was denied here less than a second ago and must still wait."""
        denial = self._denials.get(profile.key)
        now = epoch_microseconds(self._clock())
        if denial and denial.version == profile.version and denial.since <= now < denial.until:
            raise _rate_limited(profile, profile_rate_limit(profile).wait_microseconds(denial.tat, now))

    def charge_call(self, profile: Profile) -> RateCharge:
        """Takes one unit.

        Raises ProfileDisabled, RateLimited, Superseded, BadCredentials (the profile is gone), StoreUnavailable.
        """
        now = epoch_microseconds(self._clock())
        tat = self._tats.get(profile.key, 0)
        for _ in range(MAX_CHARGE_ATTEMPTS):
            try:
                row = self._db.update(charge_update(self._table, profile, tat, now, self._over.get(profile.key, ())))
            except ConditionFailed as failed:
                tat = self._judge_failure(profile, failed.item, now)
            except TransactionFailed:
                continue
            else:
                self._tats[profile.key], self._over[profile.key] = row["tat"], past_day_counters(row, now)
                return RateCharge(1, now, profile_rate_limit(profile).rate_state(row["tat"], now))
        raise _rate_limited(profile, profile_rate_limit(profile).interval)

    def charge_items(self, profile: Profile, units: int) -> None:
        """Takes further units for the items of a call that was charged as one, whether they fit or not.

        The calls after it wait until they have drained. Raises StoreUnavailable when they cannot be taken.
        """
        now, cost = epoch_microseconds(self._clock()), units * profile_rate_limit(profile).interval
        place = row_keys.profile_key(profile.key)
        used = Update(self._table, place, add={"tat": cost}, condition=Compare("tat", ">=", now))
        empty = Update(self._table, place, {"tat": now + cost}, condition=Compare("tat", "<", now))
        for charge in (used, empty) * MAX_CHARGE_ATTEMPTS:
            try:
                self._tats[profile.key] = self._db.update(charge)["tat"]
            except (ConditionFailed, TransactionFailed):
                continue
            return
        raise StoreUnavailable

    def read_rate(self, profile: Profile) -> RateCharge:
        """Reads the profile's rate without taking a unit; raises like `charge_call`, but never RateLimited."""
        row = require_current_row(profile, self._db.get(self._table, row_keys.profile_key(profile.key)))
        now = epoch_microseconds(self._clock())
        return RateCharge(0, now, profile_rate_limit(profile).rate_state(row["tat"], now))

    def refund_charge(self, profile: Profile, charge: RateCharge) -> None:
        """Gives back the charge, less the time since it was taken.

        The bucket never holds less than the granted calls have used, however charges and refunds interleave: without
        this charge the bucket may have been empty in between, and an empty bucket does not drain.
        """
        now = epoch_microseconds(self._clock())
        unused = charge.units * profile_rate_limit(profile).interval - max(0, now - charge.at)
        if unused <= 0:
            return
        in_use = Compare("tat", ">", now)
        refund = Update(self._table, row_keys.profile_key(profile.key), add={"tat": -unused}, condition=in_use)
        self._denials.pop(profile.key, None)
        for _ in range(MAX_CHARGE_ATTEMPTS):
            try:
                self._tats[profile.key] = self._db.update(refund)["tat"]
            except ConditionFailed:
                return
            except TransactionFailed:
                continue
            return

    def _judge_failure(self, profile: Profile, item: Item | None, now: int) -> int:
        """Finds out why the write failed: raises the refusal, or gives the `tat` for trying the other form."""
        row = require_current_row(profile, item or self._db.get(self._table, row_keys.profile_key(profile.key)))
        tat: int = row["tat"]
        self._tats[profile.key] = tat
        wait = profile_rate_limit(profile).wait_microseconds(tat, now)
        if wait:
            self._denials[profile.key] = _RateDenial(profile.version, now, now + min(wait, SECOND_MICROSECONDS), tat)
            raise _rate_limited(profile, wait)
        return tat


def require_current_row(profile: Profile, row: Item | None) -> Item:
    """Gives the row, if it exists, has this version and is enabled; raises BadCredentials, Superseded, ProfileDisabled.

    The version is checked first, so that the holder of an old secret does not learn whether the profile is enabled.
    """
    if row is None:
        raise BadCredentials
    if row["version"] != profile.version:
        raise ProfileSuperseded(row["version"])
    if not row["enabled"]:
        raise ProfileDisabled
    return row


def _rate_limited(profile: Profile, wait: int) -> RateLimited:
    return RateLimited(retry_after=wait / SECOND_MICROSECONDS, limit=profile.rate)
