"""Clients with a document of their own: known ones from their rows, others by a fetch, of which there are few a minute."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from affino_mcp import observability
from affino_mcp.clock import Clock, epoch_seconds
from affino_mcp.gate.grants.oauth_client import ClientProof, OAuthClient
from affino_mcp.gate.identity import grant_keys
from affino_mcp.login_edge.oauth.cimd import (
    ClientDocument,
    DocumentPlace,
    DocumentRefused,
    find_document_place,
    kept_seconds,
    read_document,
)
from affino_mcp.login_edge.oauth.fetch import DocumentFetcher, FetchRefused
from affino_mcp.login_edge.oauth.new_clients import DOCUMENT, NewClientGuard
from affino_mcp.settings import Settings
from affino_mcp.store.ops import Database, Item, Put

REFUSED_SECONDS: Final = 60
"""Seconds for which a client whose document was refused stays refused."""
_ROW_RETENTION_SECONDS: Final = 24 * 3600


class ClientRefused(Exception):
    """There is no such client; `reason` is a word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClientDocuments:
    """Finds clients by the URL of their document. Every method may raise StoreUnavailable."""

    def __init__(self, db: Database, settings: Settings, clock: Clock, fetcher: DocumentFetcher) -> None:
        self._db, self._table, self._clock, self._fetcher = db, settings.gate_table, clock, fetcher
        self._guard = NewClientGuard(db, settings, clock)

    def find(self, client_id: str, source: str) -> OAuthClient:
        """Gives the client of this id, for a request from this network address.

        Raises ClientRefused, NewClientsExhausted.
        """
        place, now = find_document_place(client_id), epoch_seconds(self._clock())
        if place is None:
            raise ClientRefused("no_client_id")
        row = self._db.get(self._table, grant_keys.client_document_key(client_id))
        if row is None or row["expires"] <= now:
            row = self._fetch_row(client_id, place, source, now)
            self._db.put(Put(self._table, row))
        if "refused" in row:
            raise ClientRefused(row["refused"])
        document = row["document"]
        return OAuthClient(
            client_id, document["name"], place.host, tuple(document["redirect_uris"]), ClientProof.DOCUMENT
        )

    def _fetch_row(self, client_id: str, place: DocumentPlace, source: str, now: int) -> Item:
        """The row of what a fetch gives, a document or a refusal."""
        self._guard.count(DOCUMENT, source)
        own = {**grant_keys.client_document_key(client_id)._asdict(), "fetched": now}
        try:
            document, kept = self._fetch_document(client_id, place, now)
        except (FetchRefused, DocumentRefused) as refused:
            observability.count_metric("ClientDocumentRefused")
            ends = now + REFUSED_SECONDS
            return own | {"refused": refused.reason, "expires": ends, "ttl": ends}
        said = {"name": document.name, "redirect_uris": list(document.redirect_uris)}
        ends = now + kept
        return own | {"document": said, "expires": ends, "ttl": ends + _ROW_RETENTION_SECONDS}

    def _fetch_document(self, client_id: str, place: DocumentPlace, now: int) -> tuple[ClientDocument, int]:
        fetched = self._fetcher.fetch(place.host, place.path)
        kept = kept_seconds(fetched.cache_headers, datetime.fromtimestamp(now, UTC))
        return read_document(client_id, fetched.content), kept
