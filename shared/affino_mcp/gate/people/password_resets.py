"""Resets passwords for operators: a new link, and at once the end of the person's sessions when that is asked."""

from __future__ import annotations

from affino_mcp.clock import Clock
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.people.password_links import PasswordLink, PasswordLinks
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit
from affino_mcp.store.ops import Database
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.tool_errors import InvalidState


class PasswordResets:
    """Makes links for people who are there. The old password works until the link is used."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._links, self._sessions = PasswordLinks(db, settings, clock), Sessions(db, settings, clock)

    def reset(self, person: Person, commit: Commit, *, end_sessions: bool = False) -> PasswordLink:
        """Gives the new link, after `commit` has carried it out; raises InvalidState for a disabled person."""
        if not person.active:
            raise InvalidState(f"{PersonInactive.text} Enable the person first.")
        link = self._links.new_link(person.user_code)
        if end_sessions:
            self._sessions.end_all_sessions(person.user_code, lambda ops: commit([*ops, self._links.build_put(link)]))
        else:
            retry_on_conflict(lambda: commit([self._links.build_put(link)]))
        return link
