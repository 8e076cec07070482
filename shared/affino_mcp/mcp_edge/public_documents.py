"""What the endpoint tells anybody, without credentials: that it works, its server cards, and the catalogue that names them.

A card says how to connect, and nothing of tools, profiles or people (SEP-2127, MCP Server Cards). That of `/mcp` names its three
headers and nothing of OAuth, that of the OAuth door no header: a client is never drawn from one door to the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from affino_mcp import NAME, VERSION
from affino_mcp.http.oauth_places import RESOURCE_PATH, OAuthPlaces
from affino_mcp.http.reply import Reply, json_reply
from affino_mcp.mcp_edge.lane.protocol import HANDSHAKE_VERSIONS, MODERN_VERSIONS
from affino_mcp.mcp_edge.request import ENDPOINT, Request
from affino_mcp.value_class import value_class

HEALTH: Final = "/health"
CARD_SUFFIX: Final = "/server-card"
CATALOG_PATH: Final = "/.well-known/ai-catalog.json"
CARD_TYPE: Final = "application/mcp-server-card+json"
CATALOG_TYPE: Final = "application/ai-catalog+json"
CARD_SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"
TITLE: Final = "Affino MCP"
_DESCRIPTION: Final = "CRM and website records of one Affino instance, always in the name of a person."
_HEADERS: Final = (
    ("Authorization", "Bearer, a blank, and the AccessToken of the person's login"),
    ("X-API-Key", "the key of the API Profile"),
    ("X-API-Secret", "the secret of the API Profile"),
)


@value_class
class PublicDocuments:
    """The documents of one service. `places`: of its OAuth door, if any; `catalog`: where a catalogue is published, or empty."""

    places: OAuthPlaces | None = None
    catalog: str = ""

    def find(self, request: Request) -> Reply | None:
        """Gives the answer to a request for one of the documents; None for any other."""
        if request.method not in {"GET", "HEAD"}:
            return None
        if request.path == HEALTH:
            return json_reply(200, {"name": NAME, "version": VERSION, "status": "ok"})
        if request.path == ENDPOINT + CARD_SUFFIX:
            return _document_reply(request, CARD_TYPE, describe_card(request.base + ENDPOINT, _HEADERS))
        places = self.places
        if request.path == RESOURCE_PATH + CARD_SUFFIX and places is not None and places.is_at(request.base):
            return _document_reply(request, CARD_TYPE, describe_card(places.resource))
        if request.path == CATALOG_PATH and self.catalog and request.base.casefold() == self.catalog.casefold():
            return _document_reply(request, CATALOG_TYPE, self._describe_catalog())
        return None

    def _describe_catalog(self) -> dict[str, Any]:
        cards = {TITLE: self.catalog + ENDPOINT}
        cards |= {f"{TITLE} (OAuth)": self.places.resource} if self.places is not None else {}
        common = {"identifier": f"urn:air:{urlsplit(self.catalog).hostname}:mcp:affino", "type": CARD_TYPE}
        entries = [{**common, "displayName": name, "url": url + CARD_SUFFIX} for name, url in cards.items()]
        return {"specVersion": "1.0", "entries": entries}


NO_OAUTH: Final = PublicDocuments()
"""The documents of a service without an OAuth door, which publishes no catalogue."""


def describe_card(url: str, headers: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    """Gives the server card of the endpoint at this address, which takes these headers, each with what it holds."""
    parts = urlsplit(url)
    needed = [{"name": name, "description": text, "isRequired": True, "isSecret": True} for name, text in headers]
    remote = {
        "type": "streamable-http",
        "url": url,
        "supportedProtocolVersions": [*HANDSHAKE_VERSIONS, *MODERN_VERSIONS],
        **({"headers": needed} if needed else {}),
    }
    return {
        "$schema": CARD_SCHEMA,
        "name": f"{'.'.join(reversed((parts.hostname or '').split('.')))}/affino",
        "version": VERSION,
        "title": TITLE,
        "description": _DESCRIPTION,
        "websiteUrl": f"{url.removesuffix(RESOURCE_PATH).removesuffix(ENDPOINT)}/",
        "remotes": [remote],
    }


def cache_control(answer: Reply) -> str:
    """Gives the header Cache-Control of an answer: its own, and for what has none that nobody may keep it."""
    own = next((value for name, value in answer.headers if name == b"cache-control"), b"no-store")
    return own.decode("ascii")


def _document_reply(request: Request, kind: str, document: Mapping[str, Any]) -> Reply:
    body = json.dumps(document, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = request.header(b"if-none-match") == tag
    headers = {"etag": tag, "cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
    return Reply(304 if known else 200, b"" if known else body).with_headers(headers | {"content-type": kind})
