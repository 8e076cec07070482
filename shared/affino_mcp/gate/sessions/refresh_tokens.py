"""Refreshes sessions: a RefreshToken is valid once and gives a new pair of tokens; a later reuse ends its chain."""

from __future__ import annotations

import uuid
from typing import Final

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import SessionExpired, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, new_token, token_fingerprint
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import IssuedSession, Session, TokenPair
from affino_mcp.gate.sessions.sessions import Sessions, active_person_row
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Check, Database, Item, Update, WriteOp, absent, all_of, equals, exists
from affino_mcp.store.retry import retry_on_conflict

REFRESH_GRACE_SECONDS: Final = 30
"""Seconds after its use in which a reused RefreshToken is only refused: two processes of one client may have raced."""


class RefreshTokens:
    """Exchanges pairs of tokens for new ones."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._sessions, self._lifetime = Sessions(db, settings, clock), settings.session_lifetime

    def rotate_tokens(self, access_token: str, refresh_token: str) -> IssuedSession:
        """Gives a new pair for this one, which becomes invalid, expired or not; the end of the chain stays the same.

        A RefreshToken that was used more than GRACE seconds ago ends the current session of its chain: the token was
        stolen, or the answer was lost. Raises SessionUnknown (also for two tokens that are no pair), SessionExpired,
        PersonInactive, StoreUnavailable.
        """
        return retry_on_conflict(lambda: self._rotate_tokens(digest_token(access_token), digest_token(refresh_token)))

    def _rotate_tokens(self, access: str, refresh: str) -> IssuedSession:
        now, row = epoch_seconds(self._clock()), self._db.get(self._table, row_keys.refresh_token_key(refresh))
        if row is None:
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(access))
        if "spent" in row:
            self._refuse_reuse(row, now)
        old = self._require_session_row(row, access, now)
        person_row = active_person_row(self._db, self._table, row["user_code"])
        if person_row["epoch"] != row["epoch"]:
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(access))
        return self._replace_session(row, refresh, old, person_row, now)

    def _require_session_row(self, row: Item, access: str, now: int) -> Item:
        """The session's row that the RefreshToken belongs to; raises SessionUnknown, SessionExpired."""
        old = self._db.get(self._table, row_keys.session_key(row["session"]))
        if old is None or old.get("revoked") or row["session"] != access:
            raise SessionUnknown().concerning(fingerprint=token_fingerprint(access))
        if row["expires"] <= now:
            raise SessionExpired().concerning(fingerprint=token_fingerprint(access))
        return old | {"digest": access}

    def _replace_session(self, row: Item, refresh: str, old: Item, person_row: Item, now: int) -> IssuedSession:
        person, table = Person.from_json(person_row), self._table
        tokens = TokenPair(new_token(), new_token(), row["chain"], row["expires"])
        item = session_rows.session_item(person, row["epoch"], row["profile"], tokens, now, self._lifetime)
        end_of_old, *rest = session_rows.end_session_writes(table, person.user_code, Session.from_row(old), now)
        place, same = row_keys.person_key(person.user_code), session_rows.person_unchanged(person_row)
        ops: list[WriteOp] = [
            Update(
                table,
                row_keys.refresh_token_key(refresh),
                assign={"spent": now},
                condition=all_of(exists(), absent("spent")),
            ),
            Update(table, end_of_old.key, assign={"revoked": True}, condition=all_of(exists(), absent("revoked"))),
            *rest,
            Update(
                table,
                row_keys.session_chain_key(row["chain"]),
                assign={"head": digest_token(tokens.access)},
                condition=exists(),
            ),
            Update(table, place, add={"logins": 1}, condition=same),
            *session_rows.session_writes(table, item),
            *(self._sessions.make_room(person.user_code) if old["expires"] <= now else []),  # one more is live now
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        return IssuedSession(
            tokens.access, tokens.refresh, Session.from_row(item | {"digest": digest_token(tokens.access)}), person
        )

    def _refuse_reuse(self, row: Item, now: int) -> None:
        """Raises SessionUnknown; after the grace period, it ends the chain's current session first."""
        refusal = SessionUnknown().concerning(fingerprint=token_fingerprint(row["session"]))
        chain = self._db.get(self._table, row_keys.session_chain_key(row["chain"]))
        if now - row["spent"] <= REFRESH_GRACE_SECONDS or chain is None:
            raise refusal
        head = self._db.get(self._table, row_keys.session_key(chain["head"]))
        if head is not None and not head.get("revoked"):
            session = Session.from_row(head | {"digest": chain["head"]})
            ends = session_rows.end_session_writes(self._table, row["user_code"], session, now)
            still = Check(self._table, row_keys.session_chain_key(row["chain"]), equals("head", chain["head"]))
            self._db.transact([still, *ends], str(uuid.uuid4()))
        raise refusal
