"""Builds the rows of one session: the session, its entry in the person's list, its RefreshToken, its chain."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, new_token, token_fingerprint
from affino_mcp.signed_text import json_payload, sign
from affino_mcp.store.ops import Condition, Item, Put, Update, WriteOp, absent, equals, exists
from affino_mcp.value_class import value_class

SESSION_LIFETIME_SECONDS: Final = 3600
"""Seconds that an AccessToken is valid, unless the settings say otherwise."""
REFRESH_LIFETIME_SECONDS: Final = 14 * 24 * 3600
"""Seconds after a login during which its chain of sessions may be refreshed."""
SESSION_RETENTION_SECONDS: Final = 7 * 24 * 3600
"""Seconds that an ended session's row is kept, so that its token is answered "expired", not "unknown"."""


class Door(StrEnum):
    """How a session's token is presented: with key and secret, alone as a connection token, or as an app's at the OAuth door."""

    CREDENTIALS = ""
    CONNECTION = "connect"
    OAUTH = "oauth"


@value_class
class Session:
    """A session as a call sees it: `fingerprint` for logs, `expires` in seconds since the epoch.

    `secret_digest` is the SHA-256 of the profile's secret under which a connection or a grant was made. The session of an app
    has the id of its `grant`, the `client_id` with what proves it (`client_proof`), the granted `scopes`, and those that the
    person `declined`.
    """

    fingerprint: str
    expires: int
    digest: str = field(repr=False)
    profile: str = ""
    issued: int = 0
    door: Door = Door.CREDENTIALS
    secret_digest: str = field(default="", repr=False)
    grant: str = ""
    client_id: str = ""
    client_proof: str = ""
    scopes: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Session:
        """Makes the session from its row or its entry in the person's list, with its `digest`."""
        times, door = (row["expires"], row["digest"], row["profile"], row["issued"]), Door(row.get("door", ""))
        app = row.get("grant", ""), row.get("client", ""), row.get("proof", "")
        words = parse_scopes(row.get("scopes", "")), parse_scopes(row.get("declined", ""))
        return cls(token_fingerprint(row["digest"]), *times, door, row.get("secret", ""), *app, *words)


@value_class
class TokenPair:
    """The tokens of a new session, the chain that it belongs to, and when that chain may no longer be refreshed."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    chain: str
    refresh_expires: int


@value_class
class IssuedSession:
    """A session whose tokens are given out now; they are stored nowhere. `seconds_left` is how long it lives from now on."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    session: Session
    person: Person
    seconds_left: int

    @classmethod
    def from_item(cls, tokens: TokenPair, item: Item, person: Person, now: int) -> IssuedSession:
        """Makes it from the session's row and tokens."""
        session = Session.from_row(item | {"digest": digest_token(tokens.access)})
        return cls(tokens.access, tokens.refresh, session, person, session.expires - now)


def session_item(person: Person, epoch: int, profile_key: str, tokens: TokenPair, now: int, lifetime: int) -> Item:
    """Builds the session's row."""
    return row_keys.session_key(digest_token(tokens.access))._asdict() | {
        "user_code": person.user_code,
        "person": person.to_json(),
        "epoch": epoch,
        "profile": profile_key,
        "issued": now,
        "expires": now + lifetime,
        "refresh": digest_token(tokens.refresh),
        "refresh_expires": tokens.refresh_expires,
        "chain": tokens.chain,
        "ttl": max(tokens.refresh_expires, now + lifetime + SESSION_RETENTION_SECONDS),
    }


def session_writes(table: str, session: Item) -> list[WriteOp]:
    """Gives the writes that open a session: its row, its entry in the person's list, its RefreshToken."""
    token_digest = session["pk"].removeprefix(row_keys.SESSION_PREFIX)
    kept = {name: session[name] for name in ("user_code", "chain", "epoch", "profile")}
    times = {"expires": session["refresh_expires"], "ttl": session["refresh_expires"]}
    own = {"session": token_digest, "key": secrets.token_hex(32)}
    refresh = row_keys.refresh_token_key(session["refresh"])._asdict() | kept | times | own
    return [Put(table, session, absent()), session_list_put(table, session), Put(table, refresh, absent())]


def derive_next_pair(refresh_row: Item, refresh_token: str) -> TokenPair:
    """Gives the pair that a RefreshToken is exchanged for: the same one, however often it is asked for.

    It takes the token and the `key` of its row, which no client ever gets; nobody can compute it who has one of the two. The
    row of a token that was issued without a key gives a random pair.
    """
    if "key" not in refresh_row:
        access, refresh = new_token(), new_token()
    else:
        key = bytes.fromhex(refresh_row["key"])
        access, refresh = (_derive_token(key, name, refresh_token) for name in ("access", "refresh"))
    return TokenPair(access, refresh, refresh_row["chain"], refresh_row["expires"])


def _derive_token(key: bytes, name: str, refresh_token: str) -> str:
    """A token in the form of `new_token`: 128 bits of a MAC (HMAC-SHA-256)."""
    return str(uuid.UUID(hex=sign(key, json_payload([name, refresh_token.lower()]))[:32]))


def session_list_put(table: str, session: Item) -> Put:
    """Gives the write of the session's entry in the list of its person's sessions."""
    token_digest = session["pk"].removeprefix(row_keys.SESSION_PREFIX)
    place = row_keys.person_session_key(session["user_code"], session["expires"], token_digest)._asdict()
    kept = {name: session[name] for name in ("issued", "expires", "profile", "door") if name in session}
    return Put(table, place | kept | {"digest": token_digest, "ttl": session["expires"]})


def end_session_writes(table: str, user_code: int, session: Session, now: int) -> list[Update]:
    """Gives the writes that end a session; an expired session has no entry in the list any more."""
    ended = [
        Update(table, row_keys.session_key(session.digest), assign={"revoked": True}, condition=exists()),
    ]
    if session.expires > now:
        link = row_keys.person_session_key(user_code, session.expires, session.digest)
        ended.append(Update(table, link, assign={"ended": True}, condition=exists()))
    return ended


def login_count(table: str, person_row: Item) -> Update:
    """Gives the write that counts a login of the person whose row was read, on the condition of `person_unchanged`."""
    place = row_keys.person_key(person_row["user_code"])
    return Update(table, place, add={"logins": 1}, condition=person_unchanged(person_row))


def person_unchanged(row: Item) -> Condition:
    """Gives the condition that the person's row still has this version, which whoever disables the person changes.

    It does not name the person's state: the login function may name no attribute that it must not write.
    """
    return equals("version", row["version"])
