"""The two documents by which clients find the OAuth door: of the protected resource, and of the authorization server.

Both are the same for everybody, may be read by pages of any origin, and may be cached for five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from affino_mcp.http.oauth_places import (
    AUTHORIZE_PATH,
    DEFAULT_SCOPES,
    REGISTER_PATH,
    RESOURCE_METADATA_PATH,
    REVOKE_PATH,
    SERVER_METADATA_PATH,
    TOKEN_PATH,
    OAuthPlaces,
)
from affino_mcp.login_edge.oauth.oauth_answer import ANY_ORIGIN_HEADERS, OAuthAnswer

if TYPE_CHECKING:
    from affino_mcp.login_edge.oauth.oauth_services import HandlerMaker, OAuthHandler, OAuthServices

METADATA_LINE: Final = "oauth_metadata"
PREFLIGHT_LINE: Final = "oauth_preflight"
OFFLINE_ACCESS: Final = "offline_access"
"""The scope by which clients ask for a refresh token. Everybody gets one, so that nothing depends on it."""
_CACHED: Final = {"content-type": "application/json", "cache-control": "public, max-age=300", **ANY_ORIGIN_HEADERS}
_PROOFS: Final = ["none", "client_secret_basic", "client_secret_post"]
_PREFLIGHT: Final = {
    **ANY_ORIGIN_HEADERS,
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, content-type, mcp-protocol-version",
    "access-control-max-age": "86400",
}


def describe_resource(places: OAuthPlaces) -> dict[str, Any]:
    """Gives the metadata of the protected resource (RFC 9728, section 2)."""
    return {
        "resource": places.resource,
        "authorization_servers": [places.issuer],
        "scopes_supported": list(DEFAULT_SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "Affino MCP",
        "resource_documentation": f"{places.public_url}/",
    }


def describe_server(places: OAuthPlaces, *, registers: bool = False) -> dict[str, Any]:
    """Gives the metadata of the authorization server (RFC 8414, section 2), with where clients register if they may.

    Some clients ask for all scopes in the order of the document, so the broadest come first.
    """
    return {
        "issuer": places.issuer,
        "authorization_endpoint": places.public_url + AUTHORIZE_PATH,
        "token_endpoint": places.public_url + TOKEN_PATH,
        "revocation_endpoint": places.public_url + REVOKE_PATH,
        **({"registration_endpoint": places.public_url + REGISTER_PATH} if registers else {}),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": _PROOFS,
        "revocation_endpoint_auth_methods_supported": _PROOFS,
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": [*DEFAULT_SCOPES, OFFLINE_ACCESS],
    }


def _serve_document(document: Mapping[str, Any]) -> OAuthHandler:
    answer = OAuthAnswer(200, json.dumps(document).encode(), METADATA_LINE, "ok", _CACHED)
    return lambda _request: answer


def make_resource_handler(services: OAuthServices) -> OAuthHandler:
    """Makes what answers with the metadata of the protected resource."""
    return _serve_document(describe_resource(services.places))


def make_server_handler(services: OAuthServices) -> OAuthHandler:
    """Makes what answers with the metadata of the authorization server."""
    return _serve_document(describe_server(services.places, registers=services.settings.registers_clients))


def make_preflight_handler(_services: OAuthServices) -> OAuthHandler:
    """Makes what tells browsers that pages of any origin may ask (Fetch Standard, "CORS-preflight fetch")."""
    answer = OAuthAnswer(204, b"", PREFLIGHT_LINE, "ok", _PREFLIGHT)
    return lambda _request: answer


METADATA_ROUTES: Final[Mapping[tuple[str, str], HandlerMaker]] = {
    ("GET", RESOURCE_METADATA_PATH): make_resource_handler,
    ("GET", SERVER_METADATA_PATH): make_server_handler,
    **dict.fromkeys(
        (("OPTIONS", path) for path in (RESOURCE_METADATA_PATH, SERVER_METADATA_PATH, TOKEN_PATH, REVOKE_PATH)),
        make_preflight_handler,
    ),
}
"""The documents' lines of the table of routes, and the browsers' questions before they send a request."""
