"""Sessions of agents: open, resolve, list and end them.

A session's row holds a copy of the person, and the security groups are one row: one batch read of both per call.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import PersonInactive, SessionExpired, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, new_token, token_fingerprint
from affino_mcp.gate.identity.security_groups import SecurityGroups
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import (
    REFRESH_LIFETIME_SECONDS,
    SESSION_LIFETIME_SECONDS,
    SESSION_RETENTION_SECONDS,
    Door,
    IssuedSession,
    Session,
    TokenPair,
)
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit, commit_to
from affino_mcp.store.ops import Check, Database, Item, Key, Put, Query, StartRead, Update, WriteOp, absent, equals
from affino_mcp.store.paging import iterate_rows
from affino_mcp.store.retry import retry_on_conflict

__all__ = [
    "MAX_SESSIONS_PER_PERSON",
    "REFRESH_LIFETIME_SECONDS",
    "SESSION_LIFETIME_SECONDS",
    "SESSION_RETENTION_SECONDS",
    "IssuedSession",
    "Session",
    "Sessions",
    "active_person_row",
    "live_session_links",
]

MAX_SESSIONS_PER_PERSON = 40
"""The most live sessions of one person; a login beyond that ends the oldest."""


class SessionTimeOver(SessionExpired):
    """The session's time is over; `session` is that session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


class SessionEnded(SessionUnknown):
    """The session was logged out, ended or refreshed: callers are told the same, but its token is no guess."""


class FoundSession(NamedTuple):
    """A session with its person, and whether it was ended."""

    session: Session
    person: Person
    revoked: bool


