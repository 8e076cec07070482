"""Clients that connect by OAuth alone: the address to type into them, and what the operator does first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from affino_mcp.connect.clients import McpClient
from affino_mcp.connect.configurations import SERVER_NAME
from affino_mcp.connect.snippets import CLIENT_TITLES, Snippet
from affino_mcp.http.oauth_places import DEFAULT_SCOPES, OAuthPlaces

_CONSENT: Final = (
    "It then leads each person to the consent page: log in, choose a profile, untick what the app shall not do."
)
_DOCUMENT: Final = "It proves itself by the document of its vendor: nothing is registered."


class _AppForm(NamedTuple):
    """Where the address goes, what else to know, and the redirect URI with which the app is registered, if it must be."""

    place: str
    note: str
    redirect_uri: str = ""
    typed_places: bool = False


_APP_FORMS: Final[dict[McpClient, _AppForm]] = {
    McpClient.CLAUDE_AI: _AppForm(
        "Settings, Connectors, Add custom connector: the URL, nothing else",
        f"{_DOCUMENT} {_CONSENT} Desktop, the mobile apps and Cowork have what is connected there.",
    ),
    McpClient.CLAUDE_ENTERPRISE: _AppForm(
        "Organization settings, Connectors, Add custom connector (an owner): the URL, nothing else",
        f"{_DOCUMENT} An owner adds it once; then each member connects. {_CONSENT}",
    ),
    McpClient.CHATGPT: _AppForm(
        "Settings, Apps, Advanced settings, Developer mode, Create app: the URL, with OAuth",
        "Client id and secret of the registration go into the same form, which shows the app's own redirect URI. "
        f"{_CONSENT} Tools that write need a Business, Enterprise or Edu workspace.",
        redirect_uri="https://chatgpt.com/connector/oauth/ID",
    ),
    McpClient.GEMINI_ENTERPRISE: _AppForm(
        "Data stores, Create data store, Custom MCP server: the fields of the form",
        f"It discovers nothing: every address is typed. {_CONSENT} It takes 100 actions: choose a profile that fits.",
        redirect_uri="https://vertexaisearch.cloud.google.com/oauth-redirect",
        typed_places=True,
    ),
}


def make_app_snippet(client: McpClient, places: OAuthPlaces) -> Snippet:
    """What to type into a client of APP_CLIENTS: the address, or all fields of its form."""
    form = _APP_FORMS[client]
    text = _write_fields(places) if form.typed_places else places.resource
    return Snippet(client, CLIENT_TITLES[client], form.place, text, variables=False, note=form.note)


def list_first_steps(client: McpClient) -> Sequence[str]:
    """What the operator does before anybody can connect with this client, each as a sentence with its command."""
    steps = [
        "The service has a domain of its own (DomainName) and so an OAuth door: affino-mcp doctor says whether.",
        "An API Profile is opened for connecting to a group of the person: affino-mcp profile set NAME --connect-group GROUP",
    ]
    if uri := _APP_FORMS[client].redirect_uri:
        steps.append(f"The app is registered: affino-mcp app add '{CLIENT_TITLES[client]}' --redirect {uri}")
    return steps


def _write_fields(places: OAuthPlaces) -> str:
    fields = {
        "Server name": SERVER_NAME,
        "MCP server URL": places.resource,
        "Authorization URL": places.authorization,
        "Token URL": places.token,
        "Client ID": "YOUR_CLIENT_ID",
        "Client secret": "YOUR_CLIENT_SECRET",
        "Scopes": " ".join(DEFAULT_SCOPES),
    }
    return json.dumps(fields, indent=2)
