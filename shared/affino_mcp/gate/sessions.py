"""Sessions: who is acting (R18-R20, R41, R43). The person is copied into the session, so a call reads one row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import PersonInactive, SessionExpired, SessionUnknown
from affino_mcp.gate import rows
from affino_mcp.gate.attempts import everything, until_settled
from affino_mcp.gate.person import Person
from affino_mcp.gate.tokens import digest, fingerprint, new_token
from affino_mcp.settings import Settings
from affino_mcp.store.ops import (
    Database,
    Item,
    Put,
    Query,
    Update,
    WriteOp,
    absent,
    all_of,
    equals,
    exists,
)

LIFETIME = 3600
"""Seconds that an AccessToken works (R40, R43)."""
REFRESH_LIFETIME = 14 * 24 * 3600
KEPT = 7 * 24 * 3600
"""Seconds that an ended session's row is kept, so that its token is answered "expired", not "unknown"."""
MOST = 40
"""Live sessions of one person; the oldest is ended by the next login."""


@dataclass(frozen=True)
class Session:
    """A login as a call knows it: `fingerprint` for logs, `expires` in seconds since the epoch."""

    fingerprint: str
    expires: int
    digest: str = field(repr=False)
    profile: str = ""
    issued: int = 0


@dataclass(frozen=True)
class Issued:
    """A new session, with the only copy of its tokens."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    session: Session
    person: Person


class Sessions:
    """The active-session store (APIProfileActiveSession, R19)."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def resolve(self, token: str) -> tuple[Session, Person]:
        """The session and the person of an AccessToken, in one consistent read.

        Raises SessionUnknown (also after a logout), SessionExpired, PersonInactive, each `about` the person if known.
        """
        row = self._db.get(self._table, rows.session(digest(token)))
        mark = fingerprint(digest(token))
        if row is None:
            raise SessionUnknown().about(fingerprint=mark)
        person = Person.from_json(row["person"])
        if row.get("revoked"):
            raise SessionUnknown().about(person=person, fingerprint=mark)
        if row["expires"] <= seconds(self._clock()):
            raise SessionExpired().about(person=person, fingerprint=mark)
        if not person.active:
            raise PersonInactive().about(person=person, fingerprint=mark)
        return _session(row | {"digest": digest(token)}), person

    def create(self, user_code: int, profile_key: str) -> Issued:
        """A new session for a person who has just proved who they are; `profile_key` is noted for the log.

        Raises PersonInactive (also when there is no such person), StoreUnavailable.
        """
        return until_settled(lambda: self._create(user_code, profile_key))

    def list_of(self, user_code: int) -> list[Session]:
        """The person's live sessions, oldest first."""
        return [_session(link) for link in live_links(self._db, self._table, user_code, seconds(self._clock()))]

    def end(self, user_code: int, token_digest: str) -> None:
        """Log out: the token never works again. No error when there is no such live session."""
        ops = [
            op
            for session in self.list_of(user_code)
            if session.digest == token_digest
            for op in self._ending(user_code, session)
        ]
        if ops:
            until_settled(lambda: self._db.transact(ops, str(uuid.uuid4())))

    def _create(self, user_code: int, profile_key: str) -> Issued:
        row = self._db.get(self._table, rows.person(user_code))
        person = Person.from_json(row) if row else None
        if row is None or person is None or not person.active:
            raise PersonInactive().about(person=person)
        access, refresh = new_token(), new_token()
        item = self._item(person, profile_key, access, refresh)
        unchanged = all_of(equals("version", row["version"]), equals("active", value=True))
        counted = Update(self._table, rows.person(user_code), add={"logins": 1}, condition=unchanged)
        opening: list[WriteOp] = [Put(self._table, item, absent()), self._link(item), counted]
        self._db.transact([*opening, *self._room(user_code)], str(uuid.uuid4()))
        return Issued(access, refresh, _session(item | {"digest": digest(access)}), person)

    def _item(self, person: Person, profile_key: str, access: str, refresh: str) -> Item:
        now = seconds(self._clock())
        return rows.session(digest(access))._asdict() | {
            "user_code": person.user_code,
            "person": person.to_json(),
            "profile": profile_key,
            "issued": now,
            "expires": now + LIFETIME,
            "refresh": digest(refresh),
            "refresh_expires": now + REFRESH_LIFETIME,
            "ttl": now + max(REFRESH_LIFETIME, LIFETIME + KEPT),
        }

    def _link(self, item: Item) -> Put:
        token_digest = item["pk"].removeprefix(rows.SESSION_PREFIX)
        place = rows.person_session(item["user_code"], item["expires"], token_digest)._asdict()
        kept = {name: item[name] for name in ("issued", "expires", "profile")}
        return Put(self._table, place | kept | {"digest": token_digest, "ttl": item["expires"]})

    def _room(self, user_code: int) -> list[WriteOp]:
        """Ends the oldest sessions, so that with one more there are not too many."""
        live = self.list_of(user_code)
        over = live[: max(0, len(live) - (MOST - 1))][:MOST]
        return [op for session in over for op in self._ending(user_code, session)]

    def _ending(self, user_code: int, session: Session) -> list[WriteOp]:
        link = rows.person_session(user_code, session.expires, session.digest)
        return [
            Update(self._table, rows.session(session.digest), assign={"revoked": True}, condition=exists()),
            Update(self._table, link, assign={"ended": True}, condition=exists()),
        ]


def live_links(db: Database, table: str, user_code: int, now: int) -> list[Item]:
    """The rows that list a person's live sessions, oldest first."""
    found = everything(db, Query(table, rows.person(user_code).pk, span=rows.sessions_after(now)))
    return [link for link in found if not link.get("ended")]


def _session(row: Item) -> Session:
    token_digest = row["digest"]
    return Session(fingerprint(token_digest), row["expires"], token_digest, row["profile"], row["issued"])
