"""Clients that have registered themselves: found by their row, which lives as long as what people have let them do."""

from __future__ import annotations

from contextlib import suppress

from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.grants.oauth_client import SELF_REGISTERED_PREFIX, ClientProof, OAuthClient
from affino_mcp.gate.identity import grant_keys
from affino_mcp.settings import Settings
from affino_mcp.store.faults import ConditionFailed, StoreUnavailable
from affino_mcp.store.ops import Compare, Database, Update


class SelfRegisteredClients:
    """Finds these clients, where an operator has switched registration on. `find` may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db, self._table, self._clock, self._is_on = db, settings.gate_table, clock, settings.registers_clients

    def find(self, client_id: str) -> OAuthClient | None:
        """Gives the client of this id; None when there is none, and when registration is off."""
        row = self._db.get(self._table, grant_keys.client_document_key(client_id)) if self._is_on else None
        if row is None or row["expires"] <= epoch_seconds(self._clock()):
            return None
        document = row["document"]
        return OAuthClient(client_id, document["name"], "", tuple(document["redirect_uris"]), ClientProof.NONE)

    def keep(self, client_id: str, lifetime: int) -> None:
        """Lets a client live so many seconds more, since it has a grant now; what fails is no harm: it registers again."""
        if not client_id.startswith(SELF_REGISTERED_PREFIX):
            return
        ends = epoch_seconds(self._clock()) + lifetime
        key, sooner = grant_keys.client_document_key(client_id), Compare("expires", "<", ends)
        with suppress(ConditionFailed, StoreUnavailable):
            self._db.update(Update(self._table, key, assign={"expires": ends, "ttl": ends}, condition=sooner))
