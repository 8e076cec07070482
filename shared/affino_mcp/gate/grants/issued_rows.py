"""The rows of tokens that are issued to an app, and the writes of the one transaction that issues them."""

from __future__ import annotations

from collections.abc import Sequence

from affino_mcp.catalogue.scopes import format_scopes
from affino_mcp.gate.grants.grant_rows import Grant, add_token
from affino_mcp.gate.grants.grant_standing import StandingGrant
from affino_mcp.gate.identity import grant_keys, row_keys
from affino_mcp.gate.identity.person import Person
from affino_mcp.gate.sessions.session_rows import SESSION_RETENTION_SECONDS, Door, login_count, session_list_put
from affino_mcp.store.ops import Item, Put, WriteOp, absent, write_key


def access_item(standing: StandingGrant, digest: str, scopes: frozenset[str], now: int, ends: int) -> Item:
    """Builds the row of an access token's session."""
    grant = standing.grant
    return row_keys.session_key(digest)._asdict() | {
        "user_code": grant.user_code,
        "person": Person.from_json(standing.person_row).to_json(),
        "epoch": grant.epoch,
        "profile": grant.profile,
        "issued": now,
        "expires": ends,
        "door": str(Door.OAUTH),
        "secret": grant.secret_digest,
        "grant": grant.grant,
        "client": grant.client_id,
        "proof": str(grant.proof),
        "scopes": format_scopes(scopes),
        "declined": format_scopes(grant.declined),
        "ttl": ends + SESSION_RETENTION_SECONDS,
    }


def refresh_item(grant: Grant, digest: str, ends: int) -> Item:
    """Builds the row of a refresh token."""
    place = grant_keys.oauth_refresh_key(digest)._asdict()
    return place | {"grant": grant.grant, "client": grant.client_id, "expires": ends, "ttl": ends}


def issuing_writes(
    table: str, standing: StandingGrant, session: Item, refresh: Item, room: Sequence[WriteOp]
) -> list[WriteOp]:
    """Gives the writes that issue tokens: their rows, the grant that names them, the person's count, and what makes `room`.

    They are carried out only if neither the grant nor the person has changed since they were read.
    """
    digest = session["pk"].removeprefix(row_keys.SESSION_PREFIX)
    own: list[WriteOp] = [
        Put(table, session, absent()),
        session_list_put(table, session),
        Put(table, refresh, absent()),
        login_count(table, standing.person_row),
        *add_token(table, standing.grant, digest, session["expires"], session["issued"]),
    ]
    written = {write_key(op) for op in own}
    return [*own, *(op for op in room if write_key(op) not in written)]
