"""Connections: sessions whose one token names profile and person, for clients with a single field.

A connection's row holds the SHA-256 of the profile's secret under which it was made, and no RefreshToken.
"""

from __future__ import annotations

import uuid
from dataclasses import field

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, new_connection_token, sha256_hex
from affino_mcp.gate.identity.security_groups import read_security_groups
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import SESSION_RETENTION_SECONDS, Door, Session
from affino_mcp.gate.sessions.sessions import Sessions, active_person_row
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put, WriteOp, absent
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.value_class import value_class


@value_class
class IssuedConnection:
    """A connection whose token is given out now; it is stored nowhere."""

    access_token: str = field(repr=False)
    session: Session
    person: Person


class Connections:
    """Makes connection tokens for people who have just logged in."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._sessions, self._lifetime = Sessions(db, settings, clock), settings.session_lifetime

    def create(self, user_code: int, profile: Profile) -> IssuedConnection:
        """Opens a connection of this person to this profile.

        Raises PersonInactive, NotConnectable (the operator has not opened the profile to them), StoreUnavailable.
        """
        return retry_on_conflict(lambda: self._create(user_code, profile))

    def _create(self, user_code: int, profile: Profile) -> IssuedConnection:
        row, now = active_person_row(self._db, self._table, user_code), epoch_seconds(self._clock())
        person = read_security_groups(self._db, self._table).grant(Person.from_json(row))
        if refusal := profile.terms.find_person_refusal(person, connected=True):
            raise refusal.concerning(profile=profile, person=person)
        token = new_connection_token()
        item = self._connection_item(row, profile, token, now)
        opened: list[WriteOp] = [Put(self._table, item, absent()), session_rows.session_list_put(self._table, item)]
        counted = session_rows.login_count(self._table, row)
        self._db.transact([*opened, counted, *self._sessions.make_room(user_code)], str(uuid.uuid4()))
        return IssuedConnection(token, Session.from_row(item | {"digest": digest_token(token)}), person)

    def _connection_item(self, person: Item, profile: Profile, token: str, now: int) -> Item:
        expires = now + self._lifetime
        return row_keys.session_key(digest_token(token))._asdict() | {
            "user_code": person["user_code"],
            "person": Person.from_json(person).to_json(),
            "epoch": person["epoch"],
            "profile": profile.key,
            "issued": now,
            "expires": expires,
            "door": str(Door.CONNECTION),
            "secret": sha256_hex(profile.secret),
            "ttl": expires + SESSION_RETENTION_SECONDS,
        }
