"""Finds the client of an id: one that the operator registered, or one with a document of its own."""

from __future__ import annotations

import re
from typing import Final

from affino_mcp.gate.grants.oauth_client import OAuthClient
from affino_mcp.gate.grants.registered_clients import RegisteredClients
from affino_mcp.login_edge.oauth.client_documents import ClientDocuments, ClientRefused
from affino_mcp.login_edge.oauth.fetch import DocumentFetcher
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices

_REGISTERED: Final = re.compile(r"app_[A-Za-z0-9]{24}")


class ClientDirectory:
    """All clients of this instance. Every method may raise StoreUnavailable."""

    def __init__(self, services: OAuthServices) -> None:
        fetcher = services.fetcher or DocumentFetcher()
        self._registered = RegisteredClients(services.db, services.settings, services.clock)
        self._documents = ClientDocuments(services.db, services.settings, services.clock, fetcher)

    def find(self, client_id: str, source: str) -> OAuthClient:
        """Gives the client of this id, for a request from this network address. Raises ClientRefused, FetchesExhausted."""
        if not _REGISTERED.fullmatch(client_id):
            return self._documents.find(client_id, source)
        client = self._registered.find(client_id)
        if client is None:
            raise ClientRefused("not_registered")
        return client
