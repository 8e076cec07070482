"""Sessions of agents: open, resolve, list and end them.

A session's row holds a copy of the person: one read per call.
"""

from __future__ import annotations

import uuid

from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import PersonInactive, SessionExpired, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.tokens import digest, fingerprint, new_token
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import KEPT, LIFETIME, REFRESH_LIFETIME, Issued, Session, Tokens
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put, Query, Update, WriteOp, absent, equals
from affino_mcp.store.retry import everything, until_settled

__all__ = ["KEPT", "LIFETIME", "MOST", "REFRESH_LIFETIME", "Issued", "Session", "Sessions", "live_links", "standing"]

MOST = 40
"""The most live sessions of one person; a login beyond that ends the oldest."""
AT_ONCE = 45
"""Sessions that one transaction can end; parallel logins may leave a person with more than MOST."""


class Expired(SessionExpired):
    """The session's time is over; `session` is that session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


class Sessions:
    """The store of active sessions (APIProfileActiveSession in Affino)."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lifetime = settings.session_lifetime

    def resolve(self, token: str) -> tuple[Session, Person]:
        """Gives the session and the person of an AccessToken, in one consistent read.

        Raises SessionUnknown (also after a logout), SessionExpired, PersonInactive, each with the person if known.
        """
        row = self._db.get(self._table, row_keys.session(digest(token)))
        mark = fingerprint(digest(token))
        if row is None:
            raise SessionUnknown().about(fingerprint=mark)
        person = Person.from_json(row["person"])
        if row.get("revoked"):
            raise SessionUnknown().about(person=person, fingerprint=mark)
        if row["expires"] <= seconds(self._clock()):
            raise Expired(Session.of(row | {"digest": digest(token)})).about(person=person, fingerprint=mark)
        if not person.active:
            raise PersonInactive().about(person=person, fingerprint=mark)
        return Session.of(row | {"digest": digest(token)}), person

    def create(self, user_code: int, profile_key: str, epoch: int | None = None) -> Issued:
        """Opens a session for a person who has just logged in; `profile_key` is stored for the log.

        `epoch` is the person's epoch before the password check: if all sessions of the person were ended in between (a
        new password), the login is refused. Raises PersonInactive (also when there is no such person, or another
        epoch), StoreUnavailable.
        """
        return until_settled(lambda: self._create(user_code, profile_key, epoch))

    def list_of(self, user_code: int) -> list[Session]:
        """Gives the person's live sessions, oldest first."""
        return [Session.of(link) for link in live_links(self._db, self._table, user_code, seconds(self._clock()))]

    def end(self, user_code: int, token_digest: str) -> None:
        """Ends a session: its token and RefreshToken become invalid. No error when there is no such session."""
        until_settled(lambda: self._end(user_code, token_digest))

    def end_all(self, user_code: int) -> int:
        """Ends all sessions of the person, RefreshTokens and browsers included; gives the number of live sessions."""
        return until_settled(lambda: self._end_all(user_code))

    def room(self, user_code: int) -> list[WriteOp]:
        """Gives the writes that end the oldest sessions, so that one more stays within the limit."""
        live, now = self.list_of(user_code), seconds(self._clock())
        over = live[: max(0, len(live) - (MOST - 1))][:MOST]
        return [op for session in over for op in session_rows.ending(self._table, user_code, session, now)]

    def _create(self, user_code: int, profile_key: str, epoch: int | None) -> Issued:
        row = standing(self._db, self._table, user_code)
        now, person = seconds(self._clock()), Person.from_json(row)
        if epoch is not None and epoch != row["epoch"]:
            raise PersonInactive().about(person=person)
        tokens = Tokens(new_token(), new_token(), uuid.uuid4().hex, now + REFRESH_LIFETIME)
        item = session_rows.item(person, row["epoch"], profile_key, tokens, now, self._lifetime)
        counted = Update(
            self._table, row_keys.person(user_code), add={"logins": 1}, condition=session_rows.unchanged(row)
        )
        chain = {"user_code": user_code, "head": digest(tokens.access), "ttl": item["ttl"]}
        ops = [
            *session_rows.opening(self._table, item),
            Put(self._table, row_keys.chain(tokens.chain)._asdict() | chain, absent()),
            counted,
            *self.room(user_code),
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        session = Session.of(item | {"digest": digest(tokens.access)})
        return Issued(tokens.access, tokens.refresh, session, person)

    def _end(self, user_code: int, token_digest: str) -> None:
        row = self._db.get(self._table, row_keys.session(token_digest))
        if row is not None and row["user_code"] == user_code and not row.get("revoked"):
            session = Session.of(row | {"digest": token_digest})
            ops = session_rows.ending(self._table, user_code, session, seconds(self._clock()))
            self._db.transact(ops, str(uuid.uuid4()))

    def _end_all(self, user_code: int) -> int:
        row = self._db.get(self._table, row_keys.person(user_code))
        if row is None:
            return 0
        live, now = self.list_of(user_code), seconds(self._clock())
        # A login between this read and the write would keep its session; the condition on `logins` detects it.
        renewed = {"epoch": 1, "version": 1}
        place, seen = row_keys.person(user_code), equals("logins", row["logins"])
        for session in live[AT_ONCE:]:
            self._end(user_code, session.digest)
        ends = [op for session in live[:AT_ONCE] for op in session_rows.ending(self._table, user_code, session, now)]
        self._db.transact([Update(self._table, place, add=renewed, condition=seen), *ends], str(uuid.uuid4()))
        return len(live)


def standing(db: Database, table: str, user_code: int) -> Item:
    """Gives the row of an active person, with the `epoch` that all their sessions must have; raises PersonInactive."""
    row = db.get(table, row_keys.person(user_code))
    if row is None or not row["active"]:
        raise PersonInactive().about(person=Person.from_json(row) if row else None)
    return {"epoch": 0, **row}


def live_links(db: Database, table: str, user_code: int, now: int) -> list[Item]:
    """Gives the rows that list a person's live sessions, oldest first."""
    found = everything(db, Query(table, row_keys.person(user_code).pk, span=row_keys.sessions_after(now)))
    return [link for link in found if not link.get("ended")]
