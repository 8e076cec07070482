"""Browser sessions of the Hub. Their tokens are valid for the Hub's pages only, not for /mcp and not for REST calls."""

from __future__ import annotations

from typing import Final

from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import PersonInactive
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.tokens import digest, new_token
from affino_mcp.gate.sessions.sessions import standing
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Delete, Put, absent

LIFETIME: Final = 3600


class Browsers:
    """Opens, resolves and closes browser sessions. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def open(self, user_code: int) -> str:
        """Gives a token for a browser in which this person has just logged in; raises PersonInactive."""
        epoch = standing(self._db, self._table, user_code)["epoch"]
        token, expires = new_token(), seconds(self._clock()) + LIFETIME
        row = {"user_code": user_code, "epoch": epoch, "expires": expires, "ttl": expires}
        self._db.put(Put(self._table, row_keys.hub(digest(token))._asdict() | row, absent()))
        return token

    def person(self, token: str) -> Person | None:
        """Gives the token's person.

        None if the session is over or closed, or the person disabled or logged out everywhere.
        """
        row = self._db.get(self._table, row_keys.hub(digest(token)))
        if row is None or row["expires"] <= seconds(self._clock()):
            return None
        try:
            found = standing(self._db, self._table, row["user_code"])
        except PersonInactive:
            return None
        return Person.from_json(found) if found["epoch"] == row["epoch"] else None

    def close(self, token: str) -> None:
        """Ends the session of this browser."""
        self._db.delete(Delete(self._table, row_keys.hub(digest(token))))
