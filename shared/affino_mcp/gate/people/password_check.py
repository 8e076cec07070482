"""The check of a password behind the login guard; every login and every sign-in is checked by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.abuse.login_guard import LoginAttempt, LoginGuard, report_outcome
from affino_mcp.gate.abuse.login_notices import NOBODY, MeantPerson
from affino_mcp.gate.abuse.window_counters import ignore_unavailable
from affino_mcp.gate.people.passwords import UNUSED_USER_CODE, Passwords
from affino_mcp.gate.sessions import sessions
from affino_mcp.instance_errors import RefusedThere
from affino_mcp.settings import Settings
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Database, Item

Proved = TypeVar("Proved")


class WrongPassword(Exception):
    """No such person, or not their password: callers are not told which.

    `wait` is in seconds; another instance, whose own guard checked the password, may ask for one. `meant` is the person with
    this e-mail address, for operators alone.
    """

    def __init__(self, wait: int = 0, meant: MeantPerson = NOBODY) -> None:
        super().__init__()
        self.wait, self.meant = wait, meant


def check_behind_guard(guard: LoginGuard, source: str, email: str, prove: Callable[[], Proved]) -> Proved:
    """Runs `prove` between the guard's look before it and its count after it; gives what `prove` gives.

    `prove` raises WrongPassword, PersonInactive (the password is right), StoreUnavailable or RefusedThere (nobody is blamed). All
    are passed on; TooManyFailures with the wait replaces WrongPassword when the source or the account has to wait.
    """
    attempt = ignore_unavailable(lambda: guard.begin_attempt(source, email))
    try:
        proved = prove()
    except WrongPassword as wrong:
        _require_no_wait(guard, attempt, wrong)
        raise
    except PersonInactive:
        report_outcome(attempt, guard.record_success)
        raise
    except (StoreUnavailable, RefusedThere):
        report_outcome(attempt, guard.release_attempt)
        raise
    report_outcome(attempt, guard.record_success)
    return proved


def _require_no_wait(guard: LoginGuard, attempt: LoginAttempt | None, wrong: WrongPassword) -> None:
    """Counts a wrong password; raises TooManyFailures when one of the two guards asks for a wait."""
    ours = report_outcome(attempt, lambda made: guard.record_failure(made, wrong.meant))
    wait = max(ours or 0, wrong.wait)
    if wait:
        raise TooManyFailures(retry_after=wait) from wrong


def prove_password(
    db: Database, settings: Settings, passwords: Passwords, user_code: int | None, password: str
) -> Item | None:
    """Gives the row that the person had before the password was checked; None when the person is disabled.

    An unknown person (None) costs the same reads and the same hash as a wrong password. Raises WrongPassword,
    StoreUnavailable.
    """
    row = _active_row(db, settings.gate_table, user_code or UNUSED_USER_CODE)
    right = passwords.is_password(user_code, password)
    if user_code is None:
        raise WrongPassword
    if not right:
        raise WrongPassword(meant=MeantPerson(user_code, row["name"] if row else ""))
    return row


def _active_row(db: Database, table: str, user_code: int) -> Item | None:
    try:
        return sessions.active_person_row(db, table, user_code)
    except PersonInactive:
        return None
