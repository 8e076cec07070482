"""The OAuth clients that operators have registered, for apps that no document of their own proves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.grants.oauth_client import ClientProof, OAuthClient
from affino_mcp.gate.identity import grant_keys
from affino_mcp.gate.identity.row_keys import sha256_hex
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.settings import Settings
from affino_mcp.store.commit import Commit, commit_to
from affino_mcp.store.ops import Database, Delete, Item, Put, Query, WriteOp, absent, exists
from affino_mcp.store.paging import iterate_rows
from affino_mcp.store.retry import retry_on_conflict

REGISTERED_PREFIX: Final = "app_"
"""What the id of every registered client begins with."""
CLIENT_ID_CHARACTERS, CLIENT_SECRET_CHARACTERS = 24, 40
_CLIENT_ID: Final = re.compile(rf"{REGISTERED_PREFIX}[A-Za-z0-9]{{{CLIENT_ID_CHARACTERS}}}")


class RegisteredClient(NamedTuple):
    """A client that was registered now, with its secret, which is shown once; empty for a public client."""

    client: OAuthClient
    secret: str


class RegisteredClients:
    """Finds, lists, adds and removes registered clients. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock = db, settings.gate_table, clock

    def find(self, client_id: str) -> OAuthClient | None:
        """Gives the client of this id; None when there is none, and without a read for what is no id of one."""
        if not _CLIENT_ID.fullmatch(client_id):
            return None
        row = self._db.get(self._table, grant_keys.registered_client_key(client_id))
        return _client_from_row(row) if row else None

    def list_clients(self) -> list[OAuthClient]:
        """Gives all registered clients, by name."""
        rows = iterate_rows(self._db, Query(self._table, grant_keys.REGISTERED_CLIENTS_PARTITION))
        return sorted(map(_client_from_row, rows), key=lambda client: (client.name.casefold(), client.client_id))

    def add(
        self, name: str, redirect_uris: Sequence[str], *, public: bool = False, commit: Commit | None = None
    ) -> RegisteredClient:
        """Registers a client with a new id, and a new secret unless it is public; the caller has checked name and addresses."""
        secret = "" if public else draw_letters_and_digits(CLIENT_SECRET_CHARACTERS)
        client = OAuthClient(
            client_id=REGISTERED_PREFIX + draw_letters_and_digits(CLIENT_ID_CHARACTERS),
            name=name,
            host="",
            redirect_uris=tuple(redirect_uris),
            proof=ClientProof.NONE if public else ClientProof.SECRET,
            secret_digest=sha256_hex(secret) if secret else "",
            created=epoch_seconds(self._clock()),
        )
        place = grant_keys.registered_client_key(client.client_id)._asdict()
        carry_out, put = commit or commit_to(self._db), Put(self._table, place | _client_attributes(client), absent())
        retry_on_conflict(lambda: carry_out([put]))
        return RegisteredClient(client, secret)

    def remove(self, client_id: str, commit: Commit | None = None) -> bool:
        """Removes a client: it gets no token any more. False when there is none."""
        carry_out, is_there = commit or commit_to(self._db), self.find(client_id) is not None
        retry_on_conflict(lambda: carry_out(self._remove_writes(client_id)))
        return is_there

    def _remove_writes(self, client_id: str) -> list[WriteOp]:
        place = grant_keys.registered_client_key(client_id)
        return [Delete(self._table, place, exists())] if self._db.get(self._table, place) else []


def _client_attributes(client: OAuthClient) -> dict[str, Any]:
    kept = {"name": client.name, "redirect_uris": list(client.redirect_uris)}
    return kept | {"secret": client.secret_digest, "created": client.created}


def _client_from_row(row: Item) -> OAuthClient:
    proof = ClientProof.SECRET if row["secret"] else ClientProof.NONE
    addresses = tuple(row["redirect_uris"])
    return OAuthClient(row["sk"], row["name"], "", addresses, proof, row["secret"], row["created"])
