"""A person's sessions as the Hub shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from affino_mcp.clock import Clock
from affino_mcp.gate.last_use import LastUse
from affino_mcp.gate.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database


class Listed(NamedTuple):
    """One session: its mark, where it was opened for, and its times in seconds since the epoch."""

    mark: str
    profile: str
    issued: int
    expires: int
    used: int | None


class PersonsSessions:
    """Lists and ends sessions by their marks."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._sessions, self._used = Sessions(db, settings, clock), LastUse(db, settings, clock)

    def listed(self, user_code: int, names: Mapping[str, str]) -> list[Listed]:
        """The live ones, newest first; `names` are the profiles' names by key."""
        live = self._sessions.list_of(user_code)
        used = self._used.of(live)
        return [
            Listed(each.fingerprint, names.get(each.profile, ""), each.issued, each.expires, used.get(each.digest))
            for each in sorted(live, key=lambda session: -session.issued)
        ]

    def end(self, user_code: int, mark: str) -> str:
        """End the person's session of this mark; gives the mark, or nothing when there is no such session."""
        ended = ""
        for session in self._sessions.list_of(user_code):
            if session.fingerprint == mark:
                self._sessions.end(user_code, session.digest)
                ended = mark
        return ended

    def end_all(self, user_code: int) -> None:
        """Log out everywhere."""
        self._sessions.end_all(user_code)


def moment(second: int | None) -> str:
    """A moment as people read it, in UTC."""
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %Y, %H:%M UTC") if second else "not yet"
