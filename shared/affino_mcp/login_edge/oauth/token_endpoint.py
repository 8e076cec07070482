"""The token address: an app redeems its code, and exchanges its refresh token for new tokens (RFC 6749, section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from affino_mcp import observability
from affino_mcp.catalogue.scopes import format_scopes, parse_scopes
from affino_mcp.gate.grants.issuing import GrantRefused, IssuedTokens, Issuing, RefusalReason
from affino_mcp.login_edge.oauth import oauth_refusal
from affino_mcp.login_edge.oauth.client_authentication import ClientAuthentication
from affino_mcp.login_edge.oauth.form_parameters import require_form
from affino_mcp.login_edge.oauth.oauth_answer import OAuthAnswer, OAuthSubject, json_answer
from affino_mcp.login_edge.oauth.oauth_refusal import OAuthRefused
from affino_mcp.login_edge.oauth.oauth_services import OAuthServices
from affino_mcp.login_edge.oauth.refusal_answer import answer_or_refuse, name_grant
from affino_mcp.login_edge.request import LoginRequest

LINE_NAME: Final = "oauth_token"
_VERIFIER_PATTERN: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_REUSED: Final[Mapping[RefusalReason, str]] = {
    RefusalReason.REPLAYED_CODE: "code",
    RefusalReason.REUSED_LATER: "refresh_token",
}
"""What was used again where only a thief, or a broken app, does so; an alarm rings at the first one."""


class TokenEndpoint:
    """Answers `POST /oauth/token`."""

    def __init__(self, services: OAuthServices) -> None:
        self._places, self._clients = services.places, ClientAuthentication(services)
        self._issuing = Issuing(services.db, services.reader, services.settings, services.clock)

    def answer_request(self, request: LoginRequest) -> OAuthAnswer:
        """Gives the tokens, or the refusal; nothing is spent by a request that is refused."""
        known = OAuthSubject()
        return answer_or_refuse(LINE_NAME, known, lambda: self._issue(request, known))

    def _issue(self, request: LoginRequest, known: OAuthSubject) -> OAuthAnswer:
        parameters = require_form(request)
        exchange = self._choose_exchange(parameters)
        client_id = self._clients.require_client(request, parameters, known)
        try:
            issued = exchange(client_id)
        except GrantRefused as refused:
            raise self._refuse(request.source, refused, known) from refused
        name_grant(known, issued.grant)
        return json_answer(LINE_NAME, 200, _tokens_body(issued), "ok", known)

    def _choose_exchange(self, parameters: Mapping[str, str]) -> Callable[[str], IssuedTokens]:
        """What the parameters ask for, still to be done for a client. Raises OAuthRefused; asks no store."""
        exchange = _EXCHANGES.get(parameters.get("grant_type", ""))
        if exchange is None:
            raise OAuthRefused(oauth_refusal.UNKNOWN_GRANT_TYPE)
        chosen = exchange(self._issuing, parameters)
        if not self._places.is_resource(parameters.get("resource", self._places.resource)):
            raise OAuthRefused(oauth_refusal.OTHER_RESOURCE)
        return chosen

    def _refuse(self, source: str, refused: GrantRefused, known: OAuthSubject) -> OAuthRefused:
        if refused.grant is not None:
            name_grant(known, refused.grant)
        if refused.reason in _REUSED:
            observability.count_metric("AppTokenReused", kind=_REUSED[refused.reason])
        fault = oauth_refusal.grant_fault(refused)
        return self._clients.count_guess(source, fault) if refused.is_guess else OAuthRefused(fault)


def _redeem_code(issuing: Issuing, parameters: Mapping[str, str]) -> Callable[[str], IssuedTokens]:
    code, redirect_uri, verifier = _require(parameters, "code", "redirect_uri", "code_verifier")
    if not _VERIFIER_PATTERN.fullmatch(verifier):
        raise OAuthRefused(oauth_refusal.GRANT_INVALID)
    return lambda client_id: issuing.redeem_code(code, client_id, redirect_uri, verifier)


def _rotate_tokens(issuing: Issuing, parameters: Mapping[str, str]) -> Callable[[str], IssuedTokens]:
    (refresh_token,) = _require(parameters, "refresh_token")
    scopes = parse_scopes(parameters.get("scope", ""))
    return lambda client_id: issuing.rotate(refresh_token, client_id, scopes)


_EXCHANGES: Final = {"authorization_code": _redeem_code, "refresh_token": _rotate_tokens}


def _require(parameters: Mapping[str, str], *names: str) -> list[str]:
    if any(name not in parameters for name in names):
        raise OAuthRefused(oauth_refusal.MISSING_PARAMETER)
    return [parameters[name] for name in names]


def _tokens_body(issued: IssuedTokens) -> dict[str, object]:
    return {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.seconds_left,
        "refresh_token": issued.refresh_token,
        "scope": format_scopes(issued.scopes),
    }
