"""Sessions that another instance opened, stored here under their tokens, so that the gate admits calls by itself."""

from __future__ import annotations

import uuid
from dataclasses import field, replace
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds, format_iso
from affino_mcp.errors import PersonInactive, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.refresh_tokens import REFRESH_GRACE_SECONDS
from affino_mcp.gate.sessions.session_rows import REFRESH_LIFETIME_SECONDS, IssuedSession, Session, TokenPair
from affino_mcp.gate.sessions.sessions import SessionEnded, Sessions, live_session_links
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put, Update, WriteOp, absent, all_of, equals, exists, write_key
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.value_class import value_class

MAX_FEDERATED_SESSION_SECONDS: Final = 24 * 3600
"""The most seconds for which a session of another instance is accepted."""


@value_class
class FederatedTokens:
    """A pair of tokens that another instance gave, and for how many seconds they are good.

    `replaces` is the AccessToken that they were exchanged for; empty after a login.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lifetime: int
    replaces: str = field(default="", repr=False)


class FederatedSessions:
    """Stores the sessions and people that another instance reports. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._sessions = Sessions(db, settings, clock)

    def adopt_session(self, person: Person, profile_key: str, tokens: FederatedTokens) -> IssuedSession:
        """Stores the session of these tokens, and updates the person in all their live sessions.

        Raises PersonInactive for a person whom an operator of this service has disabled, and SessionEnded for tokens that
        are exchanged for others (`replaces`) and whose session was ended here.
        """
        return retry_on_conflict(lambda: self._adopt_session(person, profile_key, tokens))

    def require_refreshable(self, access: str) -> Item:
        """Gives the session's row, live or expired, or refreshed at most GRACE seconds ago: its answer may have been lost.

        Raises SessionUnknown, and SessionEnded after a logout here.
        """
        row, now = self._db.get(self._table, row_keys.session_key(digest_token(access))), epoch_seconds(self._clock())
        mark = token_fingerprint(digest_token(access))
        if row is None:
            raise SessionUnknown().concerning(fingerprint=mark)
        if row.get("revoked") and not self._may_repeat(row, now):
            raise SessionEnded().concerning(fingerprint=mark)
        return row

    def _may_repeat(self, row: Item, now: int) -> bool:
        """Whether the session was ended by a refresh just now, and what came of it has not been ended."""
        if now - row.get("refreshed", 0) > REFRESH_GRACE_SECONDS:
            return False
        chain = self._db.get(self._table, row_keys.session_chain_key(row["chain"]))
        head = self._db.get(self._table, row_keys.session_key(chain["head"])) if chain else None
        return head is not None and not head.get("revoked")

    def _adopt_session(self, person: Person, profile_key: str, tokens: FederatedTokens) -> IssuedSession:
        now, code = epoch_seconds(self._clock()), person.user_code
        row = self._db.get(self._table, row_keys.person_key(code))
        if row is not None and not row["active"]:
            raise PersonInactive().concerning(person=person)
        known = replace(person, rights=row["rights"], zone=row.get("zone", "")) if row else replace(person, rights={})
        old = self._find_replaced(tokens, now)
        chain = old["chain"] if old else uuid.uuid4().hex
        pair = TokenPair(tokens.access, tokens.refresh, chain, now + REFRESH_LIFETIME_SECONDS)
        item = session_rows.session_item(
            known,
            (row or {}).get("epoch", 0),
            profile_key,
            pair,
            now,
            min(tokens.lifetime, MAX_FEDERATED_SESSION_SECONDS),
        )
        own = [*self._opening_writes(item, tokens), *self._replacing_writes(code, old, now)]
        written = {write_key(op) for op in own}
        updates = [op for op in self._session_updates(known, now) if write_key(op) not in written]
        self._db.transact([self._person_write(row, known), *own, *updates], str(uuid.uuid4()))
        return IssuedSession.from_item(pair, item, known, now)

    def _opening_writes(self, item: Item, tokens: FederatedTokens) -> list[WriteOp]:
        """The writes that open the session. An instance may give a person the same tokens again at every login."""
        session, *rest = (op for op in session_rows.session_writes(self._table, item) if isinstance(op, Put))
        unended = None
        if tokens.replaces:
            unended = absent("revoked")
            found = self._db.get(self._table, write_key(session))
            if found is not None and found.get("revoked"):
                raise SessionEnded().concerning(fingerprint=token_fingerprint(digest_token(tokens.access)))
        head = {"user_code": item["user_code"], "head": digest_token(tokens.access), "ttl": item["ttl"]}
        chain = Put(self._table, row_keys.session_chain_key(item["chain"])._asdict() | head)
        return [replace(session, condition=unended), *(replace(op, condition=None) for op in rest), chain]

    def _find_replaced(self, tokens: FederatedTokens, now: int) -> Item | None:
        """The row of the session that the tokens are exchanged for; None after a login, and when both are the same session.

        Raises SessionEnded when it was logged out meanwhile.
        """
        if tokens.replaces in {"", tokens.access}:
            return None
        digest = digest_token(tokens.replaces)
        row = self._db.get(self._table, row_keys.session_key(digest))
        if row is not None and row.get("revoked") and not self._may_repeat(row, now):
            raise SessionEnded().concerning(fingerprint=token_fingerprint(digest))
        return None if row is None else row | {"digest": digest}

    def _replacing_writes(self, code: int, old: Item | None, now: int) -> list[WriteOp]:
        """The writes that end the session which others replace, unless it is ended already."""
        if old is None or old.get("revoked"):
            return []
        end, *rest = session_rows.end_session_writes(self._table, code, Session.from_row(old), now)
        unended = all_of(exists(), absent("revoked"))
        return [replace(end, assign={**end.assign, "refreshed": now}, condition=unended), *rest]

    def _person_write(self, row: Item | None, person: Person) -> WriteOp:
        place = row_keys.person_key(person.user_code)
        if row is None:
            counts = {"version": 1, "logins": 1, "epoch": 0, "created": format_iso(self._clock())}
            return Put(self._table, place._asdict() | counts | person.to_json(), absent())
        seen = all_of(equals("version", row["version"]), equals("logins", row["logins"]))
        return Update(self._table, place, assign=person.to_json(), add={"version": 1, "logins": 1}, condition=seen)

    def _session_updates(self, person: Person, now: int) -> list[WriteOp]:
        """The writes that update the person in their live sessions; of too many sessions they end the oldest."""
        ends = self._sessions.make_room(person.user_code)
        ended = {write_key(op) for op in ends}
        live = live_session_links(self._db, self._table, person.user_code, now)
        places = [row_keys.session_key(link["digest"]) for link in live]
        renewed = {"person": person.to_json()}
        kept = [Update(self._table, key, assign=renewed, condition=exists()) for key in places if key not in ended]
        return [*ends, *kept]
