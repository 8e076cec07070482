"""Issues tokens to apps: for a code, for a refresh token; and takes back what an app gives up. One transaction issues.

A failed check spends nothing. A code that is used again ends everything that came of it (RFC 6749, section 4.1.2), and so does a
refresh token that is used again later than REFRESH_GRACE_SECONDS (RFC 9700, section 4.14.2).
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import urlsafe_b64encode
from dataclasses import field

from affino_mcp.catalogue.scopes import is_narrower
from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.grants.grant_rows import Grant
from affino_mcp.gate.grants.grant_standing import GrantStandings, StandingGrant
from affino_mcp.gate.grants.grants import Grants
from affino_mcp.gate.grants.issued_rows import access_item, issuing_writes, refresh_item
from affino_mcp.gate.grants.refused_grant import GrantRefused, RefusalReason
from affino_mcp.gate.identity import grant_keys, row_keys
from affino_mcp.gate.identity.row_keys import (
    AUTHORIZATION_CODE_PREFIX,
    OAUTH_ACCESS_PREFIX,
    OAUTH_REFRESH_PREFIX,
    digest_token,
    is_prefixed_token,
    new_prefixed_token,
)
from affino_mcp.gate.profiles.profile import ProfileReader, is_same_secret
from affino_mcp.gate.sessions.refresh_tokens import REFRESH_GRACE_SECONDS
from affino_mcp.gate.sessions.session_rows import REFRESH_LIFETIME_SECONDS, Door
from affino_mcp.gate.sessions.sessions import Sessions
from affino_mcp.settings import Settings
from affino_mcp.store.faults import Unanswered
from affino_mcp.store.ops import Database, Item, Key, Update, WriteOp, absent, all_of, exists
from affino_mcp.store.retry import retry_on_conflict
from affino_mcp.value_class import value_class

__all__ = ["GrantRefused", "IssuedTokens", "Issuing", "RefusalReason"]


@value_class
class IssuedTokens:
    """Tokens that are given out now; they are stored nowhere. `seconds_left` is how long the access token works."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    seconds_left: int
    scopes: frozenset[str]
    grant: Grant


