"""Relogin links: a short-lived link lets the same person revive an expired session without changing the client.

Off by default: a thief of an expired AccessToken with its key and secret could ask its owner to revive it. A link is
signed with a key derived from the profile's secret, and is valid for one expiry of one session.
"""

from __future__ import annotations

import uuid
from dataclasses import field
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import SessionExpired
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.profiles.profile import Profile
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import SESSION_RETENTION_SECONDS, Door, Session
from affino_mcp.gate.sessions.sessions import Sessions, active_person_row
from affino_mcp.http.credential_forms import API_KEY_FORM
from affino_mcp.late_pattern import late_pattern
from affino_mcp.settings import Settings
from affino_mcp.signed_text import is_signed, sign
from affino_mcp.store.ops import Database, Update, absent, all_of, equals
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.value_class import value_class

RELOGIN_LINK_LIFETIME_SECONDS: Final = 10 * 60
RELOGIN_GRACE_SECONDS: Final = 30
"""Seconds after its use in which a link gives the same answer again, prolonging nothing: the first one may have been lost."""
_MAC_LABEL: Final = b"affino-mcp relogin\0"
_LINK_PATTERN: Final = late_pattern(
    rf"({API_KEY_FORM})\.([0-9a-f]{{64}})\.([0-9]{{1,12}})\.([0-9]{{1,12}})\.([0-9a-f]{{64}})"
)


class ReloginOffered(SessionExpired):
    """The session has expired, and its person may revive it through `link`."""

    def __init__(self, link: str) -> None:
        super().__init__()
        self.link = link


@value_class
class ReloginOffer:
    """What a link holds: the profile's key, the session's digest, when the session expired, the link's end, the MAC."""

    key: str
    digest: str = field(repr=False)
    expired: int
    until: int
    mac: str = field(repr=False)

    @classmethod
    def from_link(cls, link: str) -> ReloginOffer | None:
        """Parses a link without verifying it; None when the text has not the form of a link."""
        match = _LINK_PATTERN.fullmatch(link)
        return cls(match[1], match[2], int(match[3]), int(match[4]), match[5]) if match else None

    def is_valid(self, profile: Profile, now: int) -> bool:
        """Whether this profile's gate made the link, not too long ago, and the profile still allows it."""
        payload = _payload(self.key, self.digest, self.expired, self.until)
        right = is_signed(profile.derive_key(_MAC_LABEL), payload, self.mac)
        return right and profile.relogin and now < self.until


def relogin_link(profile: Profile, session: Session, now: int) -> str:
    """The link for an expired session."""
    payload = _payload(profile.key, session.digest, session.expires, now + RELOGIN_LINK_LIFETIME_SECONDS)
    return f"{payload.decode()}.{sign(profile.derive_key(_MAC_LABEL), payload)}"


def _payload(key: str, digest: str, expired: int, until: int) -> bytes:
    return f"{key}.{digest}.{expired}.{until}".encode()


class SessionRevivals:
    """Revives expired sessions for another lifetime, under the token that the client already holds."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._sessions, self._lifetime = Sessions(db, settings, clock), settings.session_lifetime

    def revive_session(self, user_code: int, offer: ReloginOffer) -> Session | None:
        """Gives the revived session, for the person who has just logged in.

        None, and nothing is written, when the session is another person's or an app's, was logged out or refreshed, or is
        live; the session that was revived within GRACE seconds is given again. Raises PersonInactive, StoreUnavailable.
        """
        return retry_on_conflict(lambda: self._revive(user_code, offer))

    def _revive(self, user_code: int, offer: ReloginOffer) -> Session | None:
        row, now = self._db.get(self._table, row_keys.session_key(offer.digest)), epoch_seconds(self._clock())
        if row is None or row["user_code"] != user_code or row.get("revoked") or row.get("door") == Door.OAUTH:
            return None
        person_row = active_person_row(self._db, self._table, user_code)
        if row.get("epoch", 0) != person_row["epoch"]:
            return None
        if row["expires"] > now and offer.expired <= row["issued"] and now - row["issued"] <= RELOGIN_GRACE_SECONDS:
            return Session.from_row(row | {"digest": offer.digest})
        if row["expires"] != offer.expired or row["expires"] > now:
            return None
        person = Person.from_json(person_row).to_json()
        fresh = {"person": person, "issued": now, "expires": now + self._lifetime}
        fresh["ttl"] = max(row["ttl"], now + self._lifetime + SESSION_RETENTION_SECONDS)
        still = all_of(equals("expires", row["expires"]), absent("revoked"))
        ops = [
            Update(self._table, row_keys.session_key(offer.digest), assign=fresh, condition=still),
            session_rows.login_count(self._table, person_row),
            session_rows.session_list_put(self._table, row | fresh),
            *self._sessions.make_room(user_code),
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        return Session.from_row(row | fresh | {"digest": offer.digest})