class Sessions:
    """The store of active sessions (APIProfileActiveSession in Affino)."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lifetime = settings.session_lifetime

    def resolve_token(self, token: str) -> tuple[Session, Person]:
        """Gives the session and the person of an AccessToken, with the rights of their groups, in one consistent batch read.

        Raises SessionUnknown, SessionEnded (after a logout or a refresh), SessionExpired, PersonInactive, each with the
        person if known.
        """
        return self.require_live(self.read_session(token, Door.CREDENTIALS))

    def start_resolving(self, digest: str, start_read: StartRead) -> Callable[[], tuple[Session, Person]]:
        """Begins `resolve_token` of the token with this digest; gives what ends it, and raises as it does."""
        rows = start_read(self._table, _places(digest))
        return lambda: self.require_live(_find_session(digest, Door.CREDENTIALS, rows()))

    def require_live(self, found: FoundSession) -> tuple[Session, Person]:
        """Gives the session and its person; raises as `resolve_token`."""
        if found.revoked:
            raise SessionEnded().concerning(person=found.person, fingerprint=found.session.fingerprint)
        return self._require_live(found.session, found.person)

    def find_session(self, token: str) -> tuple[Session, Person]:
        """Gives the same as `resolve_token`, and also a session that was ended."""
        session, person, revoked = self.read_session(token, Door.CREDENTIALS)
        return (session, person) if revoked else self._require_live(session, person)

    def create_session(self, user_code: int, profile_key: str, epoch: int | None = None) -> IssuedSession:
        """Opens a session for a person who has just logged in; `profile_key` is stored for the log.

        `epoch` is the person's epoch before the password check: if all sessions of the person were ended in between (a
        new password), the login is refused. Raises PersonInactive (also when there is no such person, or another
        epoch), StoreUnavailable.
        """
        return retry_on_conflict(lambda: self._create_session(user_code, profile_key, epoch))

    def list_sessions(self, user_code: int) -> list[Session]:
        """Gives the person's live sessions, oldest first."""
        return [
            Session.from_row(link)
            for link in live_session_links(self._db, self._table, user_code, epoch_seconds(self._clock()))
        ]

    def end_session(self, user_code: int, token_digest: str, commit: Commit | None = None) -> None:
        """Ends a session: its token and RefreshToken become invalid. No error when there is no such session.

        Of a session that was refreshed, it ends the one that came of it.
        """
        carry_out = commit or commit_to(self._db)
        retry_on_conflict(lambda: carry_out(self._end_writes(user_code, token_digest)))

    def end_chain(self, user_code: int, chain: str) -> None:
        """Ends the session that a chain of refreshed sessions has come to. No error when there is none."""
        carry_out = commit_to(self._db)
        retry_on_conflict(lambda: carry_out(self._end_chain_writes(user_code, chain)))

    def end_all_sessions(self, user_code: int, commit: Commit | None = None) -> int:
        """Ends all sessions of the person, RefreshTokens and browsers included; gives the number of live sessions."""
        ended: set[str] = set()
        retry_on_conflict(lambda: self._end_all_sessions(user_code, commit or commit_to(self._db), ended))
        return len(ended)

    def make_room(self, user_code: int) -> list[WriteOp]:
        """Gives the writes that end the oldest sessions, so that one more stays within the limit."""
        live, now = self.list_sessions(user_code), epoch_seconds(self._clock())
        over = live[: max(0, len(live) - (MAX_SESSIONS_PER_PERSON - 1))][:MAX_SESSIONS_PER_PERSON]
        return [op for session in over for op in session_rows.end_session_writes(self._table, user_code, session, now)]

    def read_session(self, token: str, door: Door) -> FoundSession:
        """Gives the session of a token that is presented at this door. Raises SessionUnknown, at every other door too."""
        digest = digest_token(token)
        return _find_session(digest, door, self._db.get_many(self._table, _places(digest)))

    def _require_live(self, session: Session, person: Person) -> tuple[Session, Person]:
        if session.expires <= epoch_seconds(self._clock()):
            raise SessionTimeOver(session).concerning(person=person, fingerprint=session.fingerprint)
        if not person.active:
            raise PersonInactive().concerning(person=person, fingerprint=session.fingerprint)
        return session, person

    def _create_session(self, user_code: int, profile_key: str, epoch: int | None) -> IssuedSession:
        row = active_person_row(self._db, self._table, user_code)
        now, person = epoch_seconds(self._clock()), Person.from_json(row)
        if epoch is not None and epoch != row["epoch"]:
            raise PersonInactive().concerning(person=person)
        tokens = TokenPair(new_token(), new_token(), uuid.uuid4().hex, now + REFRESH_LIFETIME_SECONDS)
        item = session_rows.session_item(person, row["epoch"], profile_key, tokens, now, self._lifetime)
        counted = session_rows.login_count(self._table, row)
        chain = {"user_code": user_code, "head": digest_token(tokens.access), "ttl": item["ttl"]}
        ops = [
            *session_rows.session_writes(self._table, item),
            Put(self._table, row_keys.session_chain_key(tokens.chain)._asdict() | chain, absent()),
            counted,
            *self.make_room(user_code),
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        return IssuedSession.from_item(tokens, item, person, now)

    def _end_writes(self, user_code: int, token_digest: str) -> list[WriteOp]:
        row, now = self._db.get(self._table, row_keys.session_key(token_digest)), epoch_seconds(self._clock())
        if row is None or row["user_code"] != user_code:
            return []
        if row.get("revoked"):
            return self._end_chain_writes(user_code, row["chain"]) if "chain" in row else []
        session = Session.from_row(row | {"digest": token_digest})
        return [*session_rows.end_session_writes(self._table, user_code, session, now)]

    def _end_chain_writes(self, user_code: int, chain: str) -> list[WriteOp]:
        place, now = row_keys.session_chain_key(chain), epoch_seconds(self._clock())
        found = self._db.get(self._table, place)
        head = self._db.get(self._table, row_keys.session_key(found["head"])) if found else None
        if found is None or head is None or head.get("revoked"):
            return []
        session, still = Session.from_row(head | {"digest": found["head"]}), equals("head", found["head"])
        ends = session_rows.end_session_writes(self._table, user_code, session, now)
        return [Check(self._table, place, still), *ends]

    def _end_all_sessions(self, user_code: int, commit: Commit, ended: set[str]) -> None:
        """Adds the digests of the live sessions to `ended`."""
        row, now = self._db.get(self._table, row_keys.person_key(user_code)), epoch_seconds(self._clock())
        if row is None:
            return
        live = live_session_links(self._db, self._table, user_code, now)
        ended |= {link["digest"] for link in live}
        kept = map(Session.from_row, end_surplus_sessions(self._db, self._table, user_code, live, now))
        # A login between this read and the write would keep its session; the condition on `logins` detects it.
        renewed = {"epoch": 1, "version": 1}
        place, seen = row_keys.person_key(user_code), equals("logins", row["logins"])
        ends = [op for one in kept for op in session_rows.end_session_writes(self._table, user_code, one, now)]
        commit([Update(self._table, place, add=renewed, condition=seen), *ends])


def _places(digest: str) -> list[Key]:
    """Where the session of this token and the security groups are."""
    return [row_keys.session_key(digest), row_keys.SECURITY_GROUPS_KEY]


def _find_session(digest: str, door: Door, rows: Mapping[Key, Item]) -> FoundSession:
    """The session of this token, presented at this door, among the rows at `_places`. Raises SessionUnknown."""
    row = rows.get(row_keys.session_key(digest))
    if row is None or row.get("door", "") != door:
        raise SessionUnknown().concerning(fingerprint=token_fingerprint(digest))
    groups = SecurityGroups.from_row(rows.get(row_keys.SECURITY_GROUPS_KEY))
    session = Session.from_row(row | {"digest": digest})
    return FoundSession(session, Person.from_json(row["person"], groups.rights), bool(row.get("revoked")))


def active_person_row(db: Database, table: str, user_code: int) -> Item:
    """Gives the row of an active person, with the `epoch` that all their sessions must have; raises PersonInactive."""
    row = db.get(table, row_keys.person_key(user_code))
    if row is None or not row["active"]:
        raise PersonInactive().concerning(person=Person.from_json(row) if row else None)
    return {"epoch": 0, **row}


def live_session_links(db: Database, table: str, user_code: int, now: int) -> list[Item]:
    """Gives the rows that list a person's live sessions, oldest first."""
    found = iterate_rows(db, Query(table, row_keys.person_key(user_code).pk, span=row_keys.live_session_span(now)))
    return [link for link in found if not link.get("ended")]


def end_surplus_sessions(db: Database, table: str, user_code: int, live: Sequence[Item], now: int) -> Sequence[Item]:
    """Ends the oldest of a person's live sessions beyond MAX_SESSIONS_PER_PERSON, which logins at once may have left.

    Takes what `live_session_links` gave; gives those that stay. A change that writes all live sessions of a person does this
    first, so that its one transaction holds them all. The limit ends these sessions, whatever becomes of the change.
    Raises StoreUnavailable.
    """
    over = [Session.from_row(link) for link in live[: max(0, len(live) - MAX_SESSIONS_PER_PERSON)]]
    for start in range(0, len(over), MAX_SESSIONS_PER_PERSON):
        some = over[start : start + MAX_SESSIONS_PER_PERSON]
        ops = [op for one in some for op in session_rows.end_session_writes(table, user_code, one, now)]
        retry_on_conflict(partial(commit_to(db), ops))
    return live[len(over) :]
