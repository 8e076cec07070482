"""Consents: an app's request waits for its person, who declines it or allows it; allowed, it becomes a grant and a code."""

from __future__ import annotations

import uuid
from typing import Final

from affino_mcp.catalogue.scopes import SCOPES, is_narrower
from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.errors import NotConnectable, PersonInactive, ProfileDisabled, ProfileExpired
from affino_mcp.gate.grants.authorization_request import AuthorizationRequest
from affino_mcp.gate.grants.grant_rows import Grant, end_grant_writes, grant_puts
from affino_mcp.gate.grants.grants import live_grants_of_person, read_listed_grants
from affino_mcp.gate.identity import grant_keys, row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import (
    AUTHORIZATION_CODE_PREFIX,
    AUTHORIZATION_REQUEST_PREFIX,
    digest_token,
    is_prefixed_token,
    new_grant_id,
    new_prefixed_token,
    sha256_hex,
)
from affino_mcp.gate.profiles.profile import Profile, ProfileReader, ProfileState, is_same_secret
from affino_mcp.gate.sessions.session_rows import person_unchanged
from affino_mcp.gate.sessions.sessions import active_person_row
from affino_mcp.settings import Settings
from affino_mcp.store.faults import ConditionFailed
from affino_mcp.store.ops import Check, Database, Item, Put, Update, WriteOp, absent, all_of, equals, exists
from affino_mcp.store.retry import retry_on_conflict

__all__ = ["AuthorizationRequest", "ConsentRequestUnknown", "Consents"]

REQUEST_LIFETIME_SECONDS: Final = 10 * 60
"""Seconds in which the person must answer an app's request."""
CODE_LIFETIME_SECONDS: Final = 60
"""Seconds in which an app must redeem its code (RFC 6749, section 4.1.2)."""
CODE_RETENTION_SECONDS: Final = 24 * 3600
"""Seconds that a code's row is kept, so that a code that is used again is known as such."""
MAX_GRANTS_PER_PERSON: Final = 20
"""The most live grants of one person; one more ends the longest unused."""
MAX_ENDED_AT_ONCE: Final = 6
"""The most grants that one consent ends: a transaction holds 100 writes, and each ends with 11 at most."""


class ConsentRequestUnknown(Exception):
    """No request of this name waits in this browser: it is another browser's, answered already, over, or never was."""


