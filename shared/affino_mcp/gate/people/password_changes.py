"""Sets passwords that people choose themselves: by a link, or with the old password. All sessions end with the old one."""

from __future__ import annotations

from collections.abc import Sequence

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.abuse.login_guard import LoginGuard
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_check import check_behind_guard, prove_password
from affino_mcp.gate.people.password_links import LinkState, LinkUnusable, PasswordLinks
from affino_mcp.gate.people.password_strength import require_strong_password
from affino_mcp.gate.people.passwords import Passwords
from affino_mcp.gate.sessions.sessions import Sessions, active_person_row
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit, commit_to
from affino_mcp.store.faults import TransactionFailed
from affino_mcp.store.ops import Database, WriteOp
from affino_mcp.tool_errors import Conflict, InvalidArgument


class PasswordChanges:
    """Changes passwords; each change is one transaction with the end of the person's sessions."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._settings = db, settings
        self._passwords, self._links = Passwords(db, settings), PasswordLinks(db, settings, clock)
        self._sessions, self._guard = Sessions(db, settings, clock), LoginGuard(db, settings, clock)

    def require_invited(self, link: str) -> Person:
        """Gives the person of a good link; raises LinkUnusable, PersonInactive, StoreUnavailable."""
        user_code = self._links.require_good(link)
        try:
            return Person.from_json(active_person_row(self._db, self._settings.gate_table, user_code))
        except PersonInactive as inactive:
            if inactive.person is None:
                raise LinkUnusable(LinkState.UNKNOWN) from inactive
            raise

    def set_by_link(self, link: str, password: str) -> Person:
        """Sets the password of the person whose link this is, and uses the link up; gives the person.

        Raises InvalidArgument (password), LinkUnusable (of two at once one wins), PersonInactive, StoreUnavailable.
        """
        person = self.require_invited(link)
        require_strong_password(password, person)
        fresh = self._passwords.build_update(person.user_code, password)

        def commit(ops: Sequence[WriteOp]) -> None:
            use = self._links.build_use(person.user_code, link)
            try:
                commit_to(self._db)([use, fresh, *ops])
            except TransactionFailed as failed:
                if 0 in failed.failed:
                    self._links.require_good(link)
                raise

        self._sessions.end_all_sessions(person.user_code, commit)
        return person

    def change(self, person: Person, old: str, new: str, source: str) -> None:
        """Sets a person's password, who proves it by the old one; see `require_change` and `replace`."""
        self.replace(person, self.require_change(person, old, new, source), new, commit_to(self._db))

    def require_change(self, person: Person, old: str, new: str, source: str) -> str | None:
        """Gives the stored hash that the new password replaces; `source` is the caller's network address.

        Raises InvalidArgument (password), WrongPassword, TooManyFailures, PersonInactive, StoreUnavailable.
        """
        require_strong_password(new, person)
        if new == old:
            raise InvalidArgument("password", "The new password is the old one.")
        seen = self._passwords.find_hash(person.user_code)
        check_behind_guard(self._guard, source, person.email, lambda: self._prove(person.user_code, old))
        return seen

    def replace(self, person: Person, seen: str | None, new: str, carry_out: Commit) -> None:
        """Sets the password in place of the one that was `seen`, in the transaction of `carry_out` that ends all sessions.

        Raises Conflict (it was changed meanwhile), StoreUnavailable.
        """
        fresh = self._passwords.build_update(person.user_code, new, replaces=seen)

        def commit(ops: Sequence[WriteOp]) -> None:
            try:
                carry_out([fresh, *ops])
            except TransactionFailed as failed:
                if 0 in failed.failed:
                    raise Conflict(
                        "The password was changed meanwhile. Nothing was changed now: try again."
                    ) from failed
                raise

        self._sessions.end_all_sessions(person.user_code, commit)

    def _prove(self, user_code: int, password: str) -> None:
        """Raises WrongPassword, PersonInactive."""
        if prove_password(self._db, self._settings, self._passwords, user_code, password) is None:
            active_person_row(self._db, self._settings.gate_table, user_code)
