"""Dynamic client registration (RFC 7591), for old clients, where an operator has switched it on. Nothing proves who asks.

Public clients only. What a client asks for beyond name and redirect URIs is replaced by what there is, as section 3.2.1 allows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from affino_mcp.clock import epoch_seconds
from affino_mcp.gate.grants.oauth_client import SELF_REGISTERED_PREFIX
from affino_mcp.gate.grants.redirect_uris import is_web_redirect
from affino_mcp.gate.grants.registered_clients import CLIENT_ID_CHARACTERS
from affino_mcp.gate.identity import grant_keys
from affino_mcp.gate.profiles.profile_form import draw_letters_and_digits
from affino_mcp.login_edge.oauth.cimd import shown_name
from affino_mcp.login_edge.oauth.new_clients import REGISTRATION, NewClientGuard, NewClientsExhausted
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject, error_answer, json_answer
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.request import MAX_BODY_BYTES, LoginRequest
from affino_mcp.store.faults import StoreUnavailable
from affino_mcp.store.ops import Put, absent

REGISTER_LINE: Final = "oauth_register"
SELF_REGISTERED_SECONDS: Final = 24 * 3600
"""Seconds that a client lives which has registered itself and has no grant."""
MAX_SELF_REGISTERED_URIS: Final = 5
UNNAMED: Final = "an app without a name"


class RegistrationRefused(Exception):
    """The client cannot be registered; `error` is a code of RFC 7591, section 3.2.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error, self.description = error, description


class RegistrationEndpoint:
    """Answers `POST /oauth/register`."""

    def __init__(self, services: OAuthServices) -> None:
        self._db, self._table, self._clock = services.db, services.settings.gate_table, services.clock
        self._guard = NewClientGuard(services.db, services.settings, services.clock)

    def answer_request(self, request: LoginRequest) -> OAuthAnswer:
        """Gives the registered client, or what is wrong with it."""
        known = OAuthSubject()
        try:
            return self._register(request, known)
        except RegistrationRefused as refused:
            return error_answer(REGISTER_LINE, 400, refused.error, refused.description, refused.error, known)
        except NewClientsExhausted as exhausted:
            text = "Too many apps were registered within a minute. Try again in a minute."
            return error_answer(
                REGISTER_LINE, 429, "temporarily_unavailable", text, "too_many", known, wait=exhausted.wait
            )
        except StoreUnavailable as error:
            text = "The service cannot reach its storage just now. Register again shortly."
            return error_answer(
                REGISTER_LINE, 503, "temporarily_unavailable", text, "unavailable", known, wait=error.retry_after
            )

    def _register(self, request: LoginRequest, known: OAuthSubject) -> OAuthAnswer:
        name, places = read_registration(request.body)
        self._guard.count(REGISTRATION, request.source)
        client_id, now = SELF_REGISTERED_PREFIX + draw_letters_and_digits(CLIENT_ID_CHARACTERS), self._now()
        ends, document = now + SELF_REGISTERED_SECONDS, {"name": name, "redirect_uris": list(places)}
        row = {"document": document, "fetched": now, "expires": ends, "ttl": ends}
        self._db.put(Put(self._table, grant_keys.client_document_key(client_id)._asdict() | row, absent()))
        known.client_id = client_id
        told = {
            "client_id": client_id,
            "client_id_issued_at": now,
            "client_name": name,
            "redirect_uris": list(places),
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        }
        return json_answer(REGISTER_LINE, 201, told, "registered", known)

    def _now(self) -> int:
        return epoch_seconds(self._clock())


def read_registration(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Gives name and redirect URIs of a registration. Raises RegistrationRefused."""
    given = _parse_object(body)
    grants = given.get("grant_types", ["authorization_code"])
    if not isinstance(grants, list) or "authorization_code" not in grants:
        raise RegistrationRefused("invalid_client_metadata", "grant_types must have authorization_code.")
    places = given.get("redirect_uris")
    if not isinstance(places, list) or not 1 <= len(places) <= MAX_SELF_REGISTERED_URIS:
        text = f"redirect_uris must be a list of 1 to {MAX_SELF_REGISTERED_URIS} addresses."
        raise RegistrationRefused("invalid_redirect_uri", text)
    if not all(isinstance(uri, str) and is_web_redirect(uri) for uri in places):
        text = "A redirect URI must be https, or http on 127.0.0.1, [::1] or localhost, without fragment and user."
        raise RegistrationRefused("invalid_redirect_uri", text)
    name = given.get("client_name")
    return (shown_name(name) if isinstance(name, str) else "") or UNNAMED, tuple(dict.fromkeys(places))


def _parse_object(body: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(body.decode("utf-8")) if len(body) <= MAX_BODY_BYTES else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise RegistrationRefused("invalid_client_metadata", "The body must be a JSON object, at most 16 KiB long.")
    return given
