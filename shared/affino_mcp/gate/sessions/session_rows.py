"""Builds the rows of one session: the session, its entry in the person's list, its RefreshToken, its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from affino_mcp.gate.identity import row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.identity.row_keys import digest_token, token_fingerprint
from affino_mcp.store.ops import Condition, Item, Put, Update, WriteOp, absent, all_of, equals, exists

SESSION_LIFETIME_SECONDS: Final = 3600
"""Seconds that an AccessToken is valid, unless the settings say otherwise."""
REFRESH_LIFETIME_SECONDS: Final = 14 * 24 * 3600
"""Seconds after a login during which its chain of sessions may be refreshed."""
SESSION_RETENTION_SECONDS: Final = 7 * 24 * 3600
"""Seconds that an ended session's row is kept, so that its token is answered "expired", not "unknown"."""


@dataclass(frozen=True)
class Session:
    """A session as a call sees it: `fingerprint` for logs, `expires` in seconds since the epoch."""

    fingerprint: str
    expires: int
    digest: str = field(repr=False)
    profile: str = ""
    issued: int = 0

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Session:
        """Makes the session from its row or its entry in the person's list, with its `digest`."""
        return cls(token_fingerprint(row["digest"]), row["expires"], row["digest"], row["profile"], row["issued"])


@dataclass(frozen=True)
class TokenPair:
    """The tokens of a new session, the chain that it belongs to, and when that chain may no longer be refreshed."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    chain: str
    refresh_expires: int


@dataclass(frozen=True)
class IssuedSession:
    """A new session, with the only copy of its tokens."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    session: Session
    person: Person


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
    refresh = row_keys.refresh_token_key(session["refresh"])._asdict() | kept | times | {"session": token_digest}
    return [Put(table, session, absent()), session_list_put(table, session), Put(table, refresh, absent())]


def session_list_put(table: str, session: Item) -> Put:
    """Gives the write of the session's entry in the list of its person's sessions."""
    token_digest = session["pk"].removeprefix(row_keys.SESSION_PREFIX)
    place = row_keys.person_session_key(session["user_code"], session["expires"], token_digest)._asdict()
    kept = {name: session[name] for name in ("issued", "expires", "profile")}
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


def person_unchanged(row: Item) -> Condition:
    """Gives the condition that the person's row still has this version, and that the person is active."""
    return all_of(equals("version", row["version"]), equals("active", value=True))
