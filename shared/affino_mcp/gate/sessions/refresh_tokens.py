"""Refreshes sessions: a RefreshToken is valid once and gives a new pair of tokens; a later reuse ends its chain."""

from __future__ import annotations

import uuid
from typing import Final

from affino_mcp.clock import Clock, seconds
from affino_mcp.errors import SessionExpired, SessionUnknown
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.tokens import digest, fingerprint, new_token
from affino_mcp.gate.sessions import session_rows
from affino_mcp.gate.sessions.session_rows import Issued, Session, Tokens
from affino_mcp.gate.sessions.sessions import standing
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Check, Database, Item, Update, WriteOp, absent, all_of, equals, exists
from affino_mcp.store.retry import until_settled

GRACE: Final = 30
"""Seconds after its use in which a reused RefreshToken is only refused: two processes of one client may have raced."""


class Refreshes:
    """Exchanges pairs of tokens for new ones."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lifetime = settings.session_lifetime

    def rotate(self, access_token: str, refresh_token: str) -> Issued:
        """Gives a new pair for this one, which becomes invalid, expired or not; the end of the chain stays the same.

        A RefreshToken that was used more than GRACE seconds ago ends the current session of its chain: the token was
        stolen, or the answer was lost. Raises SessionUnknown (also for two tokens that are no pair), SessionExpired,
        PersonInactive, StoreUnavailable.
        """
        return until_settled(lambda: self._rotate(digest(access_token), digest(refresh_token)))

    def _rotate(self, access: str, refresh: str) -> Issued:
        now, row = seconds(self._clock()), self._db.get(self._table, row_keys.refresh(refresh))
        if row is None:
            raise SessionUnknown().about(fingerprint=fingerprint(access))
        if "spent" in row:
            self._reused(row, now)
        old = self._old(row, access, now)
        person_row = standing(self._db, self._table, row["user_code"])
        if person_row["epoch"] != row["epoch"]:
            raise SessionUnknown().about(fingerprint=fingerprint(access))
        return self._renewed(row, refresh, old, person_row, now)

    def _old(self, row: Item, access: str, now: int) -> Item:
        """The session's row that the RefreshToken belongs to; raises SessionUnknown, SessionExpired."""
        old = self._db.get(self._table, row_keys.session(row["session"]))
        if old is None or old.get("revoked") or row["session"] != access:
            raise SessionUnknown().about(fingerprint=fingerprint(access))
        if row["expires"] <= now:
            raise SessionExpired().about(fingerprint=fingerprint(access))
        return old | {"digest": access}

    def _renewed(self, row: Item, refresh: str, old: Item, person_row: Item, now: int) -> Issued:
        person, table = Person.from_json(person_row), self._table
        tokens = Tokens(new_token(), new_token(), row["chain"], row["expires"])
        item = session_rows.item(person, row["epoch"], row["profile"], tokens, now, self._lifetime)
        end_of_old, *rest = session_rows.ending(table, person.user_code, Session.of(old), now)
        place, same = row_keys.person(person.user_code), session_rows.unchanged(person_row)
        ops: list[WriteOp] = [
            Update(
                table, row_keys.refresh(refresh), assign={"spent": now}, condition=all_of(exists(), absent("spent"))
            ),
            Update(table, end_of_old.key, assign={"revoked": True}, condition=all_of(exists(), absent("revoked"))),
            *rest,
            Update(table, row_keys.chain(row["chain"]), assign={"head": digest(tokens.access)}, condition=exists()),
            Update(table, place, add={"logins": 1}, condition=same),
            *session_rows.opening(table, item),
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        return Issued(tokens.access, tokens.refresh, Session.of(item | {"digest": digest(tokens.access)}), person)

    def _reused(self, row: Item, now: int) -> None:
        """Raises SessionUnknown; after the grace period, it ends the chain's current session first."""
        refusal = SessionUnknown().about(fingerprint=fingerprint(row["session"]))
        chain = self._db.get(self._table, row_keys.chain(row["chain"]))
        if now - row["spent"] <= GRACE or chain is None:
            raise refusal
        head = self._db.get(self._table, row_keys.session(chain["head"]))
        if head is not None and not head.get("revoked"):
            session = Session.of(head | {"digest": chain["head"]})
            ends = session_rows.ending(self._table, row["user_code"], session, now)
            still = Check(self._table, row_keys.chain(row["chain"]), equals("head", chain["head"]))
            self._db.transact([still, *ends], str(uuid.uuid4()))
        raise refusal
