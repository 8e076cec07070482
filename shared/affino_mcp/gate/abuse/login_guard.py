"""The login guard: slows down guessing.

Never refuses a right password while an account has under 100 failures in a row. Below 100 consecutive failures every
login is verified; the counts only decide how a *failed* one is answered. From 100 failures on, sources without a recent
successful login must wait before an attempt; known sources go on as before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import TooManyFailures
from affino_mcp.gate.abuse.client_network import account, network
from affino_mcp.gate.abuse.window_counters import counted, unless_down
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.ops import (
    Compare,
    ConditionFailed,
    Database,
    Item,
    Update,
    absent,
    any_of,
    equals,
)

T = TypeVar("T")

MOST: Final = 10
WINDOW: Final = 15 * 60
"""The window, in seconds, in which one account and one source may have MOST failed logins before they must wait."""
DAY: Final = 24 * 3600
MOST_A_DAY: Final = {24: 1000, 32: 100}
"""Failed logins a day of one source for any account: of an IPv4 /24, and of an address (an IPv6 /64 is an address)."""
LONGEST_WAIT: Final = 3600
CONSECUTIVE: Final = 100
"""Consecutive failed logins for one account (NIST SP 800-63B) from which on unknown sources must wait."""
SHORTEST_WAIT: Final = 30
KNOWN: Final = 30 * DAY
"""Seconds for which a source is known after a successful login."""
_TURNS: Final = 12


@dataclass(frozen=True)
class Attempt:
    """One login attempt. `reserved` is true if it is already counted as a failure."""

    source: str
    account: str
    pair: Item = field(repr=False)
    failures: int
    reserved: bool


class LoginGuard:
    """Called before and after every login.

    Every method may raise StoreUnavailable; the login then goes on unguarded.
    """

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def begin(self, source: str, email: str) -> Attempt:
        """Begins an attempt, before the password check.

        Raises TooManyFailures with the wait, only from 100 failures in a row.
        """
        who, where = account(email), network(source)
        places = row_keys.guard(where, who), row_keys.guard_account(who)
        found = self._db.get_many(self._table, places)
        pair, failures = found.get(places[0], {}), found.get(places[1], {})
        known = pair.get("good", 0) > self._now() - KNOWN and pair.get("misses", 0) < CONSECUTIVE
        if not known:
            self._reserve(who, failures)
        return Attempt(source, who, pair, failures.get("count", 0), reserved=not known)

    def failed(self, attempt: Attempt) -> int | None:
        """Records a wrong password. Gives None while another attempt is allowed, else the seconds to wait."""
        now, kept = self._now(), attempt.pair.get("good", 0) + KNOWN
        place = row_keys.guard(network(attempt.source), attempt.account)
        pair = counted(self._db, self._table, place, WINDOW, now, kept=kept, also={"misses": 1})
        if not attempt.reserved:
            self._db.update(self._failure(attempt.account, now))
        waits = [pair["since"] + WINDOW - now] if pair["count"] > MOST else []
        for where, most in {network(attempt.source, bits): most for bits, most in MOST_A_DAY.items()}.items():
            row = counted(self._db, self._table, row_keys.guard_source(where), DAY, now)
            waits += [min(row["since"] + DAY - now, LONGEST_WAIT)] if row["count"] > most else []
        return max(waits, default=None)

    def succeeded(self, attempt: Attempt) -> None:
        """Records a right password: clears the counts of the pair and the account, and makes the source known."""
        now, pair = self._now(), attempt.pair
        if pair.get("good", 0) < now - DAY or pair.get("count") or pair.get("misses"):
            clear = {"count": 0, "misses": 0, "good": now, "ttl": now + KNOWN}
            self._db.update(Update(self._table, row_keys.guard(network(attempt.source), attempt.account), assign=clear))
        if attempt.reserved or attempt.failures:
            self._settle(attempt, {"count": 0}, {})

    def released(self, attempt: Attempt) -> None:
        """Takes back the reservation of an attempt whose password could not be checked."""
        if attempt.reserved:
            self._settle(attempt, {}, {"count": -1})

    def _reserve(self, who: str, row: Item) -> None:
        """Counts the attempt as a failure before it is made, so that parallel attempts cannot exceed the limit."""
        now = self._now()
        for _ in range(_TURNS):
            count, at = row.get("count", 0), row.get("at", 0)
            wait = at + waiting(count) - now
            if wait > 0:
                raise TooManyFailures(retry_after=wait)
            try:
                self._db.update(self._failure(who, now, count))
            except ConditionFailed as failed:
                row = failed.item or {}
            else:
                return
        raise TooManyFailures(retry_after=1)

    def _failure(self, who: str, now: int, seen: int | None = None) -> Update:
        free = any_of(absent("count"), Compare("count", "<", CONSECUTIVE))
        condition = None if seen is None else equals("count", seen) if seen >= CONSECUTIVE else free
        times = {"at": now, "ttl": now + KNOWN}
        return Update(self._table, row_keys.guard_account(who), assign=times, add={"count": 1}, condition=condition)

    def _settle(self, attempt: Attempt, assign: dict[str, int], add: dict[str, int]) -> None:
        place, counting = row_keys.guard_account(attempt.account), Compare("count", ">", 0)
        try:
            self._db.update(Update(self._table, place, assign=assign, add=add, condition=counting))
        except ConditionFailed:
            return

    def _now(self) -> int:
        return seconds(self._clock())


def after(attempt: Attempt | None, tell: Callable[[Attempt], T]) -> T | None:
    """Reports the outcome of an attempt to the guard; does nothing without an attempt or when the store is down."""
    return None if attempt is None else unless_down(lambda: tell(attempt))


def waiting(failures: int) -> int:
    """Seconds that unknown sources wait after so many failures in a row: 0 below 100, then 30, 60, 120 ... 3,600."""
    over = failures - CONSECUTIVE
    return 0 if over < 0 else min(SHORTEST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)
