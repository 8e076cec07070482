"""The keys of the rows of apps and their grants in the Gate table. Docstrings list each row's attributes."""

from __future__ import annotations

from typing import Final

from affino_mcp.gate.identity.row_keys import person_key, sha256_hex
from affino_mcp.store.ops import Key, SortSpan

OAUTH_PREFIX: Final = "OAUTH#"
REGISTERED_CLIENTS_PARTITION: Final = "CLIENTS"
"""The partition that lists the OAuth clients that operators have registered."""


def authorization_request_key(digest: str) -> Key:
    """{client, name, host, proof, redirect_uri, state, challenge, scopes, browser, expires, ttl, used?}: waits for consent."""
    return Key(f"{OAUTH_PREFIX}{digest}", "TXN")


def authorization_code_key(digest: str) -> Key:
    """{grant, client, redirect_uri, challenge, expires, ttl, used?}: keyed by SHA-256 of an authorization code."""
    return Key(f"{OAUTH_PREFIX}{digest}", "CODE")


def oauth_refresh_key(digest: str) -> Key:
    """{grant, client, expires, ttl, spent?}: keyed by SHA-256 of a refresh token of the OAuth door."""
    return Key(f"{OAUTH_PREFIX}{digest}", "REFRESH")


def grant_key(grant: str) -> Key:
    """{user_code, epoch, profile, secret, scopes, declined, tokens, created, expires, ttl, version, revoked?}: one consent.

    It has {client, name, host, proof, redirect_uri} of its app too; each of its access tokens is {digest, expires}.
    """
    return Key(f"{OAUTH_PREFIX}{grant}", "GRANT")


def read_grant_id(partition: str) -> str:
    """Gives the name of the grant whose row stands in this partition."""
    return partition.removeprefix(OAUTH_PREFIX)


def client_document_key(client_id: str) -> Key:
    """{document, fetched, expires, ttl}: the metadata document of an OAuth client, as it was fetched."""
    return Key(f"{OAUTH_PREFIX}{sha256_hex(client_id)}", "CLIENT")


def registered_client_key(client_id: str) -> Key:
    """{name, redirect_uris, secret, created}: an OAuth client that operators have registered; `secret` is a SHA-256 or empty."""
    return Key(REGISTERED_CLIENTS_PARTITION, client_id)


def person_grant_key(user_code: int, expires: int, grant: str) -> Key:
    """{client, profile, issued, expires, ttl, ended?}: lists a person's grants in the order in which they expire."""
    return Key(person_key(user_code).pk, f"GRANT#{expires:012d}#{grant}")


def live_grant_span(now: int) -> SortSpan:
    """The sort-key range, within a person's partition, of the grants that expire later than `now`."""
    return SortSpan(low=f"GRANT#{now + 1:012d}", high="GRANT#~")


def profile_grant_key(key: str, grant: str) -> Key:
    """{user_code, expires, ttl}: lists the grants of a profile."""
    return Key(f"APPS#{key}", grant)