class Issuing:
    """Issues and takes back the tokens of apps. Every method may raise StoreUnavailable; then nothing is spent."""

    def __init__(self, db: Database, reader: ProfileReader, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock
        self._lifetime = settings.session_lifetime
        self._standings = GrantStandings(db, reader, settings, clock)
        self._grants, self._sessions = Grants(db, settings, clock), Sessions(db, settings, clock)

    def redeem_code(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> IssuedTokens:
        """Gives the tokens for a code; `verifier` is that of the request's PKCE challenge (RFC 7636, section 4.6).

        Raises GrantRefused. A code that was used already ends its grant.
        """
        if not is_prefixed_token(AUTHORIZATION_CODE_PREFIX, code):
            raise GrantRefused(RefusalReason.UNKNOWN)
        place = grant_keys.authorization_code_key(digest_token(code))
        return retry_on_conflict(lambda: self._redeem_code(place, client_id, redirect_uri, verifier))

    def rotate(self, refresh_token: str, client_id: str, scopes: frozenset[str] = frozenset()) -> IssuedTokens:
        """Gives new tokens for a refresh token, which is good once; without `scopes` with all of the grant.

        Access tokens from before go on. Raises GrantRefused. A token that was used more than REFRESH_GRACE_SECONDS ago ends its
        grant: it was stolen. Sooner, several processes of one app have raced, and nothing ends.
        """
        if not is_prefixed_token(OAUTH_REFRESH_PREFIX, refresh_token):
            raise GrantRefused(RefusalReason.UNKNOWN)
        place = grant_keys.oauth_refresh_key(digest_token(refresh_token))
        return retry_on_conflict(lambda: self._rotate(place, client_id, scopes))

    def revoke(self, token: str, client_id: str) -> Grant | None:
        """Ends the grant of an access or a refresh token of this client (RFC 7009); gives it.

        None when there is no such token of this client, or its grant has ended already.
        """
        name = self._find_grant_of(token, client_id)
        grant = self._standings.find(name) if name else None
        if grant is None or not grant.is_live(epoch_seconds(self._clock())):
            return None
        self._grants.end_read(grant)
        return grant

    def _redeem_code(self, place: Key, client_id: str, redirect_uri: str, verifier: str) -> IssuedTokens:
        row = self._db.get(self._table, place)
        if row is None:
            raise GrantRefused(RefusalReason.UNKNOWN)
        if "used" in row:
            raise self._end_grant_of(row, RefusalReason.REPLAYED_CODE)
        self._require_own(row, client_id)
        if row["redirect_uri"] != redirect_uri:
            raise self._refuse(row, RefusalReason.OTHER_REDIRECT)
        if not is_same_secret(row["challenge"], challenge_of(verifier)):
            raise self._refuse(row, RefusalReason.WRONG_VERIFIER)
        standing = self._standings.require_standing(row["grant"])
        return self._issue(standing, self._spend(place, "used"), standing.grant.scopes)

    def _rotate(self, place: Key, client_id: str, scopes: frozenset[str]) -> IssuedTokens:
        row, now = self._db.get(self._table, place), epoch_seconds(self._clock())
        if row is None:
            raise GrantRefused(RefusalReason.UNKNOWN)
        if row["client"] == client_id and "spent" in row:
            if now - row["spent"] > REFRESH_GRACE_SECONDS:
                raise self._end_grant_of(row, RefusalReason.REUSED_LATER)
            raise self._refuse(row, RefusalReason.REUSED_AT_ONCE)
        self._require_own(row, client_id)
        standing = self._standings.require_standing(row["grant"])
        if not is_narrower(scopes, standing.grant.scopes):
            raise GrantRefused(RefusalReason.BROADER_SCOPE, standing.grant)
        return self._issue(standing, self._spend(place, "spent"), scopes or standing.grant.scopes)

    def _require_own(self, row: Item, client_id: str) -> None:
        if row["client"] != client_id:
            raise self._refuse(row, RefusalReason.OTHER_CLIENT)
        if row["expires"] <= epoch_seconds(self._clock()):
            raise self._refuse(row, RefusalReason.EXPIRED)

    def _issue(self, standing: StandingGrant, spend: Update, scopes: frozenset[str]) -> IssuedTokens:
        now, grant = epoch_seconds(self._clock()), standing.grant
        access, refresh = new_prefixed_token(OAUTH_ACCESS_PREFIX), new_prefixed_token(OAUTH_REFRESH_PREFIX)
        ends = min(now + self._lifetime, standing.ends)
        session = access_item(standing, digest_token(access), scopes, now, ends)
        kept = refresh_item(grant, digest_token(refresh), min(now + REFRESH_LIFETIME_SECONDS, standing.ends))
        room = self._sessions.make_room(grant.user_code)
        self._transact([spend, *issuing_writes(self._table, standing, session, kept, room)], session)
        return IssuedTokens(access, refresh, ends - now, scopes, grant)

    def _transact(self, ops: list[WriteOp], session: Item) -> None:
        """Carries the transaction out. When it stays unanswered, the session's row says whether it was carried out."""
        try:
            self._db.transact(ops, str(uuid.uuid4()))
        except Unanswered:
            if self._db.get(self._table, Key(session["pk"], session["sk"])) is None:
                raise

    def _spend(self, place: Key, mark: str) -> Update:
        unspent = all_of(exists(), absent(mark))
        return Update(self._table, place, assign={mark: epoch_seconds(self._clock())}, condition=unspent)

    def _refuse(self, row: Item, reason: RefusalReason) -> GrantRefused:
        return GrantRefused(reason, self._standings.find(row["grant"]))

    def _end_grant_of(self, row: Item, reason: RefusalReason) -> GrantRefused:
        """Ends everything that came of a code or a refresh token; gives the refusal."""
        grant = self._standings.find(row["grant"])
        if grant is not None and grant.is_live(epoch_seconds(self._clock())):
            self._grants.end_read(grant)
        return GrantRefused(reason, grant)

    def _find_grant_of(self, token: str, client_id: str) -> str:
        """The name of the grant that an access or a refresh token of this client is of; empty when it is of none."""
        digest = digest_token(token)
        if is_prefixed_token(OAUTH_ACCESS_PREFIX, token):
            row = self._db.get(self._table, row_keys.session_key(digest))
        elif is_prefixed_token(OAUTH_REFRESH_PREFIX, token):
            row = self._db.get(self._table, grant_keys.oauth_refresh_key(digest))
        else:
            return ""
        is_own = row is not None and row.get("door", Door.OAUTH) == Door.OAUTH and row.get("client") == client_id
        return str(row["grant"]) if row is not None and is_own else ""


def challenge_of(verifier: str) -> str:
    """Gives the PKCE challenge of a verifier by the method S256 (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
