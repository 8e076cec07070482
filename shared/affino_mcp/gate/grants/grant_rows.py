"""Grants as rows: what a person lets an app do through a profile, the places that list it, and the writes that end it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from affino_mcp.catalogue.scopes import format_scopes, parse_scopes
from affino_mcp.gate.grants.oauth_client import ClientProof
from affino_mcp.gate.identity import grant_keys
from affino_mcp.gate.identity.row_keys import token_fingerprint
from affino_mcp.gate.sessions.session_rows import Session, end_session_writes
from affino_mcp.store.ops import Delete, Item, Put, Update, WriteOp, absent, all_of, equals, exists
from affino_mcp.value_class import value_class

MAX_ACCESS_TOKENS_PER_GRANT: Final = 4
"""The most live access tokens of one grant; one more ends the oldest."""
GRANT_RETENTION_SECONDS: Final = 400 * 24 * 3600
"""Seconds that a grant's row is kept after its end, as history."""


@value_class
class Grant:
    """What a person lets an app do through a profile; times are in seconds since the epoch.

    `declined` are the scopes that the person has refused although the app asked for them. `secret_digest` is the SHA-256 of the
    profile's secret under which it was given, `epoch` the person's epoch then. `tokens` are the digests of its access tokens,
    oldest first, with their ends. `used` is its last use, None when it is not known; `revoked` its end before its time.
    `logged_out`: all sessions of its person were ended since, as far as that was looked up; it lets nobody in any more.
    """

    grant: str
    user_code: int
    epoch: int
    profile: str
    client_id: str
    name: str
    host: str
    proof: ClientProof
    redirect_uri: str
    scopes: frozenset[str]
    declined: frozenset[str]
    secret_digest: str = field(repr=False)
    created: int
    expires: int
    tokens: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    version: int = 1
    revoked: int | None = None
    used: int | None = None
    logged_out: bool = False

    @property
    def fingerprint(self) -> str:
        """What logs and pages may name the grant by."""
        return token_fingerprint(self.grant)

    def is_live(self, now: int) -> bool:
        """True until its time is over or somebody has ended it."""
        return self.revoked is None and self.expires > now

    def live_tokens(self, now: int) -> list[tuple[str, int]]:
        """The access tokens whose time is not over, oldest first."""
        return [token for token in self.tokens if token[1] > now]

    def last_seen(self) -> int:
        """The last use, or the beginning of a grant that was not used."""
        return self.created if self.used is None else self.used

    def to_row(self) -> Item:
        """Gives the grant's row; `from_row` is the inverse, but for `used`, which stands in a row of its own."""
        return grant_keys.grant_key(self.grant)._asdict() | {
            "user_code": self.user_code,
            "epoch": self.epoch,
            "profile": self.profile,
            "client": self.client_id,
            "name": self.name,
            "host": self.host,
            "proof": str(self.proof),
            "redirect_uri": self.redirect_uri,
            "scopes": format_scopes(self.scopes),
            "declined": format_scopes(self.declined),
            "secret": self.secret_digest,
            "created": self.created,
            "expires": self.expires,
            "tokens": token_items(self.tokens),
            "version": self.version,
            "ttl": self.expires + GRANT_RETENTION_SECONDS,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any], used: int | None = None) -> Grant:
        """Makes the grant from its row and its last use."""
        return cls(
            grant=grant_keys.read_grant_id(row["pk"]),
            user_code=row["user_code"],
            epoch=row["epoch"],
            profile=row["profile"],
            client_id=row["client"],
            name=row["name"],
            host=row["host"],
            proof=ClientProof(row["proof"]),
            redirect_uri=row["redirect_uri"],
            scopes=parse_scopes(row["scopes"]),
            declined=parse_scopes(row["declined"]),
            secret_digest=row["secret"],
            created=row["created"],
            expires=row["expires"],
            tokens=tuple((token["digest"], token["expires"]) for token in row["tokens"]),
            version=row["version"],
            revoked=row.get("revoked"),
            used=used,
        )


def token_items(tokens: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Gives access tokens as the grant's row lists them."""
    return [{"digest": digest, "expires": expires} for digest, expires in tokens]


def grant_puts(table: str, grant: Grant) -> list[WriteOp]:
    """Gives the writes of a new grant: its row, and its places in the lists of its person and of its profile."""
    times = {"expires": grant.expires, "ttl": grant.expires}
    own = grant_keys.person_grant_key(grant.user_code, grant.expires, grant.grant)._asdict()
    listed = own | times | {"client": grant.client_id, "profile": grant.profile, "issued": grant.created}
    app = grant_keys.profile_grant_key(grant.profile, grant.grant)._asdict() | times | {"user_code": grant.user_code}
    return [Put(table, grant.to_row(), absent()), Put(table, listed, absent()), Put(table, app, absent())]


def end_grant_writes(table: str, grant: Grant, now: int) -> list[WriteOp]:
    """Gives the writes that end a live grant and its access tokens, unless it has changed since it was read."""
    ended = {"revoked": now, "ttl": now + GRANT_RETENTION_SECONDS}
    place = grant_keys.person_grant_key(grant.user_code, grant.expires, grant.grant)
    own: list[WriteOp] = [
        change_grant(table, grant, ended),
        Update(table, place, assign={"ended": True}, condition=exists()),
        Delete(table, grant_keys.profile_grant_key(grant.profile, grant.grant)),
    ]
    return [*own, *end_tokens_writes(table, grant, grant.live_tokens(now), now)]


def change_grant(table: str, grant: Grant, assign: Mapping[str, Any]) -> Update:
    """Gives the write that changes a grant's row, unless it has been changed or ended since it was read."""
    unchanged = all_of(equals("version", grant.version), absent("revoked"))
    return Update(table, grant_keys.grant_key(grant.grant), assign=assign, add={"version": 1}, condition=unchanged)


def end_tokens_writes(table: str, grant: Grant, tokens: Sequence[tuple[str, int]], now: int) -> list[WriteOp]:
    """Gives the writes that end these access tokens of a grant."""
    sessions = [Session("", expires, digest) for digest, expires in tokens]
    return [op for one in sessions for op in end_session_writes(table, grant.user_code, one, now)]


def add_token(table: str, grant: Grant, digest: str, expires: int, now: int) -> list[WriteOp]:
    """Gives the writes that add an access token to a grant, and end the oldest beyond `MAX_ACCESS_TOKENS_PER_GRANT`."""
    live = grant.live_tokens(now)
    surplus = max(0, len(live) + 1 - MAX_ACCESS_TOKENS_PER_GRANT)
    kept = [*live[surplus:], (digest, expires)]
    return [
        change_grant(table, grant, {"tokens": token_items(kept)}),
        *end_tokens_writes(table, grant, live[:surplus], now),
    ]


def with_present(grant: Grant, use: Item | None, person_row: Item | None) -> Grant:
    """Gives the grant with its last use, and with what its person's row says of it."""
    epoch = person_row.get("epoch", 0) if person_row else None
    return replace(grant, used=use["at"] if use else None, logged_out=epoch != grant.epoch)
