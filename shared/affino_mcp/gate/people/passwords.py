"""Passwords, hashed with argon2id, in the Credentials table, which only the login function may read."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from affino_mcp import observability
from affino_mcp.gate.identity import row_keys
from affino_mcp.settings import Settings
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.ops import Database, Update, equals
from affino_mcp.tool_errors import InvalidArgument

MIN_PASSWORD_CHARACTERS, MAX_PASSWORD_CHARACTERS = 8, 1024
UNUSED_USER_CODE = 0
"""A code that no person has; looked up for unknown people, so that their login takes as long as another."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_UNUSED_HASH = "$argon2id$v=19$m=19456,t=2,p=1$OlNi7cOM7YkUKJ8H8KMpgg$Ca3rFwC8YjesutxtNJOJPvrCGLLaI6oV3y8RQOXvw1E"
"""A hash that matches no password; checked for unknown people, so that their login takes as long as another."""


class Passwords:
    """Sets and checks passwords. A password is taken exactly as given: never trimmed, never normalised."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db, self._table = db, settings.credentials_table

    def set_password(self, user_code: int, password: str) -> None:
        """Sets the person's password; raises InvalidArgument when it is too short or too long."""
        self._db.update(self.build_update(user_code, password))

    def build_update(self, user_code: int, password: str, *, replaces: str | None = None) -> Update:
        """Gives the write of the person's new password, for a transaction; raises InvalidArgument as `set_password`.

        With `replaces`, what `find_hash` gave, it fails when the password has been changed since.
        """
        if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
            raise InvalidArgument(
                "password", f"A password must have {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS:,} characters."
            )
        unchanged = None if replaces is None else equals("hash", replaces)
        fresh = {"hash": _hasher.hash(_exact_bytes(password))}
        return Update(self._table, row_keys.person_key(user_code), assign=fresh, condition=unchanged)

    def find_hash(self, user_code: int) -> str | None:
        """Gives the stored hash of the person's password; None without one."""
        row = self._db.get(self._table, row_keys.person_key(user_code))
        return str(row["hash"]) if row else None

    def is_password(self, user_code: int | None, password: str) -> bool:
        """True if this is the person's password.

        False, after the same work, without a person (None) or a stored password.
        """
        row = self._db.get(self._table, row_keys.person_key(user_code or UNUSED_USER_CODE))
        stored = row["hash"] if row else _UNUSED_HASH
        try:
            _hasher.verify(stored, _exact_bytes(password))
        except VerifyMismatchError:
            return False
        except InvalidHashError:
            observability.log_fault("password hash unreadable", {"user_code": user_code})
            return False
        if row is not None and _hasher.check_needs_rehash(stored):
            self._renew_hash(user_code or UNUSED_USER_CODE, stored, password)
        return row is not None

    def _renew_hash(self, user_code: int, stored: str, password: str) -> None:
        """Replaces a hash that has older parameters; a failure does not affect the login."""
        fresh = {"hash": _hasher.hash(_exact_bytes(password))}
        try:
            self._db.update(
                Update(self._table, row_keys.person_key(user_code), assign=fresh, condition=equals("hash", stored))
            )
        except (ConditionFailed, StoreUnavailable):
            return


def _exact_bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
