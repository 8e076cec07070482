"""Sessions: who is acting (R18-R20, R41, R43). The person is copied into the session, so a call reads one row."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
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
    Delete,
    Item,
    Put,
    Query,
    Span,
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
_SWEPT = 20
"""Most rows of old sessions that one login clears away."""


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
        return [_session(link) for link in self._live(links(self._db, self._table, user_code))]

    def end(self, user_code: int, token_digest: str) -> None:
        """Log out: the token never works again. No error when there is no such session."""
        ops = self._ending(user_code, token_digest)
        if any(session.digest == token_digest for session in self.list_of(user_code)):
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
        self._db.transact([*opening, *self._sweeping(user_code)], str(uuid.uuid4()))
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
        place = rows.person_session(item["user_code"], token_digest)._asdict()
        kept = {name: item[name] for name in ("issued", "expires", "profile")}
        return Put(self._table, place | kept | {"digest": token_digest, "ttl": item["expires"]})

    def _sweeping(self, user_code: int) -> list[WriteOp]:
        """Ends the oldest sessions over the limit and clears away links to expired ones."""
        found = links(self._db, self._table, user_code)
        live = self._live(found)
        over = live[: max(0, len(live) - (MOST - 1))][:_SWEPT]
        ended = [op for link in over for op in self._ending(user_code, link["digest"])]
        old = [link for link in found if link not in live][:_SWEPT]
        return [*ended, *(Delete(self._table, rows.person_session(user_code, link["digest"])) for link in old)]

    def _ending(self, user_code: int, token_digest: str) -> list[WriteOp]:
        revoked = Update(self._table, rows.session(token_digest), assign={"revoked": True}, condition=exists())
        return [revoked, Delete(self._table, rows.person_session(user_code, token_digest))]

    def _live(self, found: Sequence[Item]) -> list[Item]:
        now = seconds(self._clock())
        return sorted((link for link in found if link["expires"] > now), key=lambda link: int(link["issued"]))


def links(db: Database, table: str, user_code: int) -> list[Item]:
    """All rows that list a person's sessions, expired ones too."""
    query = Query(table, rows.person(user_code).pk, span=Span(prefix=rows.SESSION_PREFIX))
    return everything(db, query)


def _session(row: Item) -> Session:
    token_digest = row["digest"]
    return Session(fingerprint(token_digest), row["expires"], token_digest, row["profile"], row["issued"])
