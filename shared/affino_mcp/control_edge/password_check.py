"""The password check of the Control Centre: guard, comparison (of equal work for unknown addresses), guard again."""

from __future__ import annotations

from dataclasses import dataclass, field

from affino_mcp.control_edge.centre import Centre
from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.abuse.login_guard import Attempt, after
from affino_mcp.gate.abuse.window_counters import unless_down
from affino_mcp.gate.identity.emails import plausible
from affino_mcp.gate.people.passwords import LONGEST, NOBODY
from affino_mcp.gate.sessions import sessions
from affino_mcp.store.ops import Item, StoreUnavailable


class Refused(Exception):
    """The password check failed: an HTTP status, a text for the person, a word for the log, and seconds to wait."""

    def __init__(self, status: int, text: str, word: str, wait: float | None = None) -> None:
        super().__init__(word)
        self.status, self.text, self.word, self.wait = status, text, word, wait


@dataclass(frozen=True)
class Checked:
    """A person who has given the right password: the person's row as read before the check."""

    row: Item = field(repr=False)


def check(centre: Centre, email: str, password: str, source: str) -> Checked:
    """Checks a person's password; `source` is the caller's IP address.

    An unknown address and a wrong password have the same answer after the same work. Raises Refused (wrong, disabled, too
    many failures) and StoreUnavailable.
    """
    if not plausible(email) or not 1 <= len(password) <= LONGEST:
        raise _wrong()
    attempt = _begun(centre, source, email)
    try:
        row, right = _looked(centre, email, password)
    except StoreUnavailable:
        after(attempt, centre.guard.released)
        raise
    if not right:
        wait = after(attempt, centre.guard.failed)
        raise _wrong() if wait is None else _blocked(wait)
    after(attempt, centre.guard.succeeded)
    if row is None:
        raise Refused(403, PersonInactive.text, "inactive")
    return Checked(row)


def _looked(centre: Centre, email: str, password: str) -> tuple[Item | None, bool]:
    """The row of the active person (None: disabled or unknown), read before the check, and whether the password is right."""
    code = centre.people.code_of(email)
    try:
        row: Item | None = sessions.standing(centre.database, centre.settings.gate_table, code or NOBODY)
    except PersonInactive:
        row = None
    right = centre.passwords.matches(code, password)
    return row, right and code is not None


def _begun(centre: Centre, source: str, email: str) -> Attempt | None:
    try:
        return unless_down(lambda: centre.guard.begin(source, email))
    except TooManyFailures as blocked:
        raise _blocked(blocked.retry_after or 1) from None


def _wrong() -> Refused:
    return Refused(401, "The e-mail address or the password is wrong.", "wrong_login")


def _blocked(wait: float) -> Refused:
    minutes = max(1, -(-int(wait) // 60))
    return Refused(429, f"Too many failed attempts. Wait {minutes} minutes before trying again.", "blocked", wait)
