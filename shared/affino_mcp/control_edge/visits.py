"""Visits: browsers that are signed in to the Control Centre. Neither a call nor the Hub accepts a visit's token."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from affino_mcp.clock import Clock, seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.tokens import digest, fingerprint, new_token
from affino_mcp.settings import Settings
from affino_mcp.store.ops import ConditionFailed, Database, Delete, Item, Key, Put, Update, absent, equals

LIFETIME: Final = 4 * 3600
"""Seconds after which a person must sign in again."""
PROVED: Final = 10 * 60
"""Seconds after entering the password during which secrets may be made or shown."""
_COOKIE: Final = re.compile(r"([1-9][0-9]{0,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

Rows = dict[Key, Item]


@dataclass(frozen=True)
class Visit:
    """A person who is signed in to the Control Centre, as the person's row is at this request.

    `expires` and `proved` (when the password was given last) are seconds since the epoch.
    """

    person: Person
    token: str = field(repr=False)
    expires: int
    proved: int

    @property
    def csrf(self) -> str:
        """The token that every form of this visit carries; the visit's own token cannot be derived from it."""
        return hashlib.sha256(b"affino-mcp control form\0" + self.token.encode()).hexdigest()

    @property
    def digest(self) -> str:
        """The digest of the token, under which the visit is stored."""
        return digest(self.token)

    @property
    def fingerprint(self) -> str:
        """The fingerprint that logs may contain."""
        return fingerprint(self.digest)


class Visits:
    """The store of visits. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def open(self, person_row: Item) -> str:
        """Opens a visit for a person who has just given the password; gives the cookie's value."""
        token, now = new_token(), seconds(self._clock())
        kept = {"user_code": person_row["user_code"], "epoch": person_row.get("epoch", 0), "proved": now}
        times = {"expires": now + LIFETIME, "ttl": now + LIFETIME}
        self._db.put(Put(self._table, row_keys.control(digest(token))._asdict() | kept | times, absent()))
        return f"{person_row['user_code']}.{token}"

    def look(self, cookie: str, also: Sequence[Key] = ()) -> tuple[Visit | None, Rows]:
        """The live visit behind a cookie, and other rows of the Gate table, all in one read.

        None when the visit is over, the person is disabled or has been logged out everywhere.
        """
        match = _COOKIE.fullmatch(cookie)
        if match is None:
            return None, {}
        places = row_keys.control(digest(match[2])), row_keys.person(int(match[1]))
        found = self._db.get_many(self._table, list(dict.fromkeys((*places, *also))))
        return self._live(match[2], found.get(places[0]), found.get(places[1])), found

    def prove(self, visit: Visit) -> None:
        """Records that the person has given the password again."""
        here = equals("user_code", visit.person.user_code)
        proved = {"proved": seconds(self._clock())}
        self._db.update(Update(self._table, row_keys.control(visit.digest), assign=proved, condition=here))

    def end(self, visit: Visit) -> None:
        """Ends the visit; no error when it is over already."""
        try:
            self._db.delete(Delete(self._table, row_keys.control(visit.digest)))
        except ConditionFailed:
            return

    def is_proved(self, visit: Visit) -> bool:
        """Whether the password was given recently enough to make or show secrets."""
        return seconds(self._clock()) - visit.proved < PROVED

    def _live(self, token: str, row: Item | None, person_row: Item | None) -> Visit | None:
        if row is None or person_row is None or row["user_code"] != person_row["user_code"]:
            return None
        if row["expires"] <= seconds(self._clock()) or row["epoch"] != person_row.get("epoch", 0):
            return None
        person = Person.from_json(person_row)
        return Visit(person, token, row["expires"], row["proved"]) if person.active else None
