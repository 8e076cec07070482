"""Client authentication at the token and revocation addresses: which app asks, and what proves it (RFC 6749, section 2.3).

A client with a document of its own, or registered by itself, is known by the row of its code or token: that names the client it
was issued to. A client that the operator registered is looked up, and proves itself by its secret if it has one.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import field
from typing import Final
from urllib.parse import unquote_plus

from affino_mcp.gate.grants.oauth_client import SELF_REGISTERED_PREFIX
from affino_mcp.gate.grants.registered_clients import CLIENT_ID_CHARACTERS, REGISTERED_PREFIX, RegisteredClients
from affino_mcp.gate.identity.row_keys import sha256_hex
from affino_mcp.gate.profiles.profile import is_same_secret
from affino_mcp.login_edge.oauth.cimd import find_document_place
from affino_mcp.login_edge.oauth.oauth_answer import OAuthSubject
from affino_mcp.login_edge.oauth.oauth_refusal import (
    CLIENT_UNKNOWN,
    TOO_MANY_GUESSES,
    TWO_AUTHENTICATIONS,
    OAuthFault,
    OAuthRefused,
)
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.value_class import value_class

_REGISTERED_PATTERN: Final = re.compile(rf"{REGISTERED_PREFIX}[A-Za-z0-9]{{{CLIENT_ID_CHARACTERS}}}")
_SELF_REGISTERED_PATTERN: Final = re.compile(rf"{SELF_REGISTERED_PREFIX}[A-Za-z0-9]{{{CLIENT_ID_CHARACTERS}}}")
_BASIC_PATTERN: Final = re.compile(rb"(?i:basic) +([A-Za-z0-9+/]+=*)")
_UNUSED_DIGEST: Final = "0" * 64


@value_class
class PresentedClient:
    """Who a client says it is, and its secret as it was presented, not verified; `by_basic`: in the Authorization header."""

    client_id: str
    secret: str = field(default="", repr=False)
    by_basic: bool = False


class ClientAuthentication:
    """Verifies the clients of requests."""

    def __init__(self, services: OAuthServices) -> None:
        self._services = services
        self._registered = RegisteredClients(services.db, services.settings, services.clock)

    def require_client(self, request: LoginRequest, parameters: Mapping[str, str], known: OAuthSubject) -> str:
        """Gives the id of the client that asks, and notes it.

        One read for a registered client, none for others. Raises OAuthRefused: CLIENT_UNKNOWN for none, an unknown one, a wrong
        secret, or one where there is none; TOO_MANY_GUESSES after many wrong secrets from one source. Raises StoreUnavailable.
        """
        given = read_presented_client(request, parameters)
        is_registered = bool(_REGISTERED_PATTERN.fullmatch(given.client_id))
        if not is_registered and not _is_known_by_rows(given.client_id):
            raise OAuthRefused(CLIENT_UNKNOWN, asks_basic=given.by_basic)
        known.client_id = given.client_id
        if is_registered:
            self._require_registered(request.source, given)
        elif given.secret:
            raise OAuthRefused(CLIENT_UNKNOWN, asks_basic=given.by_basic)
        return given.client_id

    def count_guess(self, source: str, fault: OAuthFault, *, asks_basic: bool = False) -> OAuthRefused:
        """Counts a wrong code, token or secret against its source; gives the refusal: `fault`, or TOO_MANY_GUESSES after many."""
        wait = self._services.login.count_wrong_token(source)
        if wait is None:
            return OAuthRefused(fault, asks_basic=asks_basic)
        return OAuthRefused(TOO_MANY_GUESSES, wait)

    def _require_registered(self, source: str, given: PresentedClient) -> None:
        client = self._registered.find(given.client_id)
        stored = client.secret_digest if client else _UNUSED_DIGEST
        is_right = is_same_secret(stored, sha256_hex(given.secret) if given.secret else "")
        if client is None or not (is_right or given.secret):
            raise OAuthRefused(CLIENT_UNKNOWN, asks_basic=given.by_basic)
        if not is_right:
            raise self.count_guess(source, CLIENT_UNKNOWN, asks_basic=given.by_basic)


def read_presented_client(request: LoginRequest, parameters: Mapping[str, str]) -> PresentedClient:
    """Gives the client that a request names, in the Authorization header (RFC 7617) or in the body.

    Raises OAuthRefused: CLIENT_UNKNOWN for a header that cannot be read, TWO_AUTHENTICATIONS for a secret, or another client, in
    both places.
    """
    in_body = PresentedClient(parameters.get("client_id", ""), parameters.get("client_secret", ""))
    headers = [value for name, value in request.headers if name.lower() == b"authorization"]
    if not headers:
        return in_body
    in_header = _read_basic(headers)
    if in_body.secret or in_body.client_id not in {"", in_header.client_id}:
        raise OAuthRefused(TWO_AUTHENTICATIONS)
    return in_header


def _read_basic(headers: list[bytes]) -> PresentedClient:
    """The client in the one Authorization header; id and secret are encoded like parameters of a form."""
    found = _BASIC_PATTERN.fullmatch(headers[0].strip(b" \t")) if len(headers) == 1 else None
    client_id, colon, secret = _decode(found[1] if found else b"").partition(":")
    if not colon:
        raise OAuthRefused(CLIENT_UNKNOWN, asks_basic=True)
    return PresentedClient(unquote_plus(client_id), unquote_plus(secret), by_basic=True)


def _decode(encoded: bytes) -> str:
    """What Base64 stands for; empty when it is no Base64 of ASCII."""
    try:
        return b64decode(encoded, validate=True).decode("ascii")
    except ValueError:
        return ""


def _is_known_by_rows(client_id: str) -> bool:
    """True for the id of a client that the row of its code or token proves."""
    return bool(_SELF_REGISTERED_PATTERN.fullmatch(client_id)) or find_document_place(client_id) is not None
