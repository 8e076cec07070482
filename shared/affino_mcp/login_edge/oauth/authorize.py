"""The authorization endpoint: checks what a client asks for, and leads its person to the consent page.

RFC 6749, section 4.1, with RFC 7636 (PKCE, S256 only), RFC 8707 (`resource`) and RFC 9207 (`iss`). What is wrong with client
or redirect URI is said on a page; everything else is said to the client.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from affino_mcp.catalogue.scopes import parse_scopes
from affino_mcp.gate.grants.consents import AuthorizationRequest, Consents
from affino_mcp.gate.grants.oauth_client import OAuthClient
from affino_mcp.gate.grants.redirect_uris import allows_redirect
from affino_mcp.gate.identity.row_keys import new_token
from affino_mcp.http.oauth_places import CONSENT_PATH, DEFAULT_SCOPES
from affino_mcp.login_edge.hub.visit import HubRequest
from affino_mcp.login_edge.oauth.client_directory import ClientDirectory
from affino_mcp.login_edge.oauth.client_documents import ClientRefused
from affino_mcp.login_edge.oauth.consent_answers import CONSENT_COOKIE, AppAnswers, ConsentFrame, set_consent_cookie
from affino_mcp.login_edge.oauth.new_clients import NewClientsExhausted
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.oauth.parameters import ParametersRefused, read_query
from affino_mcp.login_edge.request import LoginRequest
from affino_mcp.store.faults import StoreUnavailable

AUTHORIZE_LINE: Final = "oauth_authorize"
MAX_STATE_CHARACTERS: Final = 1024
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_START_AGAIN: Final = "Go back to the app and start again. If this comes again, ask whoever runs the app."


class AuthorizeEndpoint:
    """Answers `GET /oauth/authorize`."""

    def __init__(self, services: OAuthServices) -> None:
        self._places, self._frame = services.places, ConsentFrame(services.clock, AUTHORIZE_LINE)
        self._clients = ClientDirectory(services)
        self._consents = Consents(services.db, services.reader, services.settings, services.clock)
        self._answers = AppAnswers(services.places.issuer, AUTHORIZE_LINE)

    def __call__(self, request: LoginRequest) -> OAuthAnswer:
        """Gives the redirection to the consent page, one to the client with an error, or a page that says what is wrong."""
        visit, known = HubRequest(request), OAuthSubject()
        try:
            return self._answer(visit, read_query(request.query), known)
        except ParametersRefused:
            said = "The app's request cannot be read: it is too long, or says something twice."
            return self._frame.render_refusal(visit, 400, "bad_parameters", known, said, _START_AGAIN)
        except NewClientsExhausted as exhausted:
            said = "Too many apps have asked for the first time within a minute. Try again in a minute."
            return self._frame.render_refusal(visit, 429, "too_many_clients", known, said, wait=exhausted.wait)
        except StoreUnavailable as error:
            return self._frame.render_outage(visit, known, error)

    def _answer(self, visit: HubRequest, asked: Mapping[str, str], known: OAuthSubject) -> OAuthAnswer:
        try:
            client = self._clients.find(asked.get("client_id", ""), visit.request.source)
        except ClientRefused as refused:
            said = "The app that sent you here is not known to this service, or what it says of itself is not valid."
            return self._frame.render_refusal(visit, 400, refused.reason, known, said, _START_AGAIN)
        known.client_id = client.client_id
        redirect_uri = asked.get("redirect_uri", "")
        if not allows_redirect(client.redirect_uris, redirect_uri):
            said = "The app asks for the answer at an address that is not one of its own. Nothing is sent there."
            return self._frame.render_refusal(visit, 400, "other_redirect", known, said, _START_AGAIN)
        if fault := self._find_fault(asked):
            state = asked.get("state", "")[:MAX_STATE_CHARACTERS]
            return self._answers.refuse(redirect_uri, state if state == asked.get("state") else "", fault, known)
        return self._begin(visit, _make_request(client, asked), known, "" if "resource" in asked else "_no_resource")

    def _find_fault(self, asked: Mapping[str, str]) -> str:
        """The error code for the client (RFC 6749, section 4.1.2.1; RFC 8707, section 2); empty when there is no fault."""
        if asked.get("response_type") != "code":
            return "unsupported_response_type"
        is_pkce = _CHALLENGE.fullmatch(asked.get("code_challenge", "")) and asked.get("code_challenge_method") == "S256"
        is_sound = (
            asked.get("response_mode", "query") == "query" and len(asked.get("state", "")) <= MAX_STATE_CHARACTERS
        )
        if not is_pkce or not is_sound:
            return "invalid_request"
        return "" if "resource" not in asked or self._places.is_resource(asked["resource"]) else "invalid_target"

    def _begin(self, visit: HubRequest, request: AuthorizationRequest, known: OAuthSubject, note: str) -> OAuthAnswer:
        """Keeps the request, and leads to the consent page; a browser keeps one cookie for all that wait in it."""
        browser = visit.read_cookie(CONSENT_COOKIE) or new_token()
        txn = self._consents.begin(request, browser)
        place = f"{visit.path_prefix}{CONSENT_PATH}?txn={quote(txn)}"
        return self._answers.redirect(place, f"asked{note}", known, set_consent_cookie(visit, browser))


def _make_request(client: OAuthClient, asked: Mapping[str, str]) -> AuthorizationRequest:
    return AuthorizationRequest(
        client_id=client.client_id,
        name=client.name,
        host=client.host,
        proof=client.proof,
        redirect_uri=asked["redirect_uri"],
        state=asked.get("state", ""),
        challenge=asked["code_challenge"],
        scopes=parse_scopes(asked.get("scope", "")) or frozenset(DEFAULT_SCOPES),
    )
