"""Sessions of browsers, at the Hub and at the Control Centre. Their tokens open pages only: never /mcp, never the REST calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import field
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, new_token, token_fingerprint
from affino_mcp.gate.identity.security_groups import SecurityGroups
from affino_mcp.http.credential_forms import TOKEN_FORM
from affino_mcp.settings import Settings
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Database, Delete, Item, Key, Put, Update, equals
from affino_mcp.value_class import value_class

_CODE: Final = re.compile(r"[1-9][0-9]{0,15}")
_TOKEN: Final = re.compile(TOKEN_FORM)

Rows = dict[Key, Item]


@value_class
class WebSessionKind:
    """What tells the sessions of one site from those of another; times are in seconds.

    `names_person`: the cookie says the person's code before the token, so that session and person are read together.
    `proof_lifetime`: how long after the password secrets may be made or shown; 0 when the site never asks.
    """

    key: Callable[[str], Key]
    lifetime: int
    names_person: bool
    proof_lifetime: int


HUB: Final = WebSessionKind(row_keys.hub_session_key, lifetime=3600, names_person=False, proof_lifetime=10 * 60)
CONTROL_CENTRE: Final = WebSessionKind(
    row_keys.control_session_key, lifetime=4 * 3600, names_person=True, proof_lifetime=10 * 60
)


@value_class
class WebSession:
    """A signed-in browser, with the person and the security groups as they are at this very request.

    `epoch` is the person's: it changes when all their sessions are ended.
    """

    person: Person
    groups: SecurityGroups = field(repr=False)
    token: str = field(repr=False)
    expires: int
    proved: int
    epoch: int = 0

    @property
    def digest(self) -> str:
        """What the session is stored under."""
        return digest_token(self.token)

    @property
    def fingerprint(self) -> str:
        """What logs may say about the session."""
        return token_fingerprint(self.digest)


class WebSessions:
    """The web sessions of one kind. Every method may raise StoreUnavailable."""

    def __init__(self, kind: WebSessionKind, db: Database, settings: Settings, clock: Clock) -> None:
        self._kind, self._db, self._table, self._clock = kind, db, settings.gate_table, clock

    def start(self, person_row: Item) -> str:
        """Starts a session of a person who has just given the password; gives the cookie's value."""
        user_code, token, now = person_row["user_code"], new_token(), epoch_seconds(self._clock())
        ends = now + self._kind.lifetime
        row = {"user_code": user_code, "epoch": person_row.get("epoch", 0), "expires": ends, "ttl": ends}
        proved = {"proved": now} if self._kind.proof_lifetime else {}
        self._db.put(Put(self._table, self._kind.key(digest_token(token))._asdict() | row | proved))
        return f"{user_code}.{token}" if self._kind.names_person else token

    def find(self, cookie: str, also: Sequence[Key] = ()) -> tuple[WebSession | None, Rows]:
        """The live session of a cookie, and the rows of the Gate table that were read.

        `also` are rows to be read together with the session, where the cookie names the person. The session is None when
        it is over, when the person is disabled, and when the person has been logged out everywhere.
        """
        code, dot, token = cookie.rpartition(".")
        if not _TOKEN.fullmatch(token) or bool(dot) is not self._kind.names_person:
            return None, {}
        if not dot:
            rows = self._read_in_turn(token)
            return self._live(token, rows), rows
        if not _CODE.fullmatch(code):
            return None, {}
        rows = self._read_together(int(code), token, also)
        session = self._live(token, rows)
        return session if session and session.person.user_code == int(code) else None, rows

    def was_ended_everywhere(self, token: str) -> bool:
        """Whether this session's person has logged out everywhere since it started."""
        rows = self._read_in_turn(token)
        row = rows.get(self._kind.key(digest_token(token)))
        person_row = rows.get(row_keys.person_key(row["user_code"])) if row else None
        return row is not None and person_row is not None and row["epoch"] != person_row.get("epoch", 0)

    def prove(self, session: WebSession) -> None:
        """Notes that the person has given the password again. No error when the session is over meanwhile."""
        same_person = equals("user_code", session.person.user_code)
        proved = {"proved": epoch_seconds(self._clock())}
        with suppress(ConditionFailed):
            self._db.update(Update(self._table, self._kind.key(session.digest), assign=proved, condition=same_person))

    def is_proved(self, session: WebSession) -> bool:
        """Whether the password was given lately enough for secrets."""
        return epoch_seconds(self._clock()) - session.proved < self._kind.proof_lifetime

    def end(self, token: str) -> None:
        """Signs the browser out. No error when the session is over already."""
        self._db.delete(Delete(self._table, self._kind.key(digest_token(token))))

    def _read_together(self, user_code: int, token: str, also: Sequence[Key]) -> Rows:
        own = self._kind.key(digest_token(token)), row_keys.person_key(user_code), row_keys.SECURITY_GROUPS_KEY
        return self._db.get_many(self._table, list(dict.fromkeys([*own, *also])))

    def _read_in_turn(self, token: str) -> Rows:
        """The session's row; those of the person and the groups only while the session is not over."""
        place = self._kind.key(digest_token(token))
        row = self._db.get(self._table, place)
        if row is None or self._is_over(row):
            return {} if row is None else {place: row}
        also = [row_keys.person_key(row["user_code"]), row_keys.SECURITY_GROUPS_KEY]
        return {place: row, **self._db.get_many(self._table, also)}

    def _live(self, token: str, rows: Rows) -> WebSession | None:
        row = rows.get(self._kind.key(digest_token(token)))
        if row is None or self._is_over(row):
            return None
        person_row = rows.get(row_keys.person_key(row["user_code"]))
        if person_row is None or row["epoch"] != person_row.get("epoch", 0):
            return None
        groups = SecurityGroups.from_row(rows.get(row_keys.SECURITY_GROUPS_KEY))
        person = groups.grant(Person.from_json(person_row))
        times = row["expires"], row.get("proved", 0)
        return WebSession(person, groups, token, *times, row["epoch"]) if person.active else None

    def _is_over(self, row: Item) -> bool:
        over: bool = row["expires"] <= epoch_seconds(self._clock())
        return over
