"""The login guard: slows down guessing.

Never refuses a right password while an account has under 100 failures in a row. Below 100 consecutive failures every
login is verified; the counts only decide how a *failed* one is answered. From 100 failures on, sources without a recent
successful login must wait before an attempt; known sources go on as before.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import field
from typing import Final, TypeVar

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import TooManyFailures
from affino_mcp.gate.abuse.client_network import account_key, client_network
from affino_mcp.gate.abuse.login_notices import NOBODY, MeantPerson, make_login_notice
from affino_mcp.gate.abuse.window_counters import count_in_window, count_once, ignore_unavailable
from affino_mcp.gate.identity import row_keys
from affino_mcp.notices.notice import try_store_notice
from affino_mcp.settings import Settings
from affino_mcp.store.conditions import condition_holds
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable, TransactionFailed, Unanswered
from affino_mcp.store.ops import Compare, Condition, Database, Item, Update, absent, any_of, equals
from affino_mcp.value_class import value_class

T = TypeVar("T")

MAX_PAIR_FAILURES: Final = 10
PAIR_WINDOW_SECONDS: Final = 15 * 60
"""The window, in seconds, in which one account and one source may have MAX_PAIR_FAILURES failed logins before they must wait."""
DAY_SECONDS: Final = 24 * 3600
MAX_DAILY_FAILURES_BY_PREFIX: Final = {24: 1000, 32: 100}
"""Failed logins a day of one source for any account: of an IPv4 /24, and of an address (an IPv6 /64 is an address)."""
MAX_WAIT_SECONDS: Final = 3600
MAX_CONSECUTIVE_FAILURES: Final = 100
"""Consecutive failed logins for one account (NIST SP 800-63B) from which on unknown sources must wait."""
MIN_WAIT_SECONDS: Final = 30
KNOWN_SOURCE_SECONDS: Final = 30 * DAY_SECONDS
"""Seconds for which a source is known after a successful login."""
_MAX_RESERVE_ATTEMPTS: Final = 12
_MAX_SETTLE_ATTEMPTS: Final = 3
_COUNTING: Final = Compare("count", ">", 0)


@value_class
class LoginAttempt:
    """One login attempt. `reserved` is True if it is counted as a failure already, None if that is not known."""

    source: str
    account: str
    pair: Item = field(repr=False)
    failures: int
    reserved: bool | None


class LoginGuard:
    """Called before and after every login.

    Every method may raise StoreUnavailable; the login then goes on unguarded.
    """

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._audit_table = settings.audit_table

    def begin_attempt(self, source: str, email: str) -> LoginAttempt:
        """Begins an attempt, before the password check.

        Raises TooManyFailures with the wait, only from 100 failures in a row.
        """
        who, where = account_key(email), client_network(source)
        places = row_keys.login_guard_key(where, who), row_keys.account_guard_key(who)
        found = self._db.get_many(self._table, places)
        pair, failures = found.get(places[0], {}), found.get(places[1], {})
        known = (
            pair.get("good", 0) > self._now() - KNOWN_SOURCE_SECONDS
            and pair.get("misses", 0) < MAX_CONSECUTIVE_FAILURES
        )
        reserved = False if known else self._reserve_failure(who, failures)
        return LoginAttempt(source, who, pair, failures.get("count", 0), reserved)

    def record_failure(self, attempt: LoginAttempt, meant: MeantPerson = NOBODY) -> int | None:
        """Records a wrong password. Gives None while another attempt is allowed, else the seconds to wait.

        The failure that first makes somebody wait leaves a notice for operators; `meant` is the person in it.
        """
        now, kept = self._now(), attempt.pair.get("good", 0) + KNOWN_SOURCE_SECONDS
        place = row_keys.login_guard_key(client_network(attempt.source), attempt.account)
        pair = count_in_window(self._db, self._table, place, PAIR_WINDOW_SECONDS, now, kept=kept, also={"misses": 1})
        if not attempt.reserved:
            count_once(self._db, self._failure_update(attempt.account, now), secrets.token_hex(8))
        waits = [pair["since"] + PAIR_WINDOW_SECONDS - now] if pair["count"] > MAX_PAIR_FAILURES else []
        firsts = [pair["count"]] if pair["count"] == MAX_PAIR_FAILURES + 1 else []
        for where, most in {
            client_network(attempt.source, bits): most for bits, most in MAX_DAILY_FAILURES_BY_PREFIX.items()
        }.items():
            row = count_in_window(self._db, self._table, row_keys.source_guard_key(where), DAY_SECONDS, now)
            waits += [min(row["since"] + DAY_SECONDS - now, MAX_WAIT_SECONDS)] if row["count"] > most else []
            firsts += [row["count"]] if row["count"] == most + 1 else []
        firsts += [MAX_CONSECUTIVE_FAILURES] if attempt.failures + 1 == MAX_CONSECUTIVE_FAILURES else []
        if firsts:
            self._note_wait(attempt, meant, max(firsts))
        return max(waits, default=None)

    def _note_wait(self, attempt: LoginAttempt, meant: MeantPerson, failures: int) -> None:
        made = make_login_notice(meant, client_network(attempt.source), failures, self._clock())
        try_store_notice(self._db, self._audit_table, made)

    def record_success(self, attempt: LoginAttempt) -> None:
        """Records a right password: clears the counts of the pair and the account, and makes the source known.

        The account first: what stayed counted there would be a failure that nobody made.
        """
        now, pair = self._now(), attempt.pair
        if attempt.reserved is not False or attempt.failures:
            place = row_keys.account_guard_key(attempt.account)
            clear_all = Update(self._table, place, assign={"count": 0}, condition=_COUNTING)
            _settle(lambda: self._db.update(clear_all))
        if pair.get("good", 0) < now - DAY_SECONDS or pair.get("count") or pair.get("misses"):
            clear = {"count": 0, "misses": 0, "good": now, "ttl": now + KNOWN_SOURCE_SECONDS}
            place = row_keys.login_guard_key(client_network(attempt.source), attempt.account)
            self._db.update(Update(self._table, place, assign=clear))

    def release_attempt(self, attempt: LoginAttempt) -> None:
        """Takes back the reservation of an attempt whose password could not be checked.

        Exactly once, by a transaction: taken back twice, it would hide a failure that there was.
        """
        if attempt.reserved:
            place, token = row_keys.account_guard_key(attempt.account), str(uuid.uuid4())
            take_back = Update(self._table, place, add={"count": -1}, condition=_COUNTING)
            _settle(lambda: self._db.transact([take_back], token))

    def _reserve_failure(self, who: str, row: Item) -> bool | None:
        """Counts the attempt as a failure before it is made, so that parallel attempts cannot exceed the limit.

        Gives True; None when it is not known whether it is counted, and a wrong password must be counted after it.
        """
        now, nonce = self._now(), secrets.token_hex(8)
        for _ in range(_MAX_RESERVE_ATTEMPTS):
            count, at = row.get("count", 0), row.get("at", 0)
            wait = at + wait_seconds(count) - now
            if wait > 0:
                raise TooManyFailures(retry_after=wait)
            try:
                count_once(self._db, self._failure_update(who, now, count), nonce)
            except ConditionFailed as failed:
                row = failed.item or {}
            except Unanswered:
                return None
            else:
                return True
        raise TooManyFailures(retry_after=1)

    def _failure_update(self, who: str, now: int, seen: int | None = None) -> Update:
        free = any_of(absent("count"), Compare("count", "<", MAX_CONSECUTIVE_FAILURES))
        condition: Condition | None = free
        if seen is None:
            condition = None
        elif seen >= MAX_CONSECUTIVE_FAILURES:
            condition = equals("count", seen)
        times = {"at": now, "ttl": now + KNOWN_SOURCE_SECONDS}
        return Update(self._table, row_keys.account_guard_key(who), assign=times, add={"count": 1}, condition=condition)

    def _now(self) -> int:
        return epoch_seconds(self._clock())


def _settle(write: Callable[[], object]) -> None:
    """Carries out a write that may be repeated, unless its condition says that there is nothing to settle.

    Raises StoreUnavailable after several attempts.
    """
    for left in reversed(range(_MAX_SETTLE_ATTEMPTS)):
        try:
            write()
        except ConditionFailed as failed:
            if not condition_holds(_COUNTING, failed.item):
                return
        except TransactionFailed as failed:
            if failed.failed:
                return
        except StoreUnavailable:
            if not left:
                raise
        else:
            return


def report_outcome(attempt: LoginAttempt | None, tell: Callable[[LoginAttempt], T]) -> T | None:
    """Reports the outcome of an attempt to the guard; does nothing without an attempt or when the store is down."""
    return None if attempt is None else ignore_unavailable(lambda: tell(attempt))


def wait_seconds(failures: int) -> int:
    """Seconds that unknown sources wait after so many failures in a row: 0 below 100, then 30, 60, 120 ... 3,600."""
    over = failures - MAX_CONSECUTIVE_FAILURES
    return 0 if over < 0 else min(MIN_WAIT_SECONDS * 2 ** min(over, 10), MAX_WAIT_SECONDS)