class Consents:
    """The requests of apps that wait for people. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, reader: ProfileReader, settings: Settings, clock: Clock) -> None:
        self._db, self._reader, self._table, self._clock = db, reader, settings.gate_table, clock
        self._grant_lifetime = settings.grant_lifetime

    def begin(self, request: AuthorizationRequest, browser: str) -> str:
        """Keeps a request for the browser that holds this cookie; gives the name by which it is found again, once."""
        txn = new_prefixed_token(AUTHORIZATION_REQUEST_PREFIX)
        expires = epoch_seconds(self._clock()) + REQUEST_LIFETIME_SECONDS
        place = grant_keys.authorization_request_key(digest_token(txn))._asdict()
        own = {"browser": digest_token(browser), "expires": expires, "ttl": expires}
        self._db.put(Put(self._table, place | request.to_row() | own, absent()))
        return txn

    def find(self, txn: str, browser: str) -> AuthorizationRequest:
        """Gives the request of this name that waits in this browser; raises ConsentRequestUnknown."""
        return AuthorizationRequest.from_row(self._require_waiting(txn, browser))

    def decline(self, txn: str, browser: str) -> AuthorizationRequest:
        """Takes the person's no: the request can be answered no more. Gives it; raises ConsentRequestUnknown."""
        row = self._require_waiting(txn, browser)
        try:
            self._db.update(self._use_request(txn))
        except ConditionFailed as answered:
            raise ConsentRequestUnknown from answered
        return AuthorizationRequest.from_row(row)

    def allow(
        self,
        txn: str,
        browser: str,
        user_code: int,
        profile_key: str,
        scopes: frozenset[str],
        declined: frozenset[str] = frozenset(),
        epoch: int | None = None,
    ) -> str:
        """Takes the person's yes: makes the grant, and gives the code that the client redeems for its tokens.

        `epoch` is that of the person when they logged in: if all their sessions were ended since, the answer is refused. Of the
        scopes those are granted that the client asked for. Ends the person's longest unused grants beyond
        MAX_GRANTS_PER_PERSON. Raises ConsentRequestUnknown, PersonInactive, and the refusal of a profile that is off
        (ProfileDisabled), over (ProfileExpired), not for this person (PersonNotAllowed) or not open to their apps, or that does
        not exist (NotConnectable).
        """
        given = scopes, declined
        return retry_on_conflict(lambda: self._allow(txn, browser, user_code, profile_key, given, epoch))

    def _allow(
        self,
        txn: str,
        browser: str,
        user_code: int,
        profile_key: str,
        given: tuple[frozenset[str], frozenset[str]],
        epoch: int | None,
    ) -> str:
        request = self.find(txn, browser)
        person_row = active_person_row(self._db, self._table, user_code)
        if epoch not in {None, person_row["epoch"]}:
            raise PersonInactive().concerning(person=Person.from_json(person_row))
        profile = self._require_open_profile(profile_key, Person.from_json(person_row))
        grant, now = self._make_grant(request, person_row, profile, given), epoch_seconds(self._clock())
        code, kept = new_prefixed_token(AUTHORIZATION_CODE_PREFIX), equals("version", profile.version)
        ops: list[WriteOp] = [
            self._use_request(txn),
            Check(self._table, row_keys.person_key(user_code), person_unchanged(person_row)),
            Check(self._table, row_keys.profile_key(profile.key), all_of(equals("enabled", True), kept)),
            self._code_put(code, grant, request, now),
            *grant_puts(self._table, grant),
            *self._make_room(user_code, now),
        ]
        self._db.transact(ops, str(uuid.uuid4()))
        return code

    def _require_waiting(self, txn: str, browser: str) -> Item:
        if not is_prefixed_token(AUTHORIZATION_REQUEST_PREFIX, txn):
            raise ConsentRequestUnknown
        row = self._db.get(self._table, grant_keys.authorization_request_key(digest_token(txn)))
        if row is None or not is_same_secret(row["browser"], digest_token(browser)):
            raise ConsentRequestUnknown
        if "used" in row or row["expires"] <= epoch_seconds(self._clock()):
            raise ConsentRequestUnknown
        return row

    def _use_request(self, txn: str) -> Update:
        place, unused = grant_keys.authorization_request_key(digest_token(txn)), all_of(exists(), absent("used"))
        return Update(self._table, place, assign={"used": epoch_seconds(self._clock())}, condition=unused)

    def _require_open_profile(self, key: str, person: Person) -> Profile:
        """The profile, if this person may connect apps through it now."""
        state: ProfileState | None = self._reader.read_current(key)
        if state is None:
            raise NotConnectable
        if not state.is_open(self._clock()):
            raise ProfileExpired if state.enabled else ProfileDisabled
        if refusal := state.profile.terms.find_person_refusal(person, connected=True):
            raise refusal
        return state.profile

    def _make_grant(
        self,
        request: AuthorizationRequest,
        person_row: Item,
        profile: Profile,
        given: tuple[frozenset[str], frozenset[str]],
    ) -> Grant:
        (scopes, declined), now = given, epoch_seconds(self._clock())
        return Grant(
            grant=new_grant_id(),
            user_code=person_row["user_code"],
            epoch=person_row["epoch"],
            profile=profile.key,
            client_id=request.client_id,
            name=request.name,
            host=request.host,
            proof=request.proof,
            redirect_uri=request.redirect_uri,
            scopes=frozenset(word for word in scopes & {*SCOPES} if is_narrower([word], request.scopes)),
            declined=declined & {*SCOPES},
            secret_digest=sha256_hex(profile.secret),
            created=now,
            expires=now + self._grant_lifetime,
        )

    def _code_put(self, code: str, grant: Grant, request: AuthorizationRequest, now: int) -> Put:
        place = grant_keys.authorization_code_key(digest_token(code))._asdict()
        own = {"grant": grant.grant, "client": request.client_id, "redirect_uri": request.redirect_uri}
        times = {"expires": now + CODE_LIFETIME_SECONDS, "ttl": now + CODE_RETENTION_SECONDS}
        return Put(self._table, place | own | {"challenge": request.challenge} | times, absent())

    def _make_room(self, user_code: int, now: int) -> list[WriteOp]:
        """The writes that end the longest unused grants, so that one more stays within the limit."""
        live = live_grants_of_person(self._db, self._table, user_code, now)
        surplus = min(max(0, len(live) + 1 - MAX_GRANTS_PER_PERSON), MAX_ENDED_AT_ONCE)
        known = read_listed_grants(self._db, self._table, live, now) if surplus else []
        over = sorted(known, key=lambda grant: (not grant.logged_out, grant.last_seen()))[:surplus]
        return [op for grant in over for op in end_grant_writes(self._table, grant, now)]
