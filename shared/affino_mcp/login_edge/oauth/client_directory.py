"""Finds the client of an id: one that the operator registered, one with a document, or one that has registered itself."""

from __future__ import annotations

import re
from typing import Final

from affino_mcp.gate.grants.oauth_client import SELF_REGISTERED_PREFIX, OAuthClient
from affino_mcp.gate.grants.registered_clients import CLIENT_ID_CHARACTERS, REGISTERED_PREFIX, RegisteredClients
from affino_mcp.login_edge.oauth.client_documents import ClientDocuments, ClientRefused
from affino_mcp.login_edge.oauth.fetch import DocumentFetcher
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.oauth.self_registered import SelfRegisteredClients

_REGISTERED: Final = re.compile(
    rf"(?P<prefix>{REGISTERED_PREFIX}|{SELF_REGISTERED_PREFIX})[A-Za-z0-9]{{{CLIENT_ID_CHARACTERS}}}"
)


class ClientDirectory:
    """All clients of this instance. Every method may raise StoreUnavailable."""

    def __init__(self, services: OAuthServices) -> None:
        fetcher = services.fetcher or DocumentFetcher()
        self._registered = RegisteredClients(services.db, services.settings, services.clock)
        self._self_registered = SelfRegisteredClients(services.db, services.settings, services.clock)
        self._documents = ClientDocuments(services.db, services.settings, services.clock, fetcher)

    def find(self, client_id: str, source: str) -> OAuthClient:
        """Gives the client of this id, for a request from this network address. Raises ClientRefused, NewClientsExhausted."""
        found = _REGISTERED.fullmatch(client_id)
        if found is None:
            return self._documents.find(client_id, source)
        by_operator = found["prefix"] == REGISTERED_PREFIX
        client = self._registered.find(client_id) if by_operator else self._self_registered.find(client_id)
        if client is None:
            raise ClientRefused("not_registered")
        return client
