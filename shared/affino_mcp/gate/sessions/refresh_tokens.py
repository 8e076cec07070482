"""Refreshes sessions: a RefreshToken gives one new pair of tokens, twice only if asked again at once.

A later reuse ends its chain.
"""

from __future__ import annotations

import uuid
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import SessionExpired, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import IssuedSession, Session, TokenPair
from affino_mcp.gate.sessions.sessions import SessionEnded, Sessions, active_person_row
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Key, Update, WriteOp, absent, all_of, exists
from affino_mcp.store.retry import retry_on_conflict

REFRESH_GRACE_SECONDS: Final = 30
"""Seconds after its use in which a RefreshToken gives the same pair again: an answer was lost, or two processes raced."""


class RefreshTokens:
    """Exchanges pairs of tokens for new ones."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._sessions, self._lifetime = Sessions(db, settings, clock), settings.session_lifetime

    def rotate_tokens(self, access_token: str, refresh_token: str) -> IssuedSession:
        """Gives a new pair for this one, which becomes invalid, expired or not; the end of the chain stays the same.

        Within GRACE seconds the same pair gives the same new pair again, while the new session is live; the new pair is not
        prolonged. A RefreshToken that was used more than GRACE seconds ago ends the current session of its chain: the token
        was stolen. Raises SessionUnknown (also for two tokens that are no pair), SessionEnded, SessionExpired,
        PersonInactive, StoreUnavailable.
        """
        return retry_on_conflict(lambda: self._rotate_tokens(digest_token(access_token), refresh_token))

    def _rotate_tokens(self, access: str, refresh_token: str) -> IssuedSession:
        # The session first: if a refresh comes between the two reads, the RefreshToken that is read then is a spent one.
        old = self._db.get(self._table, row_keys.session_key(access))
        row = self._db.get(self._table, row_keys.refresh_token_key(digest_token(refresh_token)))
        if row is None:
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(access))
        now, tokens = epoch_seconds(self._clock()), session_rows.derive_next_pair(row, refresh_token)
        if "spent" in row:
            return self._repeat_answer(row, tokens, access, now)
        if old is None or row["session"] != access:
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(access))
        if old.get("revoked"):
            raise SessionEnded().concerning(fingerprint=token_fingerprint(access))
        if row["expires"] <= now:
            raise SessionExpired().concerning(fingerprint=token_fingerprint(access))
        return self._replace_session(row, tokens, old | {"digest": access}, self._require_person(row), now)

    def _require_person(self, row: Item) -> Item:
        """The row of the active person whose session it is; raises PersonInactive, SessionEnded (logged out everywhere)."""
        person_row = active_person_row(self._db, self._table, row["user_code"])
        if person_row["epoch"] != row["epoch"]:
            raise SessionEnded().concerning(fingerprint=token_fingerprint(row["session"]))
        return person_row

    def _replace_session(self, row: Item, tokens: TokenPair, old: Item, person_row: Item, now: int) -> IssuedSession:
        person, table = Person.from_json(person_row), self._table
        item = session_rows.session_item(person, row["epoch"], row["profile"], tokens, now, self._lifetime)
        end_of_old, *rest = session_rows.end_session_writes(table, person.user_code, Session.from_row(old), now)
        head = {"head": digest_token(tokens.access)}
        unspent, unrevoked = all_of(exists(), absent("spent")), all_of(exists(), absent("revoked"))
        ops: list[WriteOp] = [
            Update(table, Key(row["pk"], row["sk"]), assign={"spent": now}, condition=unspent),
            Update(table, end_of_old.key, assign={"revoked": True}, condition=unrevoked),
            *rest,
            Update(table, row_keys.session_chain_key(row["chain"]), assign=head, condition=exists()),
            session_rows.login_count(table, person_row),
            *session_rows.session_writes(table, item),
            *(self._sessions.make_room(person.user_code) if old["expires"] <= now else []),  # one more is live now
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        return IssuedSession.from_item(tokens, item, person, now)

    def _repeat_answer(self, row: Item, tokens: TokenPair, access: str, now: int) -> IssuedSession:
        """The pair that this one has been exchanged for; raises SessionEnded, later than GRACE after ending the chain."""
        over = SessionEnded().concerning(fingerprint=token_fingerprint(row["session"]))
        if now - row["spent"] > REFRESH_GRACE_SECONDS:
            self._sessions.end_chain(row["user_code"], row["chain"])
            raise over
        if row["session"] != access:
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(access))
        item = self._db.get(self._table, row_keys.session_key(digest_token(tokens.access)))
        if item is None or item.get("revoked") or item["expires"] <= now:
            raise over
        return IssuedSession.from_item(tokens, item, Person.from_json(self._require_person(row)), now)
