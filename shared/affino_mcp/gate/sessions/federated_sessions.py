"""Sessions that another instance opened, stored here under their tokens, so that the gate admits calls by itself."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds, format_iso
from affino_mcp.errors import PersonInactive, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import REFRESH_LIFETIME_SECONDS, IssuedSession, TokenPair
from affino_mcp.gate.sessions.sessions import Sessions, live_session_links
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put, Update, WriteOp, absent, all_of, equals, exists
from affino_mcp.store.retry import retry_on_conflict

MAX_FEDERATED_SESSION_SECONDS: Final = 24 * 3600
"""The most seconds for which a session of another instance is accepted."""


class FederatedSessions:
    """Stores the sessions and people that another instance reports. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._sessions = Sessions(db, settings, clock)

    def adopt_session(
        self, person: Person, profile_key: str, access: str, refresh: str, lifetime: int
    ) -> IssuedSession:
        """Stores the session of these tokens, and updates the person in all their live sessions.

        Raises PersonInactive for a person whom an operator of this service has disabled.
        """
        return retry_on_conflict(lambda: self._adopt_session(person, profile_key, access, refresh, lifetime))

    def require_known(self, access: str) -> Item:
        """Gives the session's row, live or expired; raises SessionUnknown, also after a logout here."""
        row = self._db.get(self._table, row_keys.session_key(digest_token(access)))
        if row is None or row.get("revoked"):
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(digest_token(access)))
        return row

    def _adopt_session(
        self, person: Person, profile_key: str, access: str, refresh: str, lifetime: int
    ) -> IssuedSession:
        now, code = epoch_seconds(self._clock()), person.user_code
        row = self._db.get(self._table, row_keys.person_key(code))
        if row is not None and not row["active"]:
            raise PersonInactive().concerning(person=person)
        known = replace(person, rights=row["rights"] if row else {})
        tokens = TokenPair(access, refresh, uuid.uuid4().hex, now + REFRESH_LIFETIME_SECONDS)
        item = session_rows.session_item(
            known, (row or {}).get("epoch", 0), profile_key, tokens, now, min(lifetime, MAX_FEDERATED_SESSION_SECONDS)
        )
        opening = [
            replace(op, condition=None) for op in session_rows.session_writes(self._table, item) if isinstance(op, Put)
        ]
        ops = [self._person_write(row, known), *opening, *self._session_updates(known, digest_token(access), now)]
        self._db.transact(ops, str(uuid.uuid4()))
        return IssuedSession.from_item(tokens, item, known, now)

    def _person_write(self, row: Item | None, person: Person) -> WriteOp:
        place = row_keys.person_key(person.user_code)
        if row is None:
            counts = {"version": 1, "logins": 1, "epoch": 0, "created": format_iso(self._clock())}
            return Put(self._table, place._asdict() | counts | person.to_json(), absent())
        seen = all_of(equals("version", row["version"]), equals("logins", row["logins"]))
        return Update(self._table, place, assign=person.to_json(), add={"version": 1, "logins": 1}, condition=seen)

    def _session_updates(self, person: Person, but: str, now: int) -> list[WriteOp]:
        """The writes that update the person in their other live sessions; of too many sessions they end the oldest."""
        ends = self._sessions.make_room(person.user_code)
        ended = {op.key for op in ends if isinstance(op, Update)}
        live = live_session_links(self._db, self._table, person.user_code, now)
        places = [row_keys.session_key(link["digest"]) for link in live if link["digest"] != but]
        renewed = {"person": person.to_json()}
        kept = [Update(self._table, key, assign=renewed, condition=exists()) for key in places if key not in ended]
        return [*ends, *kept]
