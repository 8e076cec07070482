"""The password check of the Control Centre: guard, comparison (of equal work for unknown addresses), guard again."""

from __future__ import annotations

from affino_mcp.control_edge.centre import ControlCentre
from affino_mcp.errors import PersonInactive, TooManyFailures
from affino_mcp.gate.identity.emails import is_plausible_email
from affino_mcp.gate.people.password_check import WrongPassword, check_behind_guard, prove_password
from affino_mcp.gate.people.passwords import MAX_PASSWORD_CHARACTERS
from affino_mcp.store.ops import Item


class SignInRefused(Exception):
    """The password check failed: an HTTP status, a text for the person, a word for the log, and seconds to wait."""

    def __init__(self, status: int, text: str, word: str, wait: float | None = None) -> None:
        super().__init__(word)
        self.status, self.text, self.log_word, self.wait_seconds = status, text, word, wait


def check_password(centre: ControlCentre, email: str, password: str, source: str) -> Item:
    """Checks a person's password behind the login guard; gives the person's row as read before the check.

    `source` is the caller's IP address. An unknown address and a wrong password have the same answer after the same work.
    Raises SignInRefused (wrong, disabled, too many failures), StoreUnavailable.
    """
    if not is_plausible_email(email) or not 1 <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise _wrong_password()
    try:
        return check_behind_guard(centre.login_guard, source, email, lambda: _prove_password(centre, email, password))
    except WrongPassword:
        raise _wrong_password() from None
    except TooManyFailures as blocked:
        raise _too_many_failures(blocked.retry_after or 1) from None
    except PersonInactive:
        raise SignInRefused(403, PersonInactive.text, "inactive") from None


def _prove_password(centre: ControlCentre, email: str, password: str) -> Item:
    code = centre.people.find_user_code(email)
    row = prove_password(centre.database, centre.settings, centre.passwords, code, password)
    if row is None:
        raise PersonInactive
    return row


def _wrong_password() -> SignInRefused:
    return SignInRefused(401, "The e-mail address or the password is wrong.", "wrong_login")


def _too_many_failures(wait: float) -> SignInRefused:
    minutes = max(1, -(-int(wait) // 60))
    return SignInRefused(429, f"Too many failed attempts. Wait {minutes} minutes before trying again.", "blocked", wait)
